# SPDX-License-Identifier: Apache-2.0
"""scripts/bench wan: measures pairs of daemons over links that are slower than the CPU, and the bare link beside them.

Host b is behind the link, whose properties an emulator (link.c) provides in both directions; host a is at its
other end. "down" is from a to b, "up" from b to a. Every round starts new daemons and performs each measurement on
each link once for every column in turn; figures are medians of the rounds. docs/performance.md explains each figure.
"""
import argparse
import os
import sys
import time

import linkcheck
import report
import wanreport
from lab import Node, Pair, until
from links import LINKS, UNLIMITED, Emulator, compile_program, lacks_tbf, limit_devices
from setup import (FAILURES, QUIET_SHARE, QUIET_WITHIN_S, SCRIPTS, check_rights, chosen, install_missing, programs, run_guarded,
                   wait_for_quiet)
from streams import MEASUREMENTS, STARTS, A, B, Skipped, iperf, set_up_host, write

TREE = os.path.dirname(SCRIPTS)
TOOLS = {"ip": "iproute2", "tc": "iproute2", "ping": "iputils-ping", "iperf3": "iperf3", "cc": "gcc libc6-dev"}
QUICK = ["tcp1", "bbr1", "udp"]
SMOKE_LINKS, SMOKE = ["dsl", "uplink", "ecn"], ["tcp1", "udp"]
WARM_UP_S, SETTLE_S = 4, 1  # each way
OVERHEAD_S = 4  # of one measurement, by experience
ALWAYS = ("rate", "retransmits", "loss", "call.loss", "drops")


def main(words):
    options = read_options(words)
    if options.plan:
        print(plan(options))
        return 0
    check_rights()
    install_missing(TOOLS, options.ours == SCRIPTS and not options.check)
    return run_guarded(lambda lab: (Check if options.check else Wan)(lab, options))


def read_options(words):
    parser = argparse.ArgumentParser(prog="scripts/bench wan", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beside", action="append", default=[], metavar="[NAME=]DIRECTORY",
                        help="also measure the programs of this directory; may be repeated")
    parser.add_argument("--ours", default=SCRIPTS, metavar="DIRECTORY",
                        help="our programs; default: those of this checkout, built if necessary")
    parser.add_argument("--links", metavar="NAMES", help="a subset of: " + ",".join(LINKS))
    parser.add_argument("--only", metavar="NAMES", help="a subset of: " + ",".join(MEASUREMENTS))
    parser.add_argument("--rounds", type=int, help="default 3")
    parser.add_argument("--seconds", type=int, help="duration of each stream; default 6")
    parser.add_argument("--quick", action="store_true", help="one round of " + ", ".join(QUICK) + " with streams of 4 s")
    parser.add_argument("--smoke", action="store_true", help="one short round of " + ", ".join(SMOKE) + " on " + ", ".join(SMOKE_LINKS) + "; "
                        "fails if the link or our daemons are far from its rate, twice")
    parser.add_argument("--check", action="store_true", help="only verify the emulator, without daemons")
    parser.add_argument("--plan", action="store_true", help="only print what would be measured, and how long that takes")
    parser.add_argument("--no-bare", action="store_true", help="do not measure the bare link")
    parser.add_argument("--options", default="", metavar="JAVA OPTIONS", help="options for the Java runtime of our daemons")
    parser.add_argument("--markdown", metavar="FILE", help="write the tables into this file, between their markers")
    parser.add_argument("--json", metavar="FILE", help="write every figure of every round into this file")
    options = parser.parse_args(words)
    short = options.quick or options.smoke
    options.rounds = options.rounds or (1 if short else 3)
    options.seconds = options.seconds or (3 if options.smoke else 4 if options.quick else 6)
    options.links = chosen(parser, "--links", options.links, LINKS, SMOKE_LINKS if options.smoke else list(LINKS))
    options.only = chosen(parser, "--only", options.only, MEASUREMENTS,
                          SMOKE if options.smoke else QUICK if options.quick else list(MEASUREMENTS))
    options.ours = os.path.realpath(options.ours)
    options.beside = dict(programs(word, parser) for word in options.beside)
    return options


def plan(options):
    """What will be measured, in one line."""
    columns = len(options.beside) + (1 if options.no_bare else 2)
    cells = options.rounds * len(options.links) * len(options.only) * columns
    seconds = cells * (options.seconds + OVERHEAD_S)
    return (f"{', '.join(options.only)} on {', '.join(options.links)}: {columns} columns in {options.rounds} "
            f"round{'s' * (options.rounds != 1)}, {cells} measurements, about {max(1, seconds / 60):.0f} minutes")


