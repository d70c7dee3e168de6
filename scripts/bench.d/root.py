# SPDX-License-Identifier: Apache-2.0
"""scripts/bench root: a root of ours with many peers, in one process and on one thread, without sockets.

Prints the memory of a peer, and how many first and further HELLOs and relayed packets of 1,428 bytes one thread handles
in a second. The peers have real keys; the validation of an identity, which other threads do, is measured by itself.

With --beside, it measures daemons instead, which peers with real identities reach over UDP, each from a prefix of its
own: the same rates, the CPU of the daemon, and its resident memory. Each column runs alone.
"""
import argparse
import json
import os
import subprocess

import javaload
import report
from lab import Node, PORT, sh
from setup import FAILURES, SCRIPTS, check_rights, install_missing, programs, run_guarded

TOOLS = {"ip": "iproute2"}
KEY_BYTES = 3_000  # of the peers themselves, for each
MOST_PEERS, MOST_PREFIXES = 1_000_000, 16_384
PEER_IPS = "10.64.0.0/10"
LOAD_WITHIN_S = 900
MARKERS = ("<!-- made by scripts/bench root: begin -->", "<!-- made by scripts/bench root: end -->")
ROWS = {  # name of a figure: its heading
    "first": "first HELLOs a second",
    "first_us": "- CPU of the daemon for each, µs",
    "first_cpu": "- CPU of the daemon, % of one",
    "again": "further HELLOs a second",
    "again_us": "- CPU of the daemon for each, µs",
    "again_cpu": "- CPU of the daemon, % of one",
    "relayed": "relayed packets a second",
    "relayed_us": "- CPU of the daemon for each, µs",
    "relayed_cpu": "- CPU of the daemon, % of one",
    "rss_before": "resident memory without peers, MB",
    "rss_after": "resident memory after the first HELLOs, MB",
    "peer_kb": "- more than before, for each peer, KB",
    "rss_end": "resident memory at the end, MB",
}


def main(words):
    options = read_options(words)
    if options.plan:
        print(plan(options))
        return 0
    if options.beside:
        check_rights()
        install_missing(TOOLS, options.ours == SCRIPTS)
        return run_guarded(lambda lab: Roots(lab, options))
    javaload.build()
    return in_process(options)


def read_options(words):
    parser = argparse.ArgumentParser(prog="scripts/bench root", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=int,
                        help=f"how many peers: default 10000, up to {MOST_PEERS}; with --beside 1000, up to {MOST_PREFIXES}")
    parser.add_argument("--packets", type=int, default=1_000_000, help="packets to relay in one process (default: 1000000)")
    parser.add_argument("--beside", action="append", default=[], metavar="[NAME=]DIRECTORY",
                        help="measure daemons: ours and the programs of this directory; may be repeated")
    parser.add_argument("--ours", default=SCRIPTS, metavar="DIRECTORY",
                        help="our programs; default: those of this checkout, built if necessary")
    parser.add_argument("--seconds", type=int, help="how long daemons get further HELLOs, and packets; default 10")
    parser.add_argument("--identities", metavar="FILE", help="keep the identities in this file, for the next run")
    parser.add_argument("--smoke", action="store_true",
                        help="500 peers and 20,000 packets, or 20 peers of daemons for 1 s: whether it works")
    parser.add_argument("--plan", action="store_true", help="only print what would be measured")
    parser.add_argument("--markdown", metavar="FILE", help="write the table of the daemons into this file, between its markers")
    parser.add_argument("--json", metavar="FILE", help="write every figure of the daemons into this file")
    options = parser.parse_args(words)
    options.ours = os.path.realpath(options.ours)
    options.beside = dict(programs(word, parser) for word in options.beside)
    if options.smoke:
        options.peers, options.packets, options.seconds = 20 if options.beside else 500, 20_000, 1
    options.peers = options.peers or (1_000 if options.beside else 10_000)
    options.seconds = options.seconds or 10
    most = MOST_PREFIXES if options.beside else MOST_PEERS
    if not 2 <= options.peers <= most or options.packets < 1 or options.seconds < 1:
        parser.error(f"--peers: expected 2 to {most}; --packets, --seconds: expected at least 1")
    if options.beside and options.peers % 2:
        parser.error(f"--peers: expected pairs, found {options.peers}")
    return options


