# SPDX-License-Identifier: Apache-2.0
"""What is measured of a pair of daemons, and how.

A measurement is a function of a Direction (who sends to whom) and the options. It returns the values of
its metrics by name; each is one figure of one round.
"""
import json
import re
import statistics
import subprocess
import threading
import time
from dataclasses import dataclass

from lab import Failed, Node, Pair, until

JUMBO_WARM_UP_S = 3  # for path MTU discovery
IPERF_PORT = 5201
ACCEPT = {"type": "ACTION_ACCEPT"}


@dataclass
class Direction:
    """One column of the table: from one node of a pair to the other."""
    name: str
    pair: Pair
    sender: Node
    receiver: Node
    main_only: bool = False


@dataclass
class Metric:
    title: str
    unit: str


METRICS, MEASUREMENTS = {}, {}


def measures(name, metrics, main=False):
    """Registers a measurement; those with `main` also run for directions that are main_only."""
    METRICS.update(metrics)

    def register(function):
        MEASUREMENTS[name] = (function, list(metrics), main)
        return function
    return register


def tcp_metrics(name, title):
    return {name: Metric(f"TCP, {title}", "Mbit/s"),
            f"{name}.cpu": Metric("- CPU of both daemons", "s/GB")}


def udp_metrics(name, title):
    return {name: Metric(f"UDP flood, {title}, received", "kpps"),
            f"{name}.loss": Metric("- lost in transit", "%"),
            f"{name}.cpu": Metric("- CPU of both daemons", "s per million")}


# The first measurements use newly started daemons.

@measures("fresh", {
    "ready": Metric("daemon, start to first answer of its API", "s"),
    "online": Metric("daemon, start to ONLINE", "s"),
    "idle.cpu": Metric("CPU of both daemons, idle", "% of a core"),
    "idle.rss": Metric("resident memory, idle", "MB"),
    "full.rss": Metric("resident memory, highest at full rate", "MB"),
    "ramp": Metric("TCP from the first byte to 90 % of full speed", "s"),
    **{f"ramp.{half}": Metric(f"- rate in half-second {half}", "% of full") for half in range(1, 9)}})
def fresh(direction, options):
    pair = direction.pair
    if not pair.fresh:
        pair.start()
    pair.fresh = False
    result = {"ready": statistics.mean(n.ready_s for n in pair.nodes),
              "online": statistics.mean(n.online_s for n in pair.nodes)}
    before, began = pair.cpu_s(), time.monotonic()
    time.sleep(options.idle)
    result["idle.cpu"] = (pair.cpu_s() - before) / (time.monotonic() - began) * 100
    result["idle.rss"] = max(n.rss_mb() for n in pair.nodes)
    result["full.rss"], report = at_full_rate(pair, options)
    rates = [interval["sum"]["bits_per_second"] for interval in report["intervals"]][:2 * options.ramp]
    full = statistics.median(rates[8:])
    if not full:
        raise Failed("nothing arrived")
    result["ramp"] = next(((i + 1) / 2 for i, rate in enumerate(rates) if rate >= 0.9 * full), float(options.ramp))
    result.update({f"ramp.{i + 1}": rates[i] / full * 100 for i in range(8)})
    return result


def at_full_rate(pair, options):
    """One TCP stream from a to b; returns the peak memory of a daemon and the received bytes over time."""
    memory, done = [], threading.Event()

    def poll():
        while not done.wait(0.25):
            memory.append(max(n.rss_mb() for n in pair.nodes))

    watcher = threading.Thread(target=poll, daemon=True)
    watcher.start()
    try:
        # The client is at b and receives, so that the intervals count received bytes.
        report = iperf(pair.b.host, pair.a.host, pair.ip(pair.a), options.ramp, "-R", "-i", "0.5")
    finally:
        done.set()
        watcher.join()
    return max(memory), report


@measures("cli", {"cli": Metric("zerotier-cli info", "ms")})
def command_line(direction, options):
    node, times = direction.sender, []
    for _ in range(options.calls):
        began = time.monotonic()
        node.host.run(f"{node.programs}/zerotier-cli", f"-D{node.home}", "info")
        times.append((time.monotonic() - began) * 1000)
    return {"cli": statistics.median(times)}


