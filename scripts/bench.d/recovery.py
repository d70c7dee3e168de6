# SPDX-License-Identifier: Apache-2.0
"""scripts/bench recovery: measures how long a host cannot be reached after its network or its daemon has changed.

Host b pings host a over their network ten times a second; a figure is the time from the end of the change to the first
reply. Each kind of network has new daemons, and each of its rounds makes every change once for every column in turn.
The table has median and worst of the rounds. A column that was never reached again, or failed, continues with new daemons.
"""
import argparse
import json
import math
import os
import statistics

from changes import CHANGES, KINDS
from setup import (FAILURES, QUIET_SHARE, QUIET_WITHIN_S, SCRIPTS, check_rights, chosen, install_missing, programs, run_guarded,
                   wait_for_quiet)

TOOLS = {"ip": "iproute2", "ping": "iputils-ping", "nft": "nftables"}
START_S = 15  # of one column on one kind of network, by experience


def main(words):
    options = read_options(words)
    if options.plan:
        print(plan(options))
        return 0
    check_rights()
    install_missing(TOOLS, options.ours == SCRIPTS)
    return run_guarded(lambda lab: Recovery(lab, options))


def read_options(words):
    parser = argparse.ArgumentParser(prog="scripts/bench recovery", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beside", action="append", default=[], metavar="[NAME=]DIRECTORY",
                        help="also measure the programs of this directory; may be repeated")
    parser.add_argument("--ours", default=SCRIPTS, metavar="DIRECTORY",
                        help="our programs; default: those of this checkout, built if necessary")
    parser.add_argument("--rounds", type=int, default=10, help="default 10")
    parser.add_argument("--only", metavar="NAMES", help="a subset of: " + ",".join(CHANGES))
    parser.add_argument("--plan", action="store_true", help="only print what would be measured, and how long that takes")
    parser.add_argument("--json", metavar="FILE", help="write every figure of every round into this file")
    options = parser.parse_args(words)
    options.markdown = None
    options.only = chosen(parser, "--only", options.only, CHANGES, list(CHANGES))
    options.ours = os.path.realpath(options.ours)
    options.beside = dict(programs(word, parser) for word in options.beside)
    return options


def plan(options):
    """What will be measured, in one line."""
    columns = len(options.beside) + 1
    kinds = {kind: steps for kind in KINDS if (steps := steps_of(kind, options))}
    changes = [change for steps in kinds.values() for change in steps]
    minutes = columns * (len(kinds) * START_S + options.rounds * sum(change.seconds for change in changes)) / 60
    return (f"{', '.join(change.title for change in changes)}: {columns} column{'s' * (columns != 1)} in {options.rounds} "
            f"round{'s' * (options.rounds != 1)}, about {max(1, minutes):.0f} minutes")


def steps_of(kind, options):
    """The changes that are to be measured on a kind of network."""
    return [change for name, steps in kind.changes.items() if name in options.only for change in steps]


class Recovery:
    """The columns and the rounds, on one kind of network after the other."""

    def __init__(self, lab, options):
        self.options, self.lab, self.unquiet = options, lab, 0
        self.directories = {**options.beside, "ours": options.ours}
        self.changes = [change for kind in KINDS for change in steps_of(kind, options)]
        self.figures, self.failed = ({name: {change.title: [] for change in self.changes} for name in self.directories}
                                     for _ in range(2))

    def run(self):
        for kind in KINDS:
            if steps := steps_of(kind, self.options):
                self.run_on(kind, steps)

    def run_on(self, kind, steps):
        lab = self.lab.nest(kind.lab_kind, kind.__name__.lower())
        try:
            lab.open(self.options.ours)
            columns = [kind(lab, name, directory, number) for number, (name, directory) in enumerate(self.directories.items())]
            for column in columns:
                self.start(column)
            for number in range(1, self.options.rounds + 1):
                for change in steps:
                    for column in columns:
                        self.measure(number, column, change)
        except FAILURES as failure:
            for name in self.directories:
                for change in steps:
                    self.fail(name, change, f"no hosts for {kind.__name__}: {failure}")
        finally:
            lab.close()

    @staticmethod
    def start(column):
        try:
            column.start()
        except FAILURES as failure:
            print(f"start, {column.name}: failed: {failure}", flush=True)  # the first measurement starts it again

    def measure(self, number, column, change):
        self.unquiet += wait_for_quiet(QUIET_WITHIN_S) > QUIET_SHARE
        try:
            seconds = column.measure(change)
            self.figures[column.name][change.title].append(seconds)
            print(f"round {number}: {change.title}, {column.name}: {shown(seconds)}", flush=True)
        except FAILURES as failure:
            self.fail(column.name, change, f"round {number}: {failure}")

    def fail(self, name, change, reason):
        self.failed[name][change.title].append(reason)
        print(f"{change.title}, {name}: failed: {reason}", flush=True)

    def finish(self):
        print("\n" + "seconds: median / worst".ljust(40) + "".join(name.rjust(26) for name in self.directories))
        for change in self.changes:
            cells = (summary(self.figures[name][change.title], self.failed[name][change.title]) for name in self.directories)
            print(change.title.ljust(40) + "".join(cell.rjust(26) for cell in cells))
        if self.unquiet:
            print(f"{self.unquiet} measurements began while other programs used the CPUs")
        if self.options.json:
            with open(self.options.json, "w") as file:
                json.dump(self.figures, file, indent=1)
        return 1 if any(reasons for failed in self.failed.values() for reasons in failed.values()) else 0


def shown(seconds):
    return "never" if seconds in (None, math.inf) else f"{seconds:.2f}"


def summary(figures, failures):
    """Median and worst, and how many measurements failed."""
    text = "-"
    if figures:
        ordered = [math.inf if seconds is None else seconds for seconds in figures]
        text = f"{shown(statistics.median(ordered))} / {shown(max(ordered))}"
    return text + (f", {len(failures)} failed" if failures else "")
