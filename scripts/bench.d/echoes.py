# SPDX-License-Identifier: Apache-2.0
"""The pings with which scripts/bench recovery measures, and the datagrams that carry them."""
import os
import re
import socket
import threading
import time

ECHO_BYTES = 300  # of a ping: its datagrams are longer than a HELLO and shorter than a probe of the path MTU
CARRIER_BYTES = range(340, 480)  # UDP length of a datagram with such a ping
EVERY_S = 0.1
POLL_S = 0.05
ALL_PROTOCOLS, IPV4, UDP = 3, 0x0800, 17
REPLY = re.compile(r"^\[([\d.]+)\] \d+ bytes from", re.MULTILINE)


class Pings:
    """Pings host a of a pair from host b, ten times a second."""

    def __init__(self, pair):
        self.lab, self.log = pair.lab, os.path.join(pair.lab.directory, f"{pair.name}.ping")
        with open(self.log, "w") as log:
            self.process = pair.b.host.start("ping", "-D", "-n", "-i", EVERY_S, "-s", ECHO_BYTES, pair.ip(pair.a), stdout=log)

    def seconds_after(self, moment, within_s):
        """Seconds from a moment to the first reply, or None."""
        while time.time() - moment < within_s:
            with open(self.log) as log:
                later = [seen for seen in map(float, REPLY.findall(log.read())) if seen > moment]
            if later:
                return later[0] - moment
            time.sleep(POLL_S)
        return None

    def stop(self):
        self.lab.end(self.process)


class Carriers:
    """Records the datagrams that carry the pings to and from a host: when, on which device, and at which remote address."""

    def __init__(self, host):
        self.seen = {True: [], False: []}  # whether sent: (time, device, address)
        self.wire = host.inside(lambda: socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ALL_PROTOCOLS)))
        self.wire.settimeout(POLL_S)
        self.stopped = False
        self.thread = threading.Thread(target=self.record, daemon=True)
        self.thread.start()

    def record(self):
        while not self.stopped:
            try:
                packet, (device, protocol, kind, *_) = self.wire.recvfrom(64)
            except (TimeoutError, OSError):  # OSError: a device went down
                continue
            header = (packet[0] & 15) * 4
            if protocol != IPV4 or packet[9] != UDP or int.from_bytes(packet[header + 4:header + 6], "big") not in CARRIER_BYTES:
                continue
            sent = kind == socket.PACKET_OUTGOING
            self.seen[sent].append((time.time(), device, socket.inet_ntoa(packet[16:20] if sent else packet[12:16])))

    def last(self, sent):
        """The device and the remote address of the newest datagram that was sent, or received, or None."""
        return self.seen[sent][-1][1:] if self.seen[sent] else None

    def seconds_after(self, moment, within_s):
        """Seconds from a moment until datagrams have carried a ping and its reply, or None."""
        while time.time() - moment < within_s:
            first = [next((seen[0] for seen in self.seen[sent] if seen[0] > moment), None) for sent in (True, False)]
            if None not in first:
                return max(first) - moment
            time.sleep(POLL_S)
        return None

    def stop(self):
        self.stopped = True
        self.thread.join()
        self.wire.close()
