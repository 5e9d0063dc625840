"""Runs modules of openstackclient's functional tests, and prints each test's outcome as JSON.

usage: functional_run.py [MODULE,… PART,… WHOSE]; without arguments, it prints the names of the modules

WHOSE is `ours`, for the `openstack` in PATH, or `stock`: then each command runs in a forked copy of a process
that has imported the real program (stock.py), since starting it takes more than a second.
"""

import json
import os
import pkgutil
import shlex
import sys
import unittest
from pathlib import Path

from openstackclient.tests.functional import base
from openstackclient.tests.functional.identity import v3
from tempest.lib import exceptions

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from parity_lib.play import Stock


class Outcomes(unittest.TestResult):
    """The outcome of each test."""

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
    """Each test of a suite."""
    for one in suite:
        if isinstance(one, unittest.TestSuite):
            yield from each(one)
        else:
            yield one


def through(stock):
    """Replaces the `execute` of the tests."""

    def execute(command, *, fail_ok=False):
        env = {name: value for name, value in os.environ.items() if not name.startswith("OS_")}
        answer = stock.run(shlex.split(command)[1:], env, Path.cwd(), "")
        if answer["exit"] and not fail_ok:
            raise exceptions.CommandFailed(answer["exit"], command, answer["out"], answer["err"])
        return answer["out"]

    return execute


def main():
    if len(sys.argv) == 1:
        print("\n".join(name for _, name, _ in pkgutil.iter_modules(v3.__path__) if name.startswith("test_")))
        return
    modules, parts = (argument.split(",") for argument in sys.argv[1:3])
    if sys.argv[3] == "stock":
        base.execute = through(Stock(Path(sys.executable), Path.home()))
    found = unittest.defaultTestLoader.loadTestsFromNames(f"{v3.__name__}.{name}" for name in modules)
    wanted = unittest.TestSuite(test for test in each(found) if any(part in test.id() for part in parts))
    outcomes = Outcomes()
    wanted.run(outcomes)
    print(json.dumps(outcomes.of))


if __name__ == "__main__":
    main()
