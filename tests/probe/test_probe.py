#!/usr/bin/python3
"""test_probe.py -- `owsadm probe` finds a good server good, and each mistake of
server.py by its own sentence; its test item is gone afterwards either way.

usage: test_probe.py (the program is $BUILD/owsadm, or $OWSADM)
"""
import os
import subprocess
import sys
import tempfile

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from server import Server  # noqa: E402

OWSADM = os.environ.get("OWSADM") or os.path.join(os.environ.get("BUILD", "build"), "owsadm")

# mistake of the server, part of the sentence that must be among the problems
MISTAKES = [
    ("bad-link", "its guid is not of the form"),
    ("login-page", "A redirect (302"),
    ("no-scheme", "401 without WWW-Authenticate"),
    ("old-server", "is below 12.0.0.4326"),
    ("wrong-template", "ServerTemplate is \"106\""),
    ("bag-field-declared", "ReplicationID is declared as a field"),
    ("html-error", "Content-Type is \"text/html\""),
    ("no-list", "holds no List inside Changes"),
    ("wrong-count", "ItemCount is \"101\", but there are 100 rows"),
    ("undeclared-field", "ows_Surprise, which GetList does not declare"),
    ("short-page", "holds only 99 rows but is not the last"),
    ("twice", "was delivered twice"),
    ("foreign-token", "A token of another list is taken for good"),
    ("token-goes-back", "The token went back"),
    ("double-new", "made a second item"),
    ("version-jump", "instead of up by one"),
    ("bag-replaced", "a property that was not sent is lost"),
    ("overwrite", "somebody's change is lost without a word"),
    ("conflict-without-row", "The conflict carries no row"),
    ("silent-delete", "one deletion was expected"),
    ("reader-writes", "but the server took one"),
    ("delete-twice", "Deleting it again gets 0x00000000"),
]


def probe(server, password, *more):
    with tempfile.NamedTemporaryFile("w") as f:
        f.write(password + "\n")
        f.flush()
        return subprocess.run([OWSADM, "probe", server.address + "/", "--user", "alice",
                               "--password-file", f.name, *more],
                              capture_output=True, text=True, timeout=60)


def check(name, good, run):
    print(("ok - " if good else "not ok - ") + name)
    if not good:
        print(run.stdout + run.stderr)
    return good


def tls():
    with tempfile.TemporaryDirectory() as d:
        pem = os.path.join(d, "server.pem")
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                        "-subj", "/CN=127.0.0.1", "-keyout", pem, "-out", pem + ".crt"],
                       check=True, capture_output=True)
        with open(pem, "a") as out, open(pem + ".crt") as crt:
            out.write(crt.read())
        with Server(certificate=pem) as s:
            run = probe(s, "alice")
            yield check("probe: an unknown certificate", run.returncode == 1 and
                        "certificate" in run.stdout, run)
            run = probe(s, "alice", "--insecure")
            yield check("probe: --insecure", run.returncode == 0 and
                        "Basic over plain http" not in run.stdout, run)


def main():
    results = []
    with Server() as s:
        before = dict(s.state.items)
        run = probe(s, "alice", "--write")
        results.append(check("probe: a good server", run.returncode == 0 and
                             "No problem was found" in run.stdout and
                             "230 items in 3 pages" in run.stdout and
                             "Büro & Co" in run.stdout, run))
        results.append(check("probe: nothing is left behind", s.state.items == before, run))
        changes = len(s.state.log)
        run = probe(s, "alice")
        results.append(check("probe: without --write nothing is written",
                             run.returncode == 0 and len(s.state.log) == changes, run))
        run = subprocess.run([OWSADM, "probe", s.address + "/", "--user", "alice:alice"],
                             capture_output=True, text=True, timeout=60)
        results.append(check("probe: password behind the name", run.returncode == 0, run))
        run = probe(s, "wrong")
        results.append(check("probe: a wrong password", run.returncode == 1 and
                             "does not accept this user" in run.stdout, run))
        run = probe(s, "alice", "--list", "Nobody")
        results.append(check("probe: a list that is not there", run.returncode == 1 and
                             "No link is for a list named \"Nobody\"" in run.stdout, run))
    with Server("reader") as s:
        before = dict(s.state.items)
        run = probe(s, "alice", "--write")
        results.append(check("probe: a reader is refused", run.returncode == 0 and
                             "It is refused, 0x80070005" in run.stdout and
                             s.state.items == before, run))
    run = probe(s, "alice")
    results.append(check("probe: no server", run.returncode == 1 and
                         "No answer from" in run.stdout, run))
    results += tls()
    for mistake, sentence in MISTAKES:
        with Server(mistake) as s:
            before = set(s.state.items)
            run = probe(s, "alice", "--write")
            problems = run.stdout.partition("found:")[2]
            results.append(check(f"probe: {mistake}", run.returncode == 1 and
                                 sentence in problems and set(s.state.items) == before, run))
    return 0 if all(results) else 1


sys.exit(main())
