# SPDX-License-Identifier: Apache-2.0
"""Links that are slower than the CPU: their properties, and the emulator (link.c) that provides them."""
import json
import os
import subprocess
from dataclasses import dataclass, field

from lab import Failed, last_line, sh

TBF_BURST = 16_000  # bytes: about ten frames
DEVICE_QUEUE = 10_000  # frames: the kernel's queue before the emulator never overflows
FIELDS = ("frames", "bytes", "dropped", "lost", "marked", "late", "failed")


@dataclass
class Link:
    """A kind of link. Properties are those of link.c; `up` overrides them away from the host behind the link."""
    title: str
    down: dict
    up: dict = field(default_factory=dict)
    tbf: dict = field(default_factory=dict)  # of the hosts' own devices: rate in Mbit/s, queue in bytes
    ecn: bool = False

    def direction(self, up):
        return {**self.down, **(self.up if up else {})}

    def rate(self, up):
        """Mbit/s of Ethernet frames."""
        return self.tbf.get("rate") or self.direction(up)["rate"]


UNLIMITED = Link("no limit", {"rate": 0})
LINKS = {
    "fibre": Link("300 Mbit/s, 10 ms, 375 KB of queue", {"rate": 300, "delay": 5, "queue": 375_000}),
    "shallow": Link("300 Mbit/s, 10 ms, 48 KB of queue", {"rate": 300, "delay": 5, "queue": 48_000}),
    "dsl": Link("50 Mbit/s, 40 ms, 250 KB of queue", {"rate": 50, "delay": 20, "queue": 250_000}),
    "ocean": Link("100 Mbit/s, 120 ms, 1.5 MB of queue, 0.01 % lost",
                  {"rate": 100, "delay": 60, "queue": 1_500_000, "loss": 0.0001}),
    "wifi": Link("80 Mbit/s, 8 ms, 200 KB of queue, 0.3 % lost, 1 in 100 overtaken",
                 {"rate": 80, "delay": 4, "queue": 200_000, "loss": 0.003, "late": 0.01, "lateness": 3}),
    "uplink": Link("the sender's own device is the bottleneck: 50 Mbit/s, 4 MB of queue",
                   {"rate": 0}, tbf={"rate": 50, "queue": 4_000_000}),
    "uplink20": Link("the sender's own device is the bottleneck: 50 Mbit/s, 20 ms of queue",
                     {"rate": 0}, tbf={"rate": 50, "queue": 125_000}),
    "gigabit": Link("1 Gbit/s, 2 ms, 128 KB of queue", {"rate": 1000, "delay": 1, "queue": 128_000}),
    "asymmetric": Link("20 Mbit/s down, 5 up, 30 ms, 100 KB of queue",
                       {"rate": 20, "delay": 15, "queue": 100_000}, up={"rate": 5}),
    "lte": Link("40 Mbit/s down, 15 up, 40 to 70 ms that vary, clumps every 5 ms, 600 KB of queue",
                {"rate": 40, "delay": 20, "queue": 600_000, "wander": 15, "grant": 5}, up={"rate": 15}),
    "policer": Link("100 Mbit/s, 20 ms, a policer with a bucket of 125 KB and no queue",
                    {"rate": 100, "delay": 10, "bucket": 125_000}),
    "ecn": Link("50 Mbit/s, 20 ms, 500 KB of queue that marks from 10 ms",
                {"rate": 50, "delay": 10, "queue": 500_000, "mark": 10}, ecn=True),
}


def compile_program(name, directory):
    """Compiles a C program of this directory into another one and returns it."""
    program = os.path.join(directory, name)
    source = os.path.join(os.path.dirname(os.path.realpath(__file__)), f"{name}.c")
    sh("cc", "-std=gnu17", "-O2", "-Wall", "-Werror", "-o", program, source, timeout=120)
    return program


class Emulator:
    """One running emulator between a host and the internet; it ends with this process."""

    def __init__(self, lab, program, host, device, other, other_device):
        self.lab, self.host, self.device = lab, host, device
        self.process = subprocess.Popen(
            [program, f"{host.namespace}/{device}", f"{other.namespace}/{other_device}"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
        lab.processes.append(self.process)
        self.read("ready")
        for end, name in ((host, device), (other, other_device)):
            end.ip("link", "set", name, "txqueuelen", DEVICE_QUEUE)
            end.ip("link", "set", name, "up")

    def read(self, expected=None):
        line = self.process.stdout.readline().strip()
        if not line:
            raise Failed(f"the link emulator ended: {last_line(self.process.stderr.read())}")
        if expected and line != expected:
            raise Failed(f"the link emulator answered {line}")
        return line

    def request(self, command, expected=None):
        try:
            self.process.stdin.write(command + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass  # read() reports why
        return self.read(expected)

    def set(self, link, seed):
        """Gives both directions the properties of a link, with empty queues and new random sequences."""
        for direction in (0, 1):  # 0: from the host, up
            words = [f"{key}={value}" for key, value in link.direction(direction == 0).items()]
            self.request(f"set {direction} {seed} {' '.join(words)}", "ok")

    def counters(self):
        """The counters of the directions up and down since the start."""
        return json.loads(self.request("count"))


def limit_devices(hosts, link):
    """Makes the hosts' own devices the bottleneck, if the link says so."""
    for host in hosts:
        words = ["pfifo"]
        if link.tbf:
            words = ["tbf", "rate", f"{link.tbf['rate']}mbit", "burst", TBF_BURST, "limit", link.tbf["queue"]]
        sh("tc", "-n", host.namespace, "qdisc", "replace", "dev", "uplink", "root", *words)


def lacks_tbf(host):
    """Why the kernel cannot limit a device, or an empty text."""
    try:
        sh("tc", "-n", host.namespace, "qdisc", "add", "dev", "lo", "root", "tbf", "rate", "50mbit", "burst", TBF_BURST,
           "limit", 100_000)
        sh("tc", "-n", host.namespace, "qdisc", "del", "dev", "lo", "root")
    except Failed as failure:
        return f"the kernel has no tbf: modprobe sch_tbf ({failure})"
    return ""


def difference(before, after):
    """What was counted between two readings of one direction."""
    return {**{name: after[name] - before[name] for name in FIELDS}, "queue_ms": after["queue_ms"]}
