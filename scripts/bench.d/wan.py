# SPDX-License-Identifier: Apache-2.0
"""scripts/bench wan: measures pairs of daemons over links that are slower than the CPU, and the bare link beside them.

Host b is behind the link, whose properties an emulator (link.c) provides in both directions; host a is at its other end.
"down" is from a to b, "up" from b to a. For each link and round new daemons are started; each measurement is then performed
once for every column in turn. docs/performance.md explains each figure.
"""
import argparse
import os
import sys
import time

import links
import wanreport
from lab import Failed, Lab, Node, Pair, sh, until
from links import LINKS, Emulator
from setup import FAILURES, SCRIPTS, check_rights, install_missing, programs, run_guarded
from streams import MEASUREMENTS, Skipped, set_up_host

TREE = os.path.dirname(SCRIPTS)
TOOLS = {"ip": "iproute2", "tc": "iproute2", "ping": "iputils-ping", "iperf3": "iperf3", "cc": "gcc libc6-dev"}
QUICK = ["tcp1", "bbr1", "udp"]
SMOKE_LINK, SMOKE, SMOKE_SHARE = "fibre", ["tcp1", "udp"], 0.5


def main(words):
    options = read_options(words)
    check_rights()
    install_missing(TOOLS, options.ours == SCRIPTS)
    return run_guarded(lambda lab: Wan(lab, options))


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
    parser.add_argument("--smoke", action="store_true", help=f"one short round of {SMOKE_LINK}; fails below "
                        f"{SMOKE_SHARE * 100:.0f} %% of its rate")
    parser.add_argument("--no-bare", action="store_true", help="do not measure the bare link")
    parser.add_argument("--options", default="", metavar="JAVA OPTIONS", help="options for the Java runtime of our daemons")
    parser.add_argument("--markdown", metavar="FILE", help="write the tables into this file, between their markers")
    parser.add_argument("--json", metavar="FILE", help="write every figure of every round into this file")
    options = parser.parse_args(words)
    short = options.quick or options.smoke
    options.rounds = options.rounds or (1 if short else 3)
    options.seconds = options.seconds or (3 if options.smoke else 4 if options.quick else 6)
    options.links = chosen(parser, "--links", options.links, LINKS, [SMOKE_LINK] if options.smoke else list(LINKS))
    options.only = chosen(parser, "--only", options.only, MEASUREMENTS,
                          SMOKE if options.smoke else QUICK if options.quick else list(MEASUREMENTS))
    options.ours = os.path.realpath(options.ours)
    options.beside = dict(programs(word, parser) for word in options.beside)
    return options


def chosen(parser, option, text, known, default):
    names = text.split(",") if text else default
    for name in names:
        if name not in known:
            parser.error(f"{option}: there is no {name}; there are {', '.join(known)}")
    return names


class Trio(Pair):
    """Three daemons with their own network: a, b behind the link, and c, a second peer of b."""

    def __init__(self, lab, name, hosts, directory, options):
        self.build(lab, name, tuple(Node(host, directory, options) for host in hosts))

    def start(self):
        super().start()
        for other in self.nodes[2:]:
            until(f"ping to {other.host.name}", lambda: " 0% packet loss" in self.b.host.run(
                "ping", "-c1", "-W1", self.ip(other), check=False), 30)
            until(f"direct path to {other.host.name}", lambda: self.b.is_direct(other) and other.is_direct(self.b), 30)


class Column:
    """One column of the tables: hosts a, b and c, with daemons or bare, and the link of b."""

    def __init__(self, lab, number, name, emulator, directory=None, options=""):
        self.lab, self.name, self.emulator = lab, name, None

        def narrow(host, device, other, other_device):
            self.emulator = Emulator(lab, emulator, host, device, other, other_device)

        self.hosts = [lab.public(f"w{number}-a"), lab.public(f"w{number}-b", narrow), lab.public(f"w{number}-c")]
        for host in self.hosts:
            set_up_host(host)
        self.trio = Trio(lab, f"w{number}", self.hosts, directory, options) if directory else None
        self.addresses = [host.address for host in self.hosts]
        self.ready_s = 0

    def set(self, link, seed):
        """Gives b this link, and starts new daemons on it."""
        if self.trio:
            for node in self.trio.nodes:
                if node.process is not None:
                    node.stop()
        self.emulator.set(link, seed)
        for host in self.hosts:
            host.ip("neigh", "flush", "dev", "uplink")
            host.inside(lambda: set_sysctl("net/ipv4/tcp_ecn", 1 if link.ecn else 2))
            sh("ip", "netns", "exec", host.namespace, "tc", "qdisc", "replace", "dev", "uplink", "root", "pfifo")
            if link.tbf:
                sh("ip", "netns", "exec", host.namespace, "tc", "qdisc", "replace", "dev", "uplink", "root", "tbf",
                   "rate", f"{link.tbf['rate']}mbit", "burst", "16kb", "limit", link.tbf["queue"])
        if self.trio:
            began = time.monotonic()
            self.trio.start()
            self.ready_s = time.monotonic() - began
            self.addresses = [self.trio.ip(node) for node in self.trio.nodes]

    def cpu_s(self):
        return sum(node.cpu_s() for node in self.trio.nodes) if self.trio else 0.0

    def alive(self):
        for node in self.trio.nodes if self.trio else ():
            node.alive()


