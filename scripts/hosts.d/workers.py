# SPDX-License-Identifier: Apache-2.0
"""Tests in one or two runs at the same time: outside, Workers starts them; inside, Work hands out tests and keeps results.

Tests that measure run first and alone. Then the first run takes tests from the front of the list and the second from
its end, so that tests of a file share hosts, until all are taken.
"""
import contextlib
import json
import os
import pathlib
import signal
import time

from isolation import Isolated, remove_stale

MANY = 6  # tests from which on a second run saves time
OTHERS_MAY_START = "measured"


class Workers:
    """Outside."""

    def __init__(self, arguments, count):
        self._arguments = arguments
        self._count = count
        self._runs = []
        self._signals = []

    def run(self):
        """Runs all tests and returns their Results; on a signal ends the runs and returns those so far."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._interrupt)
        remove_stale()
        try:
            self._start()
            while not all(run.ended() for run in self._runs):
                time.sleep(0.1)
                if len(self._runs) < self._count and (self._runs[0].directory / OTHERS_MAY_START).exists() and not self._signals:
                    self._start()
                for run in self._runs:
                    if run.overdue():
                        run.interrupt(again=True)
            return Results([run.directory for run in self._runs])
        finally:
            for run in self._runs:
                run.remove()

    def _start(self):
        words = ["--worker", str(len(self._runs))]
        if self._runs:
            words += ["--shared", str(self._runs[0].directory)]
        self._runs.append(Isolated(words + self._arguments))

    def _interrupt(self, number, _frame):
        self._signals.append(number)
        for run in self._runs:
            run.interrupt(again=len(self._signals) > 1)


class Results:
    """Outside: what all runs passed, failed and measured."""

    def __init__(self, directories):
        self.passed, self.failed, self.figures = [], [], []
        for directory in directories:
            with contextlib.suppress(OSError, ValueError):
                found = json.loads((directory / "results.json").read_text(encoding="utf-8"))
                self.passed += found["passed"]
                self.failed += found["failed"]
                self.figures += found["figures"]


class Work:
    """Inside: the tests of this run, and its results."""

    def __init__(self, run, worker, shared, tests):
        self._directory = run.directory
        self._claims = pathlib.Path(shared or run.directory) / "claims"
        self._claims.mkdir(exist_ok=True)
        self._passed, self._failed = [], []
        measuring = [test for test in tests if getattr(test, "alone", False)]
        others = [test for test in tests if test not in measuring]
        self._tests = list(reversed(others)) if worker else measuring + others

    def tests(self):
        """Yields one test after the other that no other run has taken."""
        for test in self._tests:
            if not getattr(test, "alone", False):
                (self._directory / OTHERS_MAY_START).touch()
            try:
                os.close(os.open(self._claims / test.label, os.O_CREAT | os.O_EXCL))
            except FileExistsError:
                continue
            yield test
        (self._directory / OTHERS_MAY_START).touch()

    def record(self, test, passed, figures):
        """Keeps the result of a test, and the figures so far."""
        (self._passed if passed else self._failed).append(test.label)
        results = {"passed": self._passed, "failed": self._failed, "figures": figures}
        (self._directory / "results.json").write_text(json.dumps(results), encoding="utf-8")
