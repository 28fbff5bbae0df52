"""mutants.py -- seed bugs into a copy of the engine (or the fake store) and see
that the simulator finds each within a minute.

    mutants.py BUILD [name ...]

A mutant is tests/sim/mutants/NAME.mut:

    what the bug is, one line
    file: apply.c            or      fault: NAME of a fault of the fake store
    kind: series             found by the second model, with that KIND; else by the first
    ---
    text that must stand exactly once in fcgi/sync/<file>
    +++
    text that takes its place

A text that no longer applies is an error, never a mutant that is skipped. The
mutated file is linked before the engine's archive, so the rest is the real one.
"""
import os
import re
import shlex
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
SYNC = os.path.join(HERE, "..", "..", "fcgi", "sync")
LIMIT = 60


def read(path):
    with open(path, encoding="utf-8") as f:
        return f.read()


def parse(path):
    head, _, body = read(path).partition("---\n")
    lines = head.strip().splitlines()
    kind, _, value = lines[1].partition(":")
    edits = []
    for part in body.split("---\n") if body else []:
        old, plus, new = part.partition("+++\n")
        if not plus:
            sys.exit(f"{path}: a '---' without its '+++'")
        edits.append((old, new))
    model = lines[2].partition(":")[2].strip() if len(lines) > 2 else ""
    return {"name": os.path.basename(path)[:-4], "what": lines[0], "kind": kind.strip(),
            "value": value.strip(), "model": model, "edits": edits}


def mutate(mutant):
    text = read(os.path.join(SYNC, mutant["value"]))
    for old, new in mutant["edits"]:
        found = text.count(old)
        if found != 1:
            sys.exit(f"mutant {mutant['name']} no longer applies to {mutant['value']}: its text "
                     f"stands there {found} times, not once. Bring it up to date:\n{old}")
        text = text.replace(old, new)
    return text


def build(mutant, top):
    """The binary to run."""
    main_o, archives = ("kinds.o", ["libkinds.a"]) if mutant["model"] else ("sim.o", [])
    if mutant["kind"] == "fault":
        return os.path.join(top, "sim-kinds" if mutant["model"] else "sim")
    work = os.path.join(top, "tests", "sim", "mutants")
    os.makedirs(work, exist_ok=True)
    base = os.path.join(work, mutant["name"])
    with open(base + ".c", "w", encoding="utf-8") as f:
        f.write(mutate(mutant))
    cc = shlex.split(os.environ["CC"]) + shlex.split(os.environ["CFLAGS"])
    sim = os.path.join(top, "tests", "sim")
    subprocess.run(cc + ["-c", "-o", base + ".o", base + ".c"], check=True)
    subprocess.run(cc + ["-o", base, os.path.join(sim, main_o), base + ".o",
                         "-Wl,--start-group"] +
                   [os.path.join(sim, a) for a in archives + ["libmodel.a", "libfake.a"]] +
                   [os.path.join(top, "libsync.a"),
                         os.path.join(top, "libbase.a"), "-Wl,--end-group"] +
                   shlex.split(os.environ["LIBS"]), check=True)
    return base


def run(mutant, top):
    """(rule, rounds, seconds) or None when it survives."""
    env = dict(os.environ, SECONDS=str(LIMIT), ROUNDS="", SEED=os.environ.get("SEED", "") or "1",
               TRACE="", KIND=mutant["model"], FAULT=mutant["value"] if mutant["kind"] == "fault" else "")
    binary = build(mutant, top)
    begun = time.monotonic()
    done = subprocess.run([binary], env=env, capture_output=True, text=True,
                          timeout=LIMIT * 3, check=False)
    found = re.search(r"found: rule=(\S+) rounds=(\d+)", done.stdout)
    if done.returncode == 1 and found:
        return found.group(1), int(found.group(2)), time.monotonic() - begun
    if done.returncode != 0:
        return f"exit {done.returncode}", 0, time.monotonic() - begun
    return None


def main():
    top = sys.argv[1]
    folder = os.path.join(HERE, "mutants")
    names = sys.argv[2:] or sorted(n[:-4] for n in os.listdir(folder) if n.endswith(".mut"))
    survivors = 0
    print(f"{'mutant':26} {'found by':20} {'rounds':>7} {'seconds':>8}  what it does")
    for name in names:
        mutant = parse(os.path.join(folder, name + ".mut"))
        result = run(mutant, top)
        if result:
            print(f"{name:26} {result[0]:20} {result[1]:7} {result[2]:8.1f}  {mutant['what']}",
                  flush=True)
        else:
            survivors += 1
            print(f"{name:26} {'SURVIVED':20} {'':7} {LIMIT:8}  {mutant['what']}", flush=True)
    if survivors:
        sys.exit(f"{survivors} of {len(names)} mutants survived {LIMIT} s")


main()
