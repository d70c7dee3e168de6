# SPDX-License-Identifier: Apache-2.0
"""What every benchmark of scripts/bench does before and after: rights, packages, the build, signals, removal."""
import os
import shutil
import signal
import subprocess
import sys
import time

from lab import Failed, Lab

SCRIPTS = os.path.dirname(os.path.dirname(os.path.realpath(__file__)))
FAILURES = (Failed, OSError, LookupError, ValueError, TypeError, subprocess.TimeoutExpired)
QUIET_SHARE, QUIET_WITHIN_S = 0.25, 4
PROGRAMS = ("zerotier-one", "zerotier-cli", "zerotier-idtool")


def programs(word, parser):
    """Splits NAME=DIRECTORY, or a directory alone, into name and directory."""
    name, _, directory = word.rpartition("=")
    directory = os.path.realpath(directory)
    for program in PROGRAMS:
        if not os.access(f"{directory}/{program}", os.X_OK):
            parser.error(f"--beside: {directory} has no program {program}")
    return name or os.path.basename(directory), directory


def chosen(parser, option, text, known, default):
    """Splits the comma-separated names of an option, which have to be known."""
    names = text.split(",") if text else default
    for name in names:
        if name not in known:
            parser.error(f"{option}: there is no {name}; there are {', '.join(known)}")
    return names


def check_rights():
    if sys.platform != "linux":
        sys.exit(f"scripts/bench: needs Linux, for its namespaces and emulated links; this is {sys.platform}")
    if os.geteuid() != 0:
        sys.exit("scripts/bench: root is required to create namespaces and Ethernet devices: run sudo scripts/bench")
    if not os.path.exists("/dev/net/tun"):
        sys.exit("scripts/bench: this host has no /dev/net/tun: run modprobe tun "
                 "(in a container: start it with --device /dev/net/tun --cap-add NET_ADMIN)")


def install_missing(tools, build):
    """Installs the packages of missing tools, and builds the tree if it is measured."""
    wanted = {**tools, "mvn": "maven"} if build else tools
    packages = [package for program, names in wanted.items() if not shutil.which(program) for package in names.split()]
    if build and subprocess.run([f"{SCRIPTS}/find-jdk"], capture_output=True).returncode:
        packages.append("openjdk-25-jdk-headless")
    if packages:
        install(packages)
    if build:
        subprocess.run([f"{SCRIPTS}/build"], check=True)


def install(packages):
    if not shutil.which("apt-get"):
        sys.exit(f"scripts/bench: apt is not here to install what is missing: {' '.join(packages)}")
    print(f"installing {' '.join(packages)}", flush=True)
    quiet = {"stdout": subprocess.DEVNULL, "env": {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}}
    subprocess.run(["apt-get", "update", "-q"], **quiet)
    if subprocess.run(["apt-get", "install", "-qy", "--no-install-recommends", *packages], **quiet).returncode:
        sys.exit(f"scripts/bench: apt could not install {' '.join(packages)}")


def run_guarded(make_bench):
    """Runs a benchmark in a lab and removes the lab, however the run ends; returns the exit code.

    After Ctrl-C it prints what has been measured until then, and writes no file.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda number, _: sys.exit(128 + number))
    lab, bench = Lab(), None
    interrupted = False
    try:
        bench = make_bench(lab)
        bench.run()
    except Failed as failure:
        print(f"\nscripts/bench: {failure}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nscripts/bench: interrupted", file=sys.stderr)
        interrupted = True
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        lab.close()
    if interrupted:
        if bench:
            bench.options.markdown = bench.options.json = None
            bench.finish()
        return 130
    return bench.finish()


def busy_share(seconds=0.3):
    """The share of all CPUs that was not idle during an interval."""
    def sample():
        with open("/proc/stat") as stat:
            fields = [int(field) for field in stat.readline().split()[1:9]]
        return sum(fields), fields[3] + fields[4]

    total, idle = sample()
    time.sleep(seconds)
    later_total, later_idle = sample()
    return 1 - (later_idle - idle) / max(1, later_total - total)


def wait_for_quiet(seconds):
    """Waits up to so many seconds for the rest of the machine to be idle; returns its load."""
    end = time.monotonic() + seconds
    busy = busy_share()
    while busy > QUIET_SHARE and time.monotonic() < end:
        busy = busy_share()
    return busy