class Trio(Pair):
    """Two or three daemons with their own network: a, b behind the link, and c, a second peer of b."""

    def __init__(self, lab, name, hosts, directory, options):
        self.build(lab, name, tuple(Node(host, directory, options) for host in hosts))

    def start(self):
        super().start()
        for other in self.nodes[2:]:
            until(f"ping to {other.host.name}", lambda: " 0% packet loss" in self.b.host.run(
                "ping", "-c1", "-W1", self.ip(other), check=False), 30)
            until(f"direct path to {other.host.name}", lambda: self.b.is_direct(other) and other.is_direct(self.b), 30)


class Check:
    """A bare column whose link is compared with its properties."""

    def __init__(self, lab, options):
        lab.open_internet()
        self.lab, self.options, self.columns, self.faults = lab, options, [], []
        self.emulator, self.datagrams = (compile_program(name, lab.directory) for name in ("link", "datagrams"))

    def run(self):
        self.faults = linkcheck.check(Column(self, "bare"))

    def finish(self):
        for fault in self.faults:
            print(f"scripts/bench: {fault}", file=sys.stderr)
        return 1 if self.faults else 0


class Column:
    """One column of the tables: hosts a, b and perhaps c, with daemons or bare, and the link of b."""

    def __init__(self, wan, name, directory=None, options=""):
        lab, prefix = wan.lab, f"w{len(wan.columns)}"
        self.lab, self.name, self.datagrams, self.emulator = lab, name, wan.datagrams, None

        def narrow(host, device, other, other_device):
            self.emulator = Emulator(lab, wan.emulator, host, device, other, other_device)

        self.hosts = [lab.public(f"{prefix}-a"), lab.public(f"{prefix}-b", narrow)]
        if "two" in wan.options.only:
            self.hosts.append(lab.public(f"{prefix}-c"))
        for host in self.hosts:
            set_up_host(host)
        self.trio = Trio(lab, prefix, self.hosts, directory, options) if directory else None
        self.addresses = [host.address for host in self.hosts]
        self.ready_s = 0

    def set(self, link, seed):
        """Gives b this link, with empty queues."""
        self.emulator.set(link, seed)
        for host in self.hosts:
            host.inside(lambda: set_ecn(link.ecn))
        limit_devices(self.hosts, link)

    def start(self):
        """Starts new daemons."""
        if self.trio:
            self.trio.start()
            self.ready_s = time.monotonic() - max(node.started for node in self.trio.nodes)
            self.addresses = [self.trio.ip(node) for node in self.trio.nodes]

    def revive(self):
        """Starts new daemons if one is dead or the two do not communicate."""
        try:
            if not self.trio or all(node.alive() for node in self.trio.nodes) and self.trio.pings():
                return
        except FAILURES:
            pass
        self.start()

    def cpu_s(self):
        """CPU seconds that the daemons have used; none on the bare link."""
        return sum(node.cpu_s() for node in self.trio.nodes) if self.trio else 0.0


def set_ecn(on):
    """Sets whether TCP of this thread's namespace requests ECN, or only accepts it (the default)."""
    write("/proc/sys/net/ipv4/tcp_ecn", "1" if on else "2")


