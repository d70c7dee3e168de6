# SPDX-License-Identifier: Apache-2.0
"""scripts/bench controller: measures a controller with a network of many members.

The records are made as files of controller.d, which every column reads. Some of the members are real: each has an
identity and an address of its own, and requests its configuration once a second. Each column runs alone.
"""
import argparse
import json
import os
import shutil
import time

import javaload
import report
from javaload import TREE
from lab import Failed, Node, PORT, sh, until
from setup import FAILURES, SCRIPTS, check_rights, install_missing, programs, run_guarded

TOOLS = {"ip": "iproute2"}
MEMBER_IPS, FIRST_IP = "10.66.0.0/16", "10.66.0.1"
MAX_MEMBERS = 65_000  # real ones: addresses of that prefix
START_WITHIN_S, LOAD_EXTRA_S = 900, 700
MARKERS = ("<!-- made by scripts/bench controller: begin -->", "<!-- made by scripts/bench controller: end -->")
ROWS = {  # name of a figure: its heading
    "import": "first start, which imports the files, s",
    "start": "start until the last member is answered, s",
    "disk": "size of its files, MB",
    "rss": "resident memory after the start, MB",
    "rate": "configurations a second",
    "p50": "latency, median, ms",
    "p99": "latency, 99 %, ms",
    "cpu": "CPU while answering, % of one",
    "rss_after": "resident memory after that, MB",
}


def main(words):
    options = read_options(words)
    if options.plan:
        print(plan(options))
        return 0
    check_rights()
    install_missing(TOOLS, options.ours == SCRIPTS)
    return run_guarded(lambda lab: Controllers(lab, options))


def read_options(words):
    parser = argparse.ArgumentParser(prog="scripts/bench controller", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beside", action="append", default=[], metavar="[NAME=]DIRECTORY",
                        help="also measure the programs of this directory; may be repeated")
    parser.add_argument("--ours", default=SCRIPTS, metavar="DIRECTORY",
                        help="our programs; default: those of this checkout, built if necessary")
    parser.add_argument("--members", type=int, default=100_000, help="records of the network; default 100000")
    parser.add_argument("--requesting", type=int, default=1_000,
                        help="members that are real; default 1000, whose identities take about two minutes")
    parser.add_argument("--seconds", type=int, default=10, help="how long they request; default 10")
    parser.add_argument("--identities", metavar="FILE", help="keep their identities in this file, for the next run")
    parser.add_argument("--plan", action="store_true", help="only print what would be measured")
    parser.add_argument("--markdown", metavar="FILE", help="write the table into this file, between its markers")
    parser.add_argument("--json", metavar="FILE", help="write every figure into this file")
    options = parser.parse_args(words)
    if not 1 <= options.requesting <= min(options.members, MAX_MEMBERS):
        parser.error(f"--requesting: expected 1 to --members, at most {MAX_MEMBERS}, found {options.requesting}")
    options.ours = os.path.realpath(options.ours)
    options.beside = dict(programs(word, parser) for word in options.beside)
    return options


def plan(options):
    """What will be measured, in one line."""
    return (f"a network of {options.members} members, of which {options.requesting} request for {options.seconds} s: "
            f"{', '.join([*options.beside, 'ours'])}")


class Load:
    """The program with the real members: daemon/benchmarks."""

    def __init__(self, options, directory):
        javaload.build()
        self.command = javaload.command("ControllerLoad", "-Xmx2g")
        kept = os.path.realpath(options.identities) if options.identities else f"{directory}/kept"
        self.file = f"{directory}/identities"
        self.addresses = javaload.identities(options.requesting, kept, self.file)

    def write_peers(self, home):
        """So that the controller need not validate them, which is bounded to a few a second."""
        sh(*self.command, "peers", self.file, FIRST_IP, f"{home}/peers.d", timeout=120)

    def run(self, host, node, network, seconds):
        with open(f"{node.home}/identity.public") as identity:
            words = [*self.command, "load", self.file, FIRST_IP, f"{node.host.address}/{PORT}", identity.read().strip(),
                     network, seconds]
        return json.loads(host.run(*words, timeout=seconds + LOAD_EXTRA_S).strip().splitlines()[-1])


