"""req.py -- a test names the requirements that it proves, and is held to the ledger.

    req("R196 R208", condition, "what was seen")

fails when the condition does not hold, and otherwise writes `requirement R196`
to the output. At its end a test file that ran as a whole, and well, compares what
it named with ledger.tsv: a requirement that the ledger calls met by this file and
that no check has named is a failure, and so is one that the ledger does not know
of. As each file answers for its own lines, it does not matter which files of the
tests run, nor in which order.
"""

import os
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "wire"))

import ledger  # noqa: E402 (it stands beside this file)

_named = set()


def req(ids, condition, seen=""):
    """The statements hold: name them."""
    if not condition:
        raise AssertionError("%s does not hold: %s" % (ids, seen))
    for one in ids.split():
        if one not in _named:
            _named.add(one)
            print("requirement %s" % one, flush=True)


def same(ids, got, want):
    req(ids, got == want, "got %r, expected %r" % (got, want))


def compare(test):
    """Lines that say where the ledger and this run differ."""
    wanted = ledger.proved_by(test)
    out = ["%s is met by %s in the ledger, and no check has named it" % (one, test)
           for one in sorted(wanted - _named)]
    return out + ["%s is named by %s, and not in the ledger as met by it" % (one, test)
                  for one in sorted(_named - wanted)]


def main():
    """unittest.main, then the comparison; exits."""
    test = os.path.basename(sys.argv[0])
    ran_all = not any(not a.startswith("-") for a in sys.argv[1:])
    program = unittest.main(module="__main__", exit=False)
    is_good = program.result.wasSuccessful()
    if is_good and ran_all and not program.result.skipped:
        sys.stderr.flush()
        for line in compare(test):
            print("not ok - " + line, flush=True)
            is_good = False
        if is_good:
            print("ok - %s named what the ledger says (%d)" % (test, len(_named)))
    sys.exit(0 if is_good else 1)