class Wan:
    """The columns, the links and the rounds."""

    def __init__(self, lab, options):
        self.lab, self.options = lab, options
        self.began = time.monotonic()
        self.done = self.unquiet = 0
        lab.open(options.ours)
        self.emulator, self.datagrams = (compile_program(name, lab.directory) for name in ("link", "datagrams"))
        self.say(plan(options))
        self.columns = []
        if not options.no_bare:
            self.columns.append(Column(self, "bare"))
        for name, directory in options.beside.items():
            self.columns.append(Column(self, name, directory))
        self.columns.append(Column(self, "ours", options.ours, options.options))
        self.figures = wanreport.Figures([column.name for column in self.columns])
        missing = lacks_tbf(lab.internet)
        self.links = [name for name in options.links if not (missing and LINKS[name].tbf)]
        for name in options.links:
            if name not in self.links:
                self.skip(name, missing)
        self.total = options.rounds * len(self.links) * len(options.only) * len(self.columns)

    def skip(self, name, reason):
        if name not in self.figures.skipped:
            self.figures.skipped[name] = reason
            self.say(f"{name} is skipped: {reason}")

    def run(self):
        for round_number in range(1, self.options.rounds + 1):
            starts = [measurement for measurement in self.options.only if measurement in STARTS]
            if starts:
                self.run_starts(round_number, starts)
            others = [measurement for measurement in self.options.only if measurement not in STARTS]
            if others:
                self.run_warm(round_number, others)

    def run_starts(self, round_number, measurements):
        """Measures new daemons on each link."""
        for column in self.columns if round_number == 1 else ():
            column.set(UNLIMITED, round_number)
            column.start()  # joins the network, which is no part of a start
        for name in self.links:
            for measurement in measurements:
                for column in self.columns:
                    column.set(LINKS[name], round_number)
                    self.measure(round_number, name, measurement, column, column.start)

    def run_warm(self, round_number, measurements):
        """Measures new daemons on each link after traffic without limit."""
        for column in self.columns:
            self.warm_up(column, round_number)
        for name in self.links:
            self.run_link(round_number, name, measurements)
            if self.options.smoke and name not in self.figures.failed_links() and wanreport.faults(self.figures, [name]):
                self.say(f"{name} is measured again: " + "; ".join(wanreport.faults(self.figures, [name])))
                self.figures.discard(name)
                self.total += len(measurements) * len(self.columns)
                self.run_link(round_number, name, measurements)

    def run_link(self, round_number, name, measurements):
        for column in self.columns:
            column.set(LINKS[name], round_number)
            self.settle(column, SETTLE_S)
        for measurement in measurements:
            for column in self.columns:
                self.measure(round_number, name, measurement, column)

    def warm_up(self, column, round_number):
        """Starts new daemons and lets their compiler finish on a fast link."""
        column.set(UNLIMITED, round_number)
        if column.trio:
            self.renew(column, round_number)
            self.settle(column, 1 if self.options.smoke else WARM_UP_S)
            self.say(f"round {round_number}: {column.name} is warm")

    def settle(self, column, seconds):
        """Streams in both directions, unrecorded, so that daemons have seen the link before it is measured."""
        if not column.trio:
            return
        for up in (False, True):
            client, server = (B, A) if up else (A, B)
            try:
                iperf(column, client, server, seconds, "-C", "cubic")
            except FAILURES:
                pass  # the measurement itself reports the failure

    def measure(self, round_number, name, measurement, column, before=lambda: None):
        self.unquiet += wait_for_quiet(0 if self.options.smoke else QUIET_WITHIN_S) > QUIET_SHARE
        self.done += 1
        try:
            before()
            values = MEASUREMENTS[measurement].run(column, LINKS[name], self.options)
        except Skipped as reason:
            self.skip(measurement, str(reason))
            return
        except FAILURES as failure:
            text = " ".join(f"{failure or type(failure).__name__}".split())
            self.figures.fail(name, measurement, column.name, text)
            shown = f"failed: {text}"
            self.revive(column)
        else:
            self.figures.add(name, measurement, column.name, values)
            shown = ", ".join(f"{key} {wanreport.number(value)}" for key, value in values.items()
                              if value or key in ALWAYS)
        self.say(f"{self.done}/{self.total} round {round_number} {name} {measurement} {column.name}: {shown}")

    def renew(self, column, round_number):
        """Starts new daemons; from the second round on, a failure does not discard what has been measured."""
        try:
            column.start()
        except FAILURES as failure:
            if round_number == 1:
                raise
            self.say(f"{column.name} did not restart: {failure}")

    def revive(self, column):
        try:
            column.revive()
        except FAILURES as failure:
            self.say(f"{column.name} did not restart: {failure}")

    def finish(self):
        """Prints and writes the results; returns the exit code."""
        options = self.options
        notes = [*report.machine(TREE),
                 f"{options.rounds} round{'s' * (options.rounds != 1)}; streams of {options.seconds} s; medians"]
        if options.options:
            notes.append(f"options of our daemons: {options.options}")
        if self.unquiet:
            notes.append(f"{self.unquiet} of {self.done} measurements started while other processes used more than "
                         f"{QUIET_SHARE:.0%} of the CPUs")
        notes += [f"{name} is skipped: {reason}" for name, reason in self.figures.skipped.items()]
        print("\n" + wanreport.plain(self.figures) + "\n\n" + "\n".join(notes))
        print(f"{time.monotonic() - self.began:.0f} s in all", flush=True)
        if options.markdown:
            wanreport.write_markdown(options.markdown, self.figures, notes)
        if options.json:
            wanreport.write_json(options.json, self.figures, notes)
        faults = self.figures.failures()
        faults += wanreport.faults(self.figures, list(self.figures.values)) if options.smoke else []
        for fault in faults:
            print(f"scripts/bench: {fault}", file=sys.stderr)
        return 1 if faults else 0

    def say(self, text):
        print(f"[{time.monotonic() - self.began:4.0f} s] {text}", flush=True)
