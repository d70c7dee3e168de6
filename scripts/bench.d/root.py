# SPDX-License-Identifier: Apache-2.0
"""scripts/bench root: a root of ours with many peers, in one process and on one thread, without sockets.

Prints the memory of a peer, and how many first and further HELLOs and relayed packets of 1,428 bytes one thread handles
in a second. The peers have real keys; the validation of an identity, which other threads do, is measured by itself.
"""
import argparse
import json
import os
import subprocess

from setup import SCRIPTS

TREE = os.path.dirname(SCRIPTS)
KEY_BYTES = 3_000  # of the peers themselves, for each


def main(words):
    parser = argparse.ArgumentParser(prog="scripts/bench root", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", type=int, default=10_000, help="how many peers, up to 1,000,000 (default: 10000)")
    parser.add_argument("--packets", type=int, default=1_000_000, help="packets to relay (default: 1000000)")
    parser.add_argument("--smoke", action="store_true", help="500 peers and 20,000 packets: whether it works")
    parser.add_argument("--plan", action="store_true", help="only print what would be measured")
    options = parser.parse_args(words)
    if options.smoke:
        options.peers, options.packets = 500, 20_000
    if not 2 <= options.peers <= 1_000_000 or options.packets < 1:
        parser.error("--peers: expected 2 to 1000000; --packets: expected at least 1")
    if options.plan:
        print(f"{options.peers} peers, {options.packets} packets to relay")
        return 0
    print("Building (mvn package, without tests)", flush=True)
    subprocess.run(["mvn", "-q", "-B", "-DskipTests", "-Dbackhaul.aot=false", "package", "-pl", "daemon/benchmarks", "-am"],
                   cwd=TREE, check=True)
    jdk = subprocess.run([f"{SCRIPTS}/find-jdk"], capture_output=True, text=True, check=True).stdout.strip()
    heap = 512 + options.peers * 2 * KEY_BYTES // 1_000_000 * 2
    run = subprocess.run(
        [f"{jdk}/bin/java", f"-Xmx{heap}m", "-XX:+UseSerialGC", "--add-opens=java.base/com.sun.crypto.provider=ALL-UNNAMED",
         "-cp", f"{TREE}/daemon/benchmarks/target/app/*", "net.backhaul.benchmarks.RootLoad",
         str(options.peers), str(options.packets)], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        print(run.stderr)
        return 1
    for name, value in json.loads(run.stdout.splitlines()[-1]).items():
        print(f"{name:28} {value:>12,}")
    return 0