def plan(options):
    """What will be measured, in one line."""
    if options.beside:
        return (f"{options.peers} peers, {options.seconds} s of HELLOs and of packets to relay: "
                f"{', '.join([*options.beside, 'ours'])}")
    return f"{options.peers} peers, {options.packets} packets to relay"


def in_process(options):
    heap = 512 + options.peers * 2 * KEY_BYTES // 1_000_000 * 2
    run = subprocess.run(
        [*javaload.command("RootLoad", f"-Xmx{heap}m", "-XX:+UseSerialGC",
                           "--add-opens=java.base/com.sun.crypto.provider=ALL-UNNAMED"),
         str(options.peers), str(options.packets)], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        print(run.stderr)
        return 1
    for name, value in json.loads(run.stdout.splitlines()[-1]).items():
        print(f"{name:28} {value:>12,}")
    return 0


class Column:
    """One daemon, the root of a planet of its own, and a host for its peers."""

    def __init__(self, lab, name, directory, number, ours):
        self.name, self.lab = name, lab
        self.node = Node(lab.public(f"r{number}"), directory)
        self.crowd = lab.public(f"p{number}")
        self.crowd.ip("route", "add", "local", PEER_IPS, "dev", "lo")
        self.node.host.ip("route", "add", PEER_IPS, "via", self.crowd.address)
        lab.planet = f"{self.node.home}.planet"
        sh(f"{ours}/zerotier-idtool", "genplanet", lab.planet, f"{self.node.host.address}/{PORT}={self.node.home}/identity.secret")

    def measure(self, identities, seconds):
        self.node.start()
        try:
            with open(f"{self.node.home}/identity.public") as identity:
                words = [identities, f"{self.node.host.address}/{PORT}", identity.read().strip(), self.node.process.pid, seconds]
            command = javaload.command("DaemonRootLoad", "-Xmx1g", "--add-opens=java.base/com.sun.crypto.provider=ALL-UNNAMED")
            output = self.crowd.run(*command, *words, timeout=LOAD_WITHIN_S + 2 * seconds)
        finally:
            self.node.stop()
        figures = json.loads(output.strip().splitlines()[-1])
        figures["peer_kb"] = (figures["rss_after"] - figures["rss_before"]) * 1024 / figures["peers"]
        return figures


class Roots:
    """The columns, one after the other."""

    def __init__(self, lab, options):
        self.options, self.lab, self.figures, self.failed = options, lab, {}, 0
        lab.open_internet()
        javaload.build()
        self.identities = f"{lab.directory}/identities"
        kept = os.path.realpath(options.identities) if options.identities else f"{lab.directory}/kept"
        javaload.identities(options.peers, kept, self.identities)

    def run(self):
        directories = {**self.options.beside, "ours": self.options.ours}
        for number, (name, directory) in enumerate(directories.items()):
            try:
                column = Column(self.lab, name, directory, number, self.options.ours)
                self.figures[name] = column.measure(self.identities, self.options.seconds)
            except FAILURES as failure:
                self.failed += 1
                print(f"{name}: failed: {failure}", flush=True)
                continue
            print(f"{name}: " + ", ".join(f"{key} {report.number(value)}" for key, value in self.figures[name].items()),
                  flush=True)

    def finish(self):
        names = list(self.figures)
        print("\n" + f"{self.options.peers} peers".ljust(46) + "".join(name.rjust(14) for name in names))
        for key, heading in ROWS.items():
            print(heading.ljust(46) + "".join(report.number(self.figures[name][key]).rjust(14) for name in names))
        facts = [*report.machine(javaload.TREE), f"streams of {self.options.seconds} s"]
        print(*facts, sep="\n")
        if self.options.markdown and names:
            lines = [f"| {self.options.peers} peers | " + " | ".join(names) + " |", "|---" + "|---:" * len(names) + "|"]
            for key, heading in ROWS.items():
                lines.append(f"| {heading} | " + " | ".join(report.number(self.figures[name][key]) for name in names) + " |")
            lines += ["", *(f"- {fact}" for fact in facts)]
            report.replace_between(self.options.markdown, *MARKERS, "\n".join(lines))
        if self.options.json:
            with open(self.options.json, "w") as file:
                json.dump(self.figures, file, indent=1)
        return 1 if self.failed else 0
