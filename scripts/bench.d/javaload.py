# SPDX-License-Identifier: Apache-2.0
"""The programs of daemon/benchmarks, and identities that they generate for nodes of a benchmark."""
import os
import subprocess

from lab import Failed
from setup import SCRIPTS

TREE = os.path.dirname(SCRIPTS)


def build():
    print("Building (mvn package, without tests)", flush=True)
    subprocess.run(["mvn", "-q", "-B", "-DskipTests", "-Dbackhaul.aot=false", "package", "-pl", "daemon/benchmarks", "-am"],
                   cwd=TREE, check=True)


def command(program, *options):
    """The words that run a class of daemon/benchmarks with options for the Java runtime."""
    jdk = subprocess.run([f"{SCRIPTS}/find-jdk"], capture_output=True, text=True, check=True).stdout.strip()
    return [f"{jdk}/bin/java", *options, "-cp", f"{TREE}/daemon/benchmarks/target/app/*", f"net.backhaul.benchmarks.{program}"]


def identities(count, kept, file):
    """Writes so many secret identities into a file, and returns their addresses.

    They are the first of another file, which gets more if it has too few: each takes about 0.1 s.
    """
    subprocess.run([*command("ControllerLoad"), "identities", str(count), kept], check=True)
    with open(kept) as lines:
        found = lines.readlines()[:count]
    if len(found) != count:
        raise Failed(f"expected {count} identities in {kept}, found {len(found)}")
    with open(file, "w") as out:
        out.writelines(found)
    return [line[:10] for line in found]
