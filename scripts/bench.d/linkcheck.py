# SPDX-License-Identifier: Apache-2.0
"""Verifies the link emulator on bare hosts: compares every property of link.c with what datagrams and TCP measure."""
from lab import Failed
from links import LINKS, Link, difference
from streams import A, B, Datagrams, tcp_for

SECONDS, BITS, BYTES = 1, 20e6, 1200
HEADERS = 42  # bytes of Ethernet, IPv4 and UDP
SEED = 7
ATTEMPTS = 3


class Checks:
    """The checks of one bare column, and what was not as expected."""

    def __init__(self, column):
        self.column, self.faults = column, []

    def run(self):
        """Repeats a check that fails: other load delays datagrams, but a wrong link fails each time."""
        lasting = []
        for check_one in (self.rate, self.delay, self.policer, self.loss, self.late, self.clumps, self.directions, self.marks):
            for attempt in range(ATTEMPTS):
                self.faults = []
                check_one()
                if not self.faults:
                    break
                print(f"attempt {attempt + 1} of {ATTEMPTS} failed", flush=True)
            lasting += self.faults
        return lasting

    def expect(self, what, found, least, most):
        print(f"{what}: {found:.2f}, expected {least:.2f} to {most:.2f}", flush=True)
        if not least <= found <= most:
            self.faults.append(f"{what}: expected {least:.2f} to {most:.2f}, found {found:.2f}")

    def datagrams(self, properties, up=False):
        """What arrives of a stream that a link with these properties carries."""
        self.column.emulator.set(properties if isinstance(properties, Link) else Link("check", properties), SEED)
        client, server = (B, A) if up else (A, B)
        with Datagrams(self.column, client, server, SECONDS, BITS, BYTES) as stream:
            pass
        stream.received_bytes()
        return stream

    def arrived(self, what, properties, expected, tolerance, up=False):
        received = self.datagrams(properties, up).report["received"]
        self.expect(f"{what}, datagrams that arrive", received, expected * (1 - tolerance), expected * (1 + tolerance))

    def carried(self, what, properties, expected, tolerance):
        """Compares the share of the datagrams that arrives; a sender on a busy host sends fewer than it should."""
        stream = self.datagrams(properties)
        self.expect(f"{what}, share of datagrams that arrives", stream.report["received"] / stream.sent,
                    expected - tolerance, expected + tolerance)

    def rate(self):
        self.arrived("10 Mbit/s and 50 KB of queue", {"rate": 10, "queue": 50_000},
                     (SECONDS * 10e6 / 8 + 50_000) / (BYTES + HEADERS), 0.04)

    def delay(self):
        report = self.datagrams({"rate": 1000, "delay": 20}).report
        # Not the mean, which one pause of the whole machine raises.
        self.expect("20 ms, median of the delay in ms", report["p50_ms"], 19.8, 20.5)
        self.expect("20 ms, datagrams overtaken", report["overtaken"], 0, 0)

    def policer(self):
        self.arrived("10 Mbit/s policed with a bucket of 20 KB", {"rate": 10, "bucket": 20_000},
                     (SECONDS * 10e6 / 8 + 20_000) / (BYTES + HEADERS), 0.04)

    def loss(self):
        self.carried("10 % lost", {"loss": 0.1}, 0.9, 0.03)

    def late(self):
        stream = self.datagrams({"delay": 2, "late": 0.1, "lateness": 5})
        self.expect("10 % late, datagrams overtaken", stream.report["overtaken"] / stream.sent, 0.07, 0.13)

    def clumps(self):
        report = self.datagrams({"delay": 5, "wander": 10, "grant": 8}).report
        self.expect("delay that varies, mean in ms", report["mean_ms"], 7, 23)
        self.expect("delay that varies, p99 above the mean in ms", report["p99_ms"] - report["mean_ms"], 2, 15)
        self.expect("delay that varies, datagrams overtaken", report["overtaken"], 0, 0)

    def directions(self):
        link = Link("check", {"rate": 100}, up={"rate": 10, "queue": 50_000})
        self.carried("100 Mbit/s down", link, 1, 0.02)
        self.arrived("10 Mbit/s up", link, (SECONDS * 10e6 / 8 + 50_000) / (BYTES + HEADERS), 0.04, up=True)

    def marks(self):
        """The kernel drops packets with a wrong checksum, so that a wrong mark is a retransmission."""
        self.column.set(LINKS["ecn"], SEED)
        before = self.column.emulator.counters()[1]
        values = tcp_for(2, self.column, "cubic", 1, False)
        counted = difference(before, self.column.emulator.counters()[1])
        self.expect("ECN, packets marked", counted["marked"], 1, 100_000)
        self.expect("ECN, frames dropped", counted["dropped"], 0, 0)
        self.expect("ECN, segments retransmitted", values["retransmits"], 0, 0)
        self.expect("ECN, Mbit/s", values["rate"], 0.8 * LINKS["ecn"].rate(False), LINKS["ecn"].rate(False))


def check(column):
    """Prints each check; returns what was not as expected, one line each."""
    try:
        return Checks(column).run()
    except Failed as failure:
        return [str(failure)]
