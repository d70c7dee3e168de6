# SPDX-License-Identifier: Apache-2.0
"""scripts/bench recovery: measures how long a host cannot be reached after its network or its daemon has changed.

Host b pings host a over their network ten times a second. Each round makes every change once for every column in
turn; a figure is the time from the end of the change to the first reply. The table has median and worst of the rounds.
"""
import argparse
import json
import os
import re
import signal
import statistics
import time

from lab import Failed, Pair
from setup import FAILURES, QUIET_SHARE, QUIET_WITHIN_S, SCRIPTS, check_rights, install_missing, programs, run_guarded, wait_for_quiet

TOOLS = {"ip": "iproute2", "ping": "iputils-ping"}
WITHIN_S, SETTLE_S = 90, 3
ROUND_S = 120  # of one column, by experience
REPLY = re.compile(r"^\[([\d.]+)\] \d+ bytes from", re.MULTILINE)


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
    parser.add_argument("--plan", action="store_true", help="only print what would be measured, and how long that takes")
    parser.add_argument("--json", metavar="FILE", help="write every figure of every round into this file")
    options = parser.parse_args(words)
    options.markdown = None
    options.ours = os.path.realpath(options.ours)
    options.beside = dict(programs(word, parser) for word in options.beside)
    return options


def plan(options):
    """What will be measured, in one line."""
    columns = len(options.beside) + 1
    minutes = options.rounds * columns * ROUND_S / 60
    return (f"{', '.join(CHANGES)}: {columns} column{'s' * (columns != 1)} in {options.rounds} "
            f"round{'s' * (options.rounds != 1)}, about {max(1, minutes):.0f} minutes")


class Pings:
    """Pings host a from host b ten times a second."""

    def __init__(self, pair):
        self.lab, self.log = pair.lab, os.path.join(pair.lab.directory, f"{pair.name}.ping")
        with open(self.log, "w") as log:
            self.process = pair.b.host.start("ping", "-D", "-n", "-i", "0.1", pair.ip(pair.a), stdout=log)

    def seconds_after(self, moment):
        """Seconds from a moment to the first reply, or None."""
        while time.time() - moment < WITHIN_S:
            with open(self.log) as log:
                later = [seen for seen in map(float, REPLY.findall(log.read())) if seen > moment]
            if later:
                return later[0] - moment
            time.sleep(0.05)
        return None

    def stop(self):
        self.lab.end(self.process)


class Column:
    """A pair of daemons, and the changes of the network of host a."""

    def __init__(self, lab, name, directory, number):
        self.name, self.subnet, self.changed = name, 50 * (number + 1), 0
        self.pair = Pair(lab, f"r{number}", directory, directory)
        self.pair.start()
        self.host = self.pair.a.host
        port = f"second{number}"
        self.host.wire("second", lab.internet, port)
        self.host.ip("link", "set", "second", "down")
        lab.internet.ip("link", "set", port, "master", "internet")
        self.host.ip("addr", "add", f"203.0.113.{self.subnet}/24", "dev", "second")

    def measure(self, change):
        """Makes a change while b pings, and returns the seconds to the first reply after it."""
        pings = Pings(self.pair)
        try:
            if pings.seconds_after(time.time()) is None:
                raise Failed(f"no reply before the change of {self.name}")
            time.sleep(SETTLE_S)
            moment = change(self) or time.time()
            return pings.seconds_after(moment)
        finally:
            pings.stop()

    def restart(self):
        node = self.pair.a
        node.process.send_signal(signal.SIGKILL)
        node.process.wait(5)
        moment = time.time()
        node.start()
        return moment

    def bounce(self, seconds):
        self.host.ip("link", "set", "uplink", "down")
        time.sleep(seconds)
        self.host.ip("link", "set", "uplink", "up")

    def new_address(self):
        self.changed += 1
        self.host.ip("addr", "flush", "dev", "uplink")
        self.host.ip("addr", "add", f"203.0.113.{self.subnet + self.changed % 49 + 1}/24", "dev", "uplink")

    def switch(self, on, off):
        self.host.ip("link", "set", on, "up")
        self.host.ip("link", "set", off, "down")

    def pause(self, seconds):
        self.pair.a.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.pair.a.process.send_signal(signal.SIGCONT)


CHANGES = {
    "kill -9 and restart": Column.restart,
    "link down 0.2 s": lambda column: column.bounce(0.2),
    "link down 3 s": lambda column: column.bounce(3),
    "link down 40 s": lambda column: column.bounce(40),
    "new address": Column.new_address,
    "to the second uplink": lambda column: column.switch("second", "uplink"),
    "and back": lambda column: column.switch("uplink", "second"),
    "daemon stopped 15 s": lambda column: column.pause(15),
}


class Recovery:
    """The columns and the rounds."""

    def __init__(self, lab, options):
        self.options, self.unquiet = options, 0
        lab.open(options.ours)
        directories = {**options.beside, "ours": options.ours}
        self.columns = [Column(lab, name, directory, number) for number, (name, directory) in enumerate(directories.items())]
        self.figures = {column.name: {change: [] for change in CHANGES} for column in self.columns}
        self.failed = 0

    def run(self):
        for number in range(1, self.options.rounds + 1):
            for name, change in CHANGES.items():
                for column in self.columns:
                    self.measure(number, column, name, change)

    def measure(self, number, column, name, change):
        self.unquiet += wait_for_quiet(QUIET_WITHIN_S) > QUIET_SHARE
        try:
            seconds = column.measure(change)
        except FAILURES as failure:
            self.failed += 1
            print(f"round {number}: {name}, {column.name}: failed: {failure}", flush=True)
            return
        self.figures[column.name][name].append(seconds)
        print(f"round {number}: {name}, {column.name}: {shown(seconds)}", flush=True)

    def finish(self):
        print("\n" + "seconds: median / worst".ljust(28) + "".join(column.name.rjust(20) for column in self.columns))
        for change in CHANGES:
            cells = [self.figures[column.name][change] for column in self.columns]
            print(change.ljust(28) + "".join(summary(cell).rjust(20) for cell in cells))
        if self.unquiet:
            print(f"{self.unquiet} measurements began while other programs used the CPUs")
        if self.options.json:
            with open(self.options.json, "w") as file:
                json.dump(self.figures, file, indent=1)
        return 1 if self.failed else 0


def shown(seconds):
    return "never" if seconds is None else f"{seconds:.2f}"


def summary(figures):
    if not figures:
        return "-"
    ordered = [WITHIN_S if seconds is None else seconds for seconds in figures]
    return f"{statistics.median(ordered):.2f} / {shown(None if None in figures else max(ordered))}"