@measures("ping", {
    "ping.p50": Metric("ping, idle, p50", "ms"),
    "ping.p99": Metric("ping, idle, p99", "ms")}, main=True)
def ping_idle(direction, options):
    return percentiles("ping", ping(direction, options.pings, 0.005))


@measures("tcp1", tcp_metrics("tcp1", "1 stream"), main=True)
def tcp1(direction, options):
    return tcp(direction, "tcp1", options)


@measures("tcp1r", tcp_metrics("tcp1r", "1 stream, other direction"))
def tcp1r(direction, options):
    return tcp(direction, "tcp1r", options, "-R")


@measures("tcp4", tcp_metrics("tcp4", "4 streams"), main=True)
def tcp4(direction, options):
    return tcp(direction, "tcp4", options, "-P", "4")


@measures("tcp4r", tcp_metrics("tcp4r", "4 streams, other direction"))
def tcp4r(direction, options):
    return tcp(direction, "tcp4r", options, "-P", "4", "-R")


@measures("tcp1v6", tcp_metrics("tcp1v6", "1 stream, IPv6"))
def tcp1v6(direction, options):
    return tcp(direction, "tcp1v6", options, family=6)


@measures("load", {
    "load.p50": Metric("ping beside a TCP stream, p50", "ms"),
    "load.p99": Metric("ping beside a TCP stream, p99", "ms")}, main=True)
def ping_under_load(direction, options):
    count = options.seconds * 100
    server = iperf_server(direction.receiver.host)
    # Stopped after the last ping, which a loaded machine may send late.
    client = direction.sender.host.start("iperf3", "-c", direction.pair.ip(direction.receiver), "-t", 3 * options.seconds + 20)
    try:
        time.sleep(1)
        times = ping(direction, count, 0.01)
        if client.poll() is not None:
            raise Failed("the TCP stream ended too early")
        return percentiles("load", times)
    finally:
        direction.pair.lab.end(client)
        direction.pair.lab.end(server)


@measures("udp64", udp_metrics("udp64", "64 B"), main=True)
def udp64(direction, options):
    return udp(direction, "udp64", 64, options)


@measures("udp1400", udp_metrics("udp1400", "1400 B"), main=True)
def udp1400(direction, options):
    return udp(direction, "udp1400", 1400, options)


@measures("bridged", tcp_metrics("bridged", "1 stream, bridged LANs"))
def bridged(direction, options):
    pair = direction.pair
    pair.set_bridging(True)
    try:
        sender, receiver = pair.lans
        until("ping between the bridged LANs", lambda: " 0% packet loss" in sender.run(
            "ping", "-c1", "-W1", receiver.address, check=False), 20)
        return counted("bridged", pair, lambda: iperf(sender, receiver, receiver.address, options.seconds))
    finally:
        pair.set_bridging(False)


@measures("rules8", tcp_metrics("rules8", "1 stream, 8 rules"))
def rules8(direction, options):
    return ruled(direction, "rules8", 8, options)


@measures("rules64", tcp_metrics("rules64", "1 stream, 64 rules"))
def rules64(direction, options):
    return ruled(direction, "rules64", 64, options)


def ruled(direction, name, count, options):
    """TCP through rules that are evaluated for every frame without a match."""
    rules = []
    for port in range(1, count + 1):
        rules += [{"type": "MATCH_IP_DEST_PORT_RANGE", "start": port, "end": port}, {"type": "ACTION_DROP"}]
    direction.pair.change(rules=[*rules, ACCEPT])
    try:
        return tcp(direction, name, options)
    finally:
        direction.pair.change(rules=[ACCEPT])


@measures("core", tcp_metrics("core", "1 stream, all on one CPU"))
def one_core(direction, options):
    pair = direction.pair
    cpus = pair.a.host.inside(allowed_cpus)
    one = {min(cpus)}
    for node in pair.nodes:
        node.pin(one)
    try:
        return tcp(direction, "core", options, cpus=one)
    finally:
        for node in pair.nodes:
            node.pin(cpus)


def allowed_cpus():
    import os
    return os.sched_getaffinity(0)


@measures("bare", {
    "bare": Metric("TCP, 1 stream, the bare wire", "Mbit/s"),
    "share": Metric("- share of it that tcp1 reaches", "")})
