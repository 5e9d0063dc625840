"""Runs modules of openstackclient's functional tests, and prints each test's outcome as JSON.

usage: functional_run.py [MODULE,… PART,…]      without arguments, prints the names of the modules
"""

import json
import pkgutil
import sys
import unittest

from openstackclient.tests.functional.identity import v3


class Outcomes(unittest.TestResult):
    """The words of each test's end."""

    def __init__(self):
        super().__init__()
        self.of = {}

    def keep(self, test, words):
        self.of[test.id().removeprefix(f"{v3.__name__}.")] = words
        print(test.id(), words[:2000], file=sys.stderr, flush=True)

    def addSuccess(self, test):
        self.keep(test, "ok")

    def addError(self, test, problem=None, details=None):
        if problem:
            self.keep(test, self._exc_info_to_string(problem, test))
        else:
            self.keep(test, "\n".join(one.as_text() for one in details.values()))

    addFailure = addError

    def addSkip(self, test, reason=None, details=None):
        self.keep(test, f"skipped: {reason or details}")


def each(suite):
    """The tests of a suite one by one."""
    for one in suite:
        if isinstance(one, unittest.TestSuite):
            yield from each(one)
        else:
            yield one


def main():
    if len(sys.argv) == 1:
        print("\n".join(name for _, name, _ in pkgutil.iter_modules(v3.__path__) if name.startswith("test_")))
        return
    modules, parts = (argument.split(",") for argument in sys.argv[1:3])
    found = unittest.defaultTestLoader.loadTestsFromNames(f"{v3.__name__}.{name}" for name in modules)
    wanted = unittest.TestSuite(test for test in each(found) if any(part in test.id() for part in parts))
    outcomes = Outcomes()
    wanted.run(outcomes)
    print(json.dumps(outcomes.of))


if __name__ == "__main__":
    main()
