"""Runs one suite in one way, one test after the other, and writes the outcome of each test.

usage: one.py SUITE WAY RESULT [part of a test's name …]

    keystoneauth1   session   its session and adapters are Archstone's; identity plugins are its own
                    plugin    v3 and generic Password, Token and ApplicationCredential are Archstone's plugin
                    both      both
    keystoneclient  session   keystoneauth1's session is Archstone's; python-keystoneclient is its own
                    client    its v3 client, managers and exceptions are those of `archstone.keystoneclient`
    either          stock     nothing is replaced
"""

import gc
import json
import os
import pkgutil
import signal
import sys
import traceback
import unittest
import warnings
from pathlib import Path

import bridge

# No test takes nearly as long unless it hangs.
LIMIT = 60


class Outcomes(unittest.TestResult):
    """The outcome of each test (None or the failure), and how many were skipped and sent requests."""

    def __init__(self):
        super().__init__()
        self.of = {}
        self.skips = set()
        self.senders = set()

    def startTest(self, test):
        self.of.setdefault(test.id(), None)
        bridge.begin_test()
        signal.alarm(LIMIT)

    def stopTest(self, test):
        signal.alarm(0)
        bridge.end_test()
        if bridge.SEEN:
            self.senders.add(test.id())

    def failed(self, test, error=None, details=None):
        if details is not None:
            ordered = sorted(details.items(), key=lambda it: it[0].startswith("traceback"))
            words = "\n".join(content.as_text() for _, content in ordered)
        else:
            words = "".join(traceback.format_exception(*error)) if error else "unexpected success"
        self.of[test.id()] = words[-6000:]

    addError = addFailure = addUnexpectedSuccess = failed

    def addSkip(self, test, reason=None, details=None):
        self.skips.add(test.id())


def too_long(*_):
    raise TimeoutError(f"this test takes longer than {LIMIT} seconds")


def swap_for(suite, way):
    import swap

    if way in ("session", "both"):
        swap.sessions()
    if way in ("plugin", "both"):
        swap.plugins()
    if way == "client":
        swap.keystoneclient()


def modules(suite):
    if suite == "keystoneauth1":
        import keystoneauth1.tests.unit as package

        # Their data files have paths relative to the source tree.
        os.chdir(Path(package.__file__).parents[3])
    else:
        import keystoneclient.tests.unit.v3 as package
    found = (it.name for it in pkgutil.walk_packages(package.__path__, package.__name__ + "."))
    # Kerberos would need its C library.
    return sorted(it for it in found if it.rpartition(".")[2].startswith("test_") and ".kerberos" not in it)


def each(suite):
    for it in suite:
        if isinstance(it, unittest.TestSuite):
            yield from each(it)
        else:
            yield it


def main():
    suite, way, named, *parts = sys.argv[1:]
    result = Path(named).resolve()
    sys.argv = ["run.py"]  # The program name that the tests expect.
    bridge.start()
    warnings.simplefilter("ignore")
    if way != "stock":
        swap_for(suite, way)
    import testresources

    signal.signal(signal.SIGALRM, too_long)
    outcomes = Outcomes()
    loader = unittest.TestLoader()
    for module in modules(suite):
        for test in each(loader.loadTestsFromName(module)):
            if not parts or any(part in test.id() for part in parts):
                # This suite passes the tests their resources.
                testresources.OptimisingTestSuite([test]).run(outcomes)
        gc.collect()
    written = {"of": outcomes.of, "skipped": len(outcomes.skips), "sent": len(outcomes.senders)}
    result.write_text(json.dumps(written))


main()
