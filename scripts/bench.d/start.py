# SPDX-License-Identifier: Apache-2.0
"""scripts/bench start: measures the start of a daemon without networks, and its memory at rest.

Each column starts in turn, on a home that it has used before, and communicates with nobody. The start lasts from the
execution of zerotier-one until the API answers; the memory is that of the process some seconds later (RSS of
/proc/PID/smaps_rollup).
"""
import argparse
import http.client
import json
import os
import statistics
import subprocess
import tempfile
import time

import report
from lab import Failed
from setup import SCRIPTS, install_missing, programs

SETTINGS = {"settings": {"allowSecondaryPort": False, "portMappingEnabled": False, "allowTcpFallbackRelay": False,
                         "bind": ["127.0.0.1"]}}
START_WITHIN_S, END_WITHIN_S, PAUSE_S = 30, 10, 0.001
ROWS = {"start": "start until the API answers, ms", "cpu": "processor time of that, ms", "rss": "resident memory at rest, MB"}


def main(words):
    options = read_options(words)
    if options.plan:
        print(f"{options.rounds} starts of each: {', '.join([*options.beside, 'ours'])}")
        return 0
    install_missing({}, options.ours == SCRIPTS)
    directories = {**options.beside, "ours": options.ours}
    with tempfile.TemporaryDirectory(prefix="backhaul-start-") as directory:
        homes = {name: make_home(f"{directory}/{number}", options.ours) for number, name in enumerate(directories)}
        figures = {name: [] for name in directories}
        for number in range(-1, options.rounds):
            for name, programs_of in directories.items():
                figure = measure(programs_of, homes[name], options.rest)
                if number >= 0:  # the first start of each fills its home and the page cache
                    figures[name].append(figure)
    print(f"{options.rounds} starts each".ljust(40) + "".join(name.rjust(26) for name in figures))
    for key, heading in ROWS.items():
        cells = ([figure[key] for figure in figures[name]] for name in figures)
        texts = (f"{statistics.median(cell):.1f} ({min(cell):.1f} to {max(cell):.1f})" for cell in cells)
        print(heading.ljust(40) + "".join(text.rjust(26) for text in texts))
    print(*report.machine(os.path.dirname(SCRIPTS)), sep="\n")
    return 0


def read_options(words):
    parser = argparse.ArgumentParser(prog="scripts/bench start", description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--beside", action="append", default=[], metavar="[NAME=]DIRECTORY",
                        help="also measure the programs of this directory; may be repeated")
    parser.add_argument("--ours", default=SCRIPTS, metavar="DIRECTORY",
                        help="our programs, such as lib/backhaul/bin of a package; default: those of this checkout")
    parser.add_argument("--rounds", type=int, default=20, help="starts of each; default 20")
    parser.add_argument("--rest", type=float, default=5, metavar="SECONDS",
                        help="how long after the start the memory is read; default 5")
    parser.add_argument("--plan", action="store_true", help="only print what would be measured")
    options = parser.parse_args(words)
    options.ours = os.path.realpath(options.ours)
    options.beside = dict(programs(word, parser) for word in options.beside)
    return options


def make_home(path, idtool):
    os.mkdir(path)
    with open(f"{path}/local.conf", "w") as file:
        json.dump(SETTINGS, file)
    subprocess.run([f"{idtool}/zerotier-idtool", "generate", f"{path}/identity.secret", f"{path}/identity.public"], check=True,
                   stdout=subprocess.DEVNULL)
    return path


def measure(directory, home, rest):
    """Starts a daemon, and returns the figures of ROWS."""
    if os.path.exists(f"{home}/zerotier-one.port"):
        os.remove(f"{home}/zerotier-one.port")
    began = time.monotonic()
    daemon = subprocess.Popen([f"{directory}/zerotier-one", "-U", "-p0", home], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        while not answers(home):
            if daemon.poll() is not None or time.monotonic() - began > START_WITHIN_S:
                raise Failed(f"{directory}/zerotier-one did not answer within {START_WITHIN_S} s")
            time.sleep(PAUSE_S)
        figures = {"start": 1000 * (time.monotonic() - began), "cpu": cpu_ms(daemon.pid)}
        time.sleep(rest)
        return {**figures, "rss": rss_mb(daemon.pid)}
    finally:
        daemon.terminate()
        try:
            daemon.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            daemon.kill()
            daemon.wait()


def answers(home):
    try:
        with open(f"{home}/zerotier-one.port") as file:
            port = int(file.read())
        with open(f"{home}/authtoken.secret") as file:
            token = file.read().strip()
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=1)
        connection.request("GET", "/status", headers={"X-ZT1-Auth": token})
        return connection.getresponse().status == 200
    except (OSError, ValueError, http.client.HTTPException):
        return False


def cpu_ms(pid):
    """The time that all threads have run; on a busy machine it varies less than the time that has passed."""
    total_ns = 0
    for thread in os.listdir(f"/proc/{pid}/task"):
        try:
            with open(f"/proc/{pid}/task/{thread}/schedstat") as file:
                total_ns += int(file.read().split()[0])
        except OSError:
            pass  # the thread has ended
    return total_ns / 1e6


def rss_mb(pid):
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return next(int(line.split()[1]) for line in file if line.startswith("Rss:")) / 1024