def set_sysctl(name, value):
    with open(f"/proc/sys/{name}", "w") as file:
        file.write(str(value))


class Wan:
    """The columns, the links and the rounds."""

    def __init__(self, lab, options):
        self.lab, self.options = lab, options
        self.began = time.monotonic()
        self.done = 0
        self.skipped_links = {}
        lab.open(options.ours)
        program = links.compile_emulator(lab.directory)
        self.columns = [] if options.no_bare else [Column(lab, 0, "bare", program)]
        for name, directory, java in [*((name, directory, "") for name, directory in options.beside.items()),
                                      ("ours", options.ours, options.options)]:
            self.columns.append(Column(lab, len(self.columns) + 1, name, program, directory, java))
        self.figures = wanreport.Figures([column.name for column in self.columns])

    def run(self):
        total = self.options.rounds * len(self.options.links) * len(self.options.only) * len(self.columns)
        for round_number in range(1, self.options.rounds + 1):
            for name in self.options.links:
                self.run_link(round_number, name, total)

    def run_link(self, round_number, name, total):
        link = LINKS[name]
        started = []
        for column in self.columns:
            failure = self.attempt(lambda: column.set(link, round_number))
            if failure:
                self.say(f"round {round_number} {name} {column.name}: not started: {failure}")
                for measurement in self.options.only:
                    self.figures.fail(name, measurement, column.name, failure)
                self.done += len(self.options.only)
                continue
            started.append(column)
            if "start" in self.options.only:
                self.measure(round_number, name, "start", column, total)
        for measurement in self.options.only:
            for column in started:
                if measurement != "start":
                    self.measure(round_number, name, measurement, column, total)

    @staticmethod
    def attempt(work):
        try:
            work()
        except FAILURES as failure:
            return " ".join(f"{failure or type(failure).__name__}".split())
        return ""

    def measure(self, round_number, name, measurement, column, total):
        values = {}

        def work():
            column.alive()
            values.update(MEASUREMENTS[measurement].run(column, LINKS[name], self.options))

        failure = ""
        try:
            failure = self.attempt(work)
        except Skipped as reason:
            self.figures.skip(measurement, str(reason))
            failure = f"skipped: {reason}"
        else:
            if failure:
                self.figures.fail(name, measurement, column.name, failure)
                failure = f"failed: {failure}"
            else:
                self.figures.add(name, measurement, column.name, values)
        self.done += 1
        self.say(f"{self.done}/{total} round {round_number} {name} {measurement} {column.name}: "
                 + (failure or ", ".join(f"{key} {wanreport.number(value)}" for key, value in values.items())))

    def finish(self):
        """Prints and writes the results; returns the exit code."""
        options = self.options
        notes = [*wanreport.machine(TREE), f"{options.rounds} round{'s' * (options.rounds != 1)}; streams of {options.seconds} s"]
        if options.options:
            notes.append(f"options of our daemons: {options.options}")
        print("\n" + wanreport.plain(self.figures) + "\n\n" + "\n".join(notes))
        print(f"{time.monotonic() - self.began:.0f} s in all", flush=True)
        if options.markdown:
            wanreport.write_markdown(options.markdown, self.figures, notes)
        if options.json:
            wanreport.write_json(options.json, self.figures, notes)
        failures = self.figures.failures()
        if failures:
            print(f"scripts/bench: {failures} figures could not be measured", file=sys.stderr)
        return 1 if failures else 0

    def say(self, text):
        print(f"[{time.monotonic() - self.began:4.0f} s] {text}", flush=True)