class Column:
    """One controller with its records."""

    def __init__(self, lab, name, directory, number):
        self.name, self.lab = name, lab
        self.node = Node(lab.public(f"c{number}"), directory)
        self.crowd = lab.public(f"m{number}")
        self.crowd.ip("route", "add", "local", MEMBER_IPS, "dev", "lo")
        self.node.host.ip("route", "add", MEMBER_IPS, "via", self.crowd.address)
        self.network = f"{self.node.id}000001"
        self.records = f"{self.node.home}/controller.d/network"

    def write_records(self, members):
        """Writes the network and its members as the reference does."""
        os.makedirs(f"{self.records}/{self.network}/member")
        write(f"{self.records}/{self.network}.json", {
            "id": self.network, "nwid": self.network, "objtype": "network", "name": "bench", "private": True,
            "enableBroadcast": True, "multicastLimit": 32, "mtu": 2800, "revision": 1, "creationTime": 1700000000000,
            "v4AssignMode": {"zt": True}, "v6AssignMode": {"zt": False, "rfc4193": False, "6plane": False},
            "routes": [{"target": "10.64.0.0/14", "via": None}],
            "ipAssignmentPools": [{"ipRangeStart": "10.64.0.1", "ipRangeEnd": "10.67.255.254"}],
            "rules": [{"type": "ACTION_ACCEPT", "not": False, "or": False}], "capabilities": [], "tags": [],
            "authTokens": [None], "remoteTraceLevel": 0, "remoteTraceTarget": None, "ssoEnabled": False, "dns": []})
        for number, address in enumerate(members):
            write(f"{self.records}/{self.network}/member/{address}.json", {
                "id": address, "address": address, "nwid": self.network, "objtype": "member", "authorized": True,
                "activeBridge": False, "noAutoAssignIps": False, "revision": 1, "creationTime": 1700000000000,
                "ipAssignments": [f"10.{64 + (number + 1 >> 16)}.{number + 1 >> 8 & 255}.{number + 1 & 255}"],
                "capabilities": [], "tags": [], "authenticationExpiryTime": 0, "lastAuthorizedTime": 1700000000000,
                "lastDeauthorizedTime": 0, "vMajor": -1, "vMinor": -1, "vRev": -1, "vProto": -1,
                "remoteTraceLevel": 0, "remoteTraceTarget": None, "ssoExempt": False})

    def start(self, last):
        """Starts the daemon; returns the seconds until it answers with the last member."""
        began = time.monotonic()
        self.node.start(START_WITHIN_S)
        path = f"/controller/network/{self.network}/member/{last}"
        until(f"answer with the last member of {self.name}",
              lambda: self.node.alive() and self.node.api(path).get("authorized") is True, START_WITHIN_S, 0.02)
        return time.monotonic() - began

    def disk_mb(self):
        database = [f for f in os.listdir(self.node.home) if f.startswith("backhaul.db")]
        paths = [f"{self.node.home}/{f}" for f in database] or [f"{self.node.home}/controller.d"]
        return sum(int(sh("du", "-sk", path).split()[0]) for path in paths) / 1024

    def measure(self, members, load, seconds):
        self.write_records(members)
        load.write_peers(self.node.home)
        figures = {"import": self.start(members[-1])}
        self.node.stop()
        figures["start"] = self.start(members[-1])
        figures["disk"], figures["rss"] = self.disk_mb(), self.node.rss_mb()
        # The first run is for compilation, and for records that get the identities of their members.
        load.run(self.crowd, self.node, self.network, seconds)
        before = self.node.cpu_s()
        answers = load.run(self.crowd, self.node, self.network, seconds)
        if not answers["answers"]:
            raise Failed(f"none of {answers['requests']} requests was answered with a configuration, {answers['errors']} with an error")
        figures["cpu"] = 100 * (self.node.cpu_s() - before) / seconds
        figures.update({name: float(answers[name]) for name in ("rate", "p50", "p99")})
        figures["rss_after"] = self.node.rss_mb()
        self.node.stop()
        shutil.rmtree(self.node.home)
        return figures


def write(file, record):
    with open(file, "w") as out:
        json.dump(record, out)


class Controllers:
    """The columns, one after the other."""

    def __init__(self, lab, options):
        self.options, self.lab, self.figures, self.failed = options, lab, {}, 0
        lab.open(options.ours)
        self.load = Load(options, lab.directory)

    def run(self):
        taken = set(self.load.addresses)
        # The real ones last, so that the last record is that of one of them.
        others = (f"{0x1000000000 + 7919 * number:010x}" for number in range(2 * self.options.members))
        members = [address for address in others if address not in taken]
        members = members[:self.options.members - len(taken)] + self.load.addresses
        directories = {**self.options.beside, "ours": self.options.ours}
        for number, (name, directory) in enumerate(directories.items()):
            print(f"{name}: {len(members)} records", flush=True)
            try:
                column = Column(self.lab, name, directory, number)
                self.figures[name] = column.measure(members, self.load, self.options.seconds)
            except FAILURES as failure:
                self.failed += 1
                print(f"{name}: failed: {failure}", flush=True)
                continue
            print(f"{name}: " + ", ".join(f"{key} {report.number(value)}" for key, value in self.figures[name].items()),
                  flush=True)

    def finish(self):
        names = list(self.figures)
        print("\n" + f"{self.options.members} members".ljust(46) + "".join(name.rjust(14) for name in names))
        for key, heading in ROWS.items():
            print(heading.ljust(46) + "".join(report.number(self.figures[name][key]).rjust(14) for name in names))
        if self.options.markdown and names:
            lines = [f"| {self.options.members} members, {self.options.requesting} requesting | " + " | ".join(names) + " |",
                     "|---" + "|---:" * len(names) + "|"]
            for key, heading in ROWS.items():
                lines.append(f"| {heading} | " + " | ".join(report.number(self.figures[name][key]) for name in names) + " |")
            lines += ["", *(f"- {fact}" for fact in report.machine(TREE))]
            report.replace_between(self.options.markdown, *MARKERS, "\n".join(lines))
        if self.options.json:
            with open(self.options.json, "w") as file:
                json.dump(self.figures, file, indent=1)
        return 1 if self.failed else 0
