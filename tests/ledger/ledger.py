#!/usr/bin/python3 -B
"""ledger.py -- what is wrong with the ledger, one line each; nothing when it is right.

`make lint` runs it. That a test names a requirement while it runs is another
matter: req.py. Where the list of requirements lies beside the checkout (or at
OWS_REQUIREMENTS), it must be covered.
"""

import os
import re
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
LEDGER = os.path.join(HERE, "ledger.tsv")
STATES = ("met", "deviates", "not-offered", "client")


class Line:
    def __init__(self, number, columns):
        self.number = number
        self.id, self.section, self.status, self.words, tests = columns
        self.tests = tests.split()


def read(path=LEDGER):
    """(lines, problems)"""
    lines, problems = [], []
    with open(path, encoding="utf-8") as f:
        for number, text in enumerate(f, 1):
            if text.startswith("#"):
                continue
            columns = text.rstrip("\n").split("\t")
            if len(columns) != 5:
                problems.append("ledger.tsv:%d: %d columns, not 5" % (number, len(columns)))
                continue
            lines.append(Line(number, columns))
    return lines, problems


def proved_by(test, path=LEDGER):
    """The requirements that the ledger says this test proves."""
    return {l.id for l in read(path)[0] if l.status == "met" and test in l.tests}


def content(name):
    path = os.path.join(HERE, name)
    if not os.path.isfile(path):
        return None
    with open(path, encoding="utf-8") as f:
        return f.read()


def look(path=LEDGER):
    lines, problems = read(path)
    texts, seen = {}, set()

    def say(line, what):
        problems.append("ledger.tsv:%d: %s %s" % (line.number, line.id, what))

    for line in lines:
        if not re.fullmatch(r"R\d+", line.id):
            say(line, "is no number of a requirement")
        if line.id in seen:
            say(line, "stands there twice")
        seen.add(line.id)
        if line.status not in STATES:
            say(line, "has the status %r, not one of: %s" % (line.status, ", ".join(STATES)))
        if line.status in ("deviates", "not-offered") and len(line.words) < 20:
            say(line, "%s without a reason" % line.status)
        if line.status != "met":
            if line.tests:
                say(line, "names a test and is not met")
            continue
        runs = [t for t in line.tests if t.startswith("test_")]
        if not runs:
            say(line, "is met and names no test")
        is_mentioned = False
        for name in line.tests:
            if name not in texts:
                texts[name] = content(name)
            if texts[name] is None:
                say(line, "names %s, which is not there" % name)
            elif re.search(r"\b%s\b" % line.id, texts[name]):
                is_mentioned = True
        if runs and not is_mentioned:
            say(line, "is mentioned by none of: %s" % " ".join(line.tests))
    for name in sorted(os.listdir(HERE)):
        path_of = os.path.join(HERE, name)
        if name.startswith("test_") and not os.access(path_of, os.X_OK):
            problems.append("%s cannot be executed, so nothing runs it" % name)
        if name.startswith("test_") and not re.search(r"^    req\.main\(\)$", content(name), re.M):
            problems.append("%s does not end in req.main()" % name)
    return problems + uncovered(lines)


def uncovered(lines):
    source = os.environ.get("OWS_REQUIREMENTS") or os.path.join(
        os.path.dirname(os.path.dirname(os.path.dirname(HERE))),
        "shared", "protocol", "requirements-outsps.tsv")
    if not os.path.exists(source):
        return []
    have = {l.id: l for l in lines}
    problems = []
    with open(source, encoding="utf-8") as f:
        for text in f:
            columns = text.rstrip("\n").split("\t")
            if text.startswith("#") or len(columns) != 4 or columns[2] != "normative":
                continue
            id, section, _, says = columns
            if id not in have:
                problems.append("%s (%s) is not in the ledger" % (id, section))
            elif have[id].section != section:
                problems.append("%s is of section %s, not %s" % (id, section, have[id].section))
            elif (have[id].status == "client") != says.startswith("[client]"):
                problems.append("%s: whom it binds is not what the ledger says" % id)
    return problems


def main():
    problems = look()
    for p in problems:
        print(p)
    if "-v" in sys.argv:
        count = {}
        for line in read()[0]:
            count[line.status] = count.get(line.status, 0) + 1
        print(", ".join("%d %s" % (count[s], s) for s in STATES if s in count))
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