def bare(direction, options):
    report = iperf(direction.sender.host, direction.receiver.host, direction.receiver.host.address, options.seconds)
    return {"bare": report["end"]["sum_received"]["bits_per_second"] / 1e6}


# The last: what the daemons have learned of their path is wrong afterwards, until they are started anew.

@measures("jumbo", tcp_metrics("jumbo", "1 stream, MTU 9000 of the hosts"))
def jumbo(direction, options):
    hosts = [node.host for node in direction.pair.nodes]
    try:
        for host in hosts:
            host.set_mtu(9000)
        iperf(direction.sender.host, direction.receiver.host, direction.pair.ip(direction.receiver), JUMBO_WARM_UP_S)
        return tcp(direction, "jumbo", options)
    finally:
        for host in hosts:
            host.set_mtu(1500)


# Implementation of the measurements.

def tcp(direction, name, options, *words, family=4, cpus=None):
    ip = direction.pair.ip(direction.receiver, family)
    return counted(name, direction.pair,
                   lambda: iperf(direction.sender.host, direction.receiver.host, ip, options.seconds, *words, cpus=cpus))


def counted(name, pair, run):
    """Runs a TCP measurement; returns its rate, and the CPU of both daemons per GB received."""
    before = pair.cpu_s()
    received = run()["end"]["sum_received"]
    used = pair.cpu_s() - before
    if not received["bytes"]:
        raise Failed("nothing arrived")
    return {name: received["bits_per_second"] / 1e6, f"{name}.cpu": used / (received["bytes"] / 1e9)}


def udp(direction, name, size, options):
    ip = direction.pair.ip(direction.receiver)
    before = direction.pair.cpu_s()
    report = iperf(direction.sender.host, direction.receiver.host, ip, options.seconds,
                   "-u", "-b", "0", "-l", size, "--get-server-output")
    used = direction.pair.cpu_s() - before
    sent = report["end"]["sum"]["packets"]
    # The receiver's count: the sender's includes a lost tail.
    arrivals = [interval["sum"] for interval in report["server_output_json"]["intervals"]]
    received = sum(arrival["bytes"] for arrival in arrivals) / size
    if not received:
        raise Failed(f"nothing arrived of {sent} packets")
    return {name: received / sum(arrival["seconds"] for arrival in arrivals) / 1e3, f"{name}.loss": max(0.0, (1 - received / sent) * 100),
            f"{name}.cpu": used / (received / 1e6)}


def iperf(client, server, ip, seconds, *words, cpus=None):
    """One run of iperf3 from one host to another; returns its report."""
    listening = iperf_server(server, cpus)
    try:
        output = client.run("iperf3", "-c", ip, "-t", seconds, "-J", "--connect-timeout", 5000, *words,
                          timeout=seconds + 30, cpus=cpus, check=False)
        report = json.loads(output) if output.strip() else {"error": "no report"}
        if "error" in report:
            raise Failed(f"iperf3: {report['error']}")
        return report
    finally:
        client.lab.end(listening)


def iperf_server(host, cpus=None):
    process = host.start("iperf3", "-s", "-1", "-J", cpus=cpus)
    until("listening iperf3", lambda: listens(process), 5, 0.02)
    return process


def listens(process):
    expected = f":{IPERF_PORT:04X} "
    for family in ("tcp", "tcp6"):
        with open(f"/proc/{process.pid}/net/{family}") as sockets:
            if any(expected in line and " 0A " in line for line in sockets):
                return True
    return False


def ping(direction, count, interval):
    """The round-trip times of a number of pings, ms."""
    output = direction.sender.host.run("ping", "-n", "-c", count, "-i", interval, "-w", int(count * interval) + 10,
                               direction.pair.ip(direction.receiver), timeout=count * interval + 20, check=False)
    times = [float(t) for t in re.findall(r" time=([0-9.]+) ms", output)]
    if len(times) < count * 0.9:
        raise Failed(f"only {len(times)} of {count} pings were answered")
    return times


def percentiles(name, times):
    cut = statistics.quantiles(times, n=100, method="inclusive")
    return {f"{name}.p50": cut[49], f"{name}.p99": cut[98]}
