# SPDX-License-Identifier: Apache-2.0
"""What scripts/bench wan measures on a link: TCP with a ping and a call beside it, UDP, two flows through one uplink."""
import json
import re
import signal
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import Callable

from lab import Failed, until
from links import difference

STREAM_PORT, DATAGRAM_PORT = 5201, 5202
CALL_BITS, CALL_BYTES = 160_000, 200  # 100 datagrams a second
PING_INTERVAL_S = 0.02
UDP_SHARE, UDP_BYTES = 0.7, 1200
START_S, DRAIN_S = 3, 1
STARTS = ("start", "startr")  # measurements of new daemons
A, B, C = range(3)  # hosts of a column; b is behind the link


class Skipped(Exception):
    """This machine cannot perform a measurement; the text gives the reason."""


@dataclass
class Measurement:
    """A measurement: run(column, link, options) returns its figures by name."""
    title: str
    run: Callable


def set_up_host(host):
    """Each TCP connection starts without what the kernel recorded of earlier ones, perhaps on another link."""
    host.inside(lambda: write("/proc/sys/net/ipv4/tcp_no_metrics_save", "1"))


def write(path, text):
    with open(path, "w") as file:
        file.write(text)


def tcp(control, streams, up):
    return lambda column, link, options: tcp_for(options.seconds, column, control, streams, up)


def start(up):
    """The first seconds after new daemons have found their direct paths, and how soon that was."""
    def run(column, link, options):
        ready = {"ready_s": column.ready_s} if column.trio else {}
        return {**tcp_for(START_S, column, "cubic", 1, up), **ready}
    return run


def tcp_for(seconds, column, control, streams, up):
    """TCP streams with a ping and a call beside them."""
    require(control)
    client, server = (B, A) if up else (A, B)
    return beside(column, (client, server), seconds,
                  lambda: [iperf(column, client, server, seconds, "-C", control, "-P", streams)["end"]])


def beside(column, ends, seconds, stream):
    """What stream() carries, which returns the reports of TCP, with a ping and a call beside it."""
    client, server = ends
    reading = Reading(column, server, server == A)
    with Datagrams(column, client, server, seconds, CALL_BITS, CALL_BYTES) as call, Ping(column, client, server) as ping:
        reports = stream()
    received = sum(report["sum_received"]["bytes"] for report in reports)
    if not received:
        raise Failed("nothing arrived")
    return {"rate": sum(report["sum_received"]["bits_per_second"] for report in reports) / 1e6,
            "retransmits": sum(report["sum_sent"]["retransmits"] for report in reports),
            **ping.values(), **call.values("call."), **reading.values(received)}


def udp(up):
    """UDP at a share of the link's rate, with a ping beside it."""
    def run(column, link, options):
        client, server = (B, A) if up else (A, B)
        reading = Reading(column, server, up)
        bits = link.rate(up) * UDP_SHARE * 1e6
        with Datagrams(column, client, server, options.seconds, bits, UDP_BYTES) as stream, Ping(column, client, server) as ping:
            stream.wait()
        return {**stream.values(), **ping.values(), **reading.values(stream.received_bytes())}
    return run


def two(column, link, options):
    """Two TCP flows from b to its two peers at once, and the share of the slower one."""
    reports = {}

    def flow(server):
        try:
            reports[server] = iperf(column, B, server, options.seconds, "-C", "cubic")["end"]
        except (Failed, OSError, LookupError, ValueError) as failure:
            reports[server] = failure

    def flows():
        threads = [threading.Thread(target=flow, args=[server], daemon=True) for server in (A, C)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for report in reports.values():
            if isinstance(report, Exception):
                raise Failed(str(report))
        return list(reports.values())

    values = beside(column, (B, A), options.seconds, flows)
    rates = [report["sum_received"]["bits_per_second"] for report in reports.values()]
    return {**values, "share": min(rates) / sum(rates) * 100}


MEASUREMENTS = {
    "start": Measurement("TCP down in the first 3 s of new daemons (cubic)", start(False)),
    "startr": Measurement("TCP up in the first 3 s of new daemons (cubic)", start(True)),
    "tcp1": Measurement("TCP down, 1 stream, cubic", tcp("cubic", 1, False)),
    "tcp1r": Measurement("TCP up, 1 stream, cubic", tcp("cubic", 1, True)),
    "bbr1": Measurement("TCP down, 1 stream, BBR", tcp("bbr", 1, False)),
    "bbr1r": Measurement("TCP up, 1 stream, BBR", tcp("bbr", 1, True)),
    "tcp4": Measurement("TCP down, 4 streams, cubic", tcp("cubic", 4, False)),
    "tcp4r": Measurement("TCP up, 4 streams, cubic", tcp("cubic", 4, True)),
    "bbr4": Measurement("TCP down, 4 streams, BBR", tcp("bbr", 4, False)),
    "bbr4r": Measurement("TCP up, 4 streams, BBR", tcp("bbr", 4, True)),
    "udp": Measurement("UDP down at 70 % of the rate", udp(False)),
    "udpr": Measurement("UDP up at 70 % of the rate", udp(True)),
    "two": Measurement("two flows of two peers up one link, cubic", two),
}


def require(control):
    with open("/proc/sys/net/ipv4/tcp_available_congestion_control") as available:
        if control not in available.read().split():
            raise Skipped(f"the kernel has no congestion control {control}: modprobe tcp_{control}")


class Reading:
    """The counters of the link, the receiving host's TCP and the daemons during a measurement."""

    def __init__(self, column, server, up):
        self.column, self.server, self.up = column, server, up
        self.before = self.read()

    def read(self):
        return (self.column.emulator.counters(), self.column.hosts[self.server].inside(duplicates_seen),
                self.column.cpu_s())

    def values(self, received):
        (links, duplicates, cpu), (links_after, duplicates_after, cpu_after) = self.before, self.read()
        forward, back = (0, 1) if self.up else (1, 0)
        data, acks = (difference(links[way], links_after[way]) for way in (forward, back))
        return {"drops": data["dropped"], "drops_back": acks["dropped"], "lost": data["lost"], "marked": data["marked"],
                "frames": data["frames"], "queue_ms": data["queue_ms"], "dsacks": duplicates_after - duplicates,
                "cpu": (cpu_after - cpu) / (received / 1e9)}


def duplicates_seen():
    """How many DSACKs the TCP of this thread's namespace has sent."""
    with open("/proc/thread-self/net/netstat") as netstat:
        names, values = (line.split() for line in netstat if line.startswith("TcpExt:"))
    counts = dict(zip(names[1:], map(int, values[1:])))
    return counts["TCPDSACKOldSent"] + counts["TCPDSACKOfoSent"]


class Ping:
    """A ping beside a measurement, from its start to its end."""

    def __init__(self, column, client, server):
        self.process = column.hosts[client].start("ping", "-n", "-i", PING_INTERVAL_S, column.addresses[server],
                                                  stdout=subprocess.PIPE, text=True)
        self.lab, self.output = column.lab, ""
        # Its output is more than a pipe holds.
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        self.output = self.process.stdout.read()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.send_signal(signal.SIGINT)
        self.reader.join(5)
        self.lab.end(self.process)

    def values(self):
        times = [float(time) for time in re.findall(r" time=([0-9.]+) ms", self.output)]
        if len(times) < 2:
            raise Failed("no ping beside the stream was answered")
        return {"ping": statistics.mean(times), "ping.p99": statistics.quantiles(times, n=100, method="inclusive")[98],
                "ping.max": max(times)}


class Datagrams:
    """Paced datagrams from the start of a measurement until they have been sent."""

    def __init__(self, column, client, server, seconds, bits, size):
        self.lab, self.seconds = column.lab, seconds
        self.receiver = column.hosts[server].start(column.datagrams, "receive", DATAGRAM_PORT,
                                                   stdout=subprocess.PIPE, text=True)
        self.receiver.stdout.readline()
        self.sender = column.hosts[client].start(
            column.datagrams, "send", column.addresses[server], DATAGRAM_PORT, f"{bits:.0f}", size, seconds,
            stdout=subprocess.PIPE, text=True)
        self.sent = self.report = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        try:
            self.sent = int(self.sender.communicate(timeout=self.seconds + 20)[0])
            time.sleep(DRAIN_S)
            self.receiver.terminate()
            self.report = json.loads(self.receiver.communicate(timeout=10)[0])
        except (subprocess.TimeoutExpired, ValueError):
            pass  # values() reports that there is nothing
        finally:
            self.lab.end(self.sender)
            self.lab.end(self.receiver)

    def wait(self):
        """Returns when all have been sent."""
        self.sender.wait(self.seconds + 20)

    def received_bytes(self):
        if not self.report or not self.report["received"]:
            raise Failed(f"none of {self.sent or 'the'} paced datagrams arrived")
        return self.report["bytes"]

    def values(self, prefix=""):
        """How many were sent, loss in percent, and one-way delays."""
        self.received_bytes()
        return {f"{prefix}sent": self.sent, f"{prefix}loss": max(0.0, (1 - self.report["received"] / self.sent) * 100),
                **{f"{prefix}{name}": self.report[f"{name}_ms"] for name in ("mean", "p99", "max")}}


def iperf(column, client, server, seconds, *words):
    """One run of iperf3 between two hosts; returns its report."""
    listening = serve(column.hosts[server], STREAM_PORT)
    try:
        return parse(column.hosts[client].run(
            "iperf3", "-c", column.addresses[server], "-p", STREAM_PORT, "-t", seconds, "-J", "--connect-timeout", 5000,
            *words, timeout=seconds + 30, check=False))
    finally:
        column.lab.end(listening)


def parse(output):
    report = json.loads(output) if output.strip() else {"error": "no report"}
    if "error" in report:
        raise Failed(f"iperf3: {report['error']}")
    return report


def serve(host, port):
    process = host.start("iperf3", "-s", "-1", "-p", port)
    until("listening iperf3", lambda: listens(process, port), 5, 0.02)
    return process


def listens(process, port):
    expected = f":{port:04X} "
    for family in ("tcp", "tcp6"):
        with open(f"/proc/{process.pid}/net/{family}") as sockets:
            if any(expected in line and " 0A " in line for line in sockets):
                return True
    return False
