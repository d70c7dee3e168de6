# SPDX-License-Identifier: Apache-2.0
"""What scripts/bench recovery changes: for each kind of network its hosts, and what is done to them."""
import signal
import time
from dataclasses import dataclass
from typing import Callable

from echoes import Carriers, Pings
from lab import Failed, Host, Lab, Node, Pair, until

WITHIN_S, SETTLE_S, ROOT_SETTLE_S, LINKS_WITHIN_S = 90, 3, 10, 60
RELAY_PORT = 443
KILLS = 10


@dataclass
class Change:
    """A change of the network of host a, or of its daemon."""
    title: str
    make: Callable  # of the column; may return the time at which it ended
    seconds: int  # of one column, by experience
    over_udp: bool = False  # measured until UDP carries the pings; nothing has to work before


class Joined(Pair):
    """Two daemons on hosts that exist."""

    def __init__(self, lab, name, nodes):
        self.build(lab, name, nodes)


class Column:
    """A pair of daemons that communicate: the base of the kinds of network."""

    lab_kind = Lab

    def __init__(self, lab, name, pair):
        self.lab, self.name, self.pair, self.host = lab, name, pair, pair.a.host
        self.lost = True  # whether the daemons have to be started anew
        self.pings = self.carriers = None

    def start(self):
        """Starts new daemons, and returns when they communicate."""
        self.pair.start()
        self.lost = False

    def measure(self, change):
        """Makes a change while b pings a, and returns the seconds until they communicate again, or None."""
        if self.lost and not change.over_udp:
            self.start()
        self.lost = True
        self.pings, self.carriers = Pings(self.pair), Carriers(self.host)
        try:
            if not change.over_udp and self.pings.seconds_after(time.time(), WITHIN_S) is None:
                raise Failed("no reply before the change")
            time.sleep(SETTLE_S)
            moment = change.make(self) or time.time()
            seconds = (self.carriers if change.over_udp else self.pings).seconds_after(moment, WITHIN_S)
        finally:
            self.pings.stop()
            self.carriers.stop()
            self.restore()
        self.lost = seconds is None
        return seconds

    def restore(self):
        """Repairs what a change has broken for good, after the measurement."""

    def carrier(self):
        """The device and the remote address of the datagrams by which a answers the pings."""
        carrier = self.carriers.last(sent=True)
        if carrier is None:
            raise Failed("no datagrams with pings seen before the change")
        return carrier


class Uplinks(Column):
    """Host a has two uplinks to one subnet, of which one is down."""

    def __init__(self, lab, name, directory, number):
        super().__init__(lab, name, Pair(lab, f"r{number}", directory, directory))
        self.subnet, self.changed = 50 * (number + 1), 0
        port = f"second{number}"
        self.host.wire("second", lab.internet, port)
        self.host.ip("link", "set", "second", "down")
        lab.internet.ip("link", "set", port, "master", "internet")
        self.host.ip("addr", "add", f"203.0.113.{self.subnet}/24", "dev", "second")

    def restart(self):
        node = self.pair.a
        node.process.send_signal(signal.SIGKILL)
        node.process.wait(5)
        moment = time.time()
        node.start()
        return moment

    def bounce(self, seconds):
        self.host.ip("link", "set", "uplink", "down")
        time.sleep(seconds)
        self.host.ip("link", "set", "uplink", "up")

    def bounce_after_kills(self):
        for _ in range(KILLS):
            moment = self.restart()
        if self.pings.seconds_after(moment, WITHIN_S) is None:
            raise Failed(f"no reply after {KILLS} restarts")
        self.bounce(0.2)

    def new_address(self):
        self.changed += 1
        self.host.ip("addr", "flush", "dev", "uplink")
        self.host.ip("addr", "add", f"203.0.113.{self.subnet + self.changed % 49 + 1}/24", "dev", "uplink")

    def switch(self, on, off):
        self.host.ip("link", "set", on, "up")
        self.host.ip("link", "set", off, "down")

    def pause(self, seconds):
        self.pair.a.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.pair.a.process.send_signal(signal.SIGCONT)

    changes = {
        "restart": [Change("kill -9 and restart", restart, 10)],
        "blink": [Change("link down 0.2 s", lambda column: column.bounce(0.2), 6)],
        "down": [Change("link down 3 s", lambda column: column.bounce(3), 9)],
        "longdown": [Change("link down 40 s", lambda column: column.bounce(40), 47)],
        "address": [Change("new address", new_address, 12)],
        "uplinks": [Change("to the second uplink", lambda column: column.switch("second", "uplink"), 14),
                    Change("and back", lambda column: column.switch("uplink", "second"), 14)],
        "pause": [Change("daemon stopped 15 s", lambda column: column.pause(15), 20)],
        "kills": [Change(f"link down 0.2 s after {KILLS} x kill -9", bounce_after_kills, 20)],
    }


class RelayLab(Lab):
    """A lab with a TCP relay."""

    def open(self, ours):
        super().open(ours)
        host = self.public("relay")
        self.relay = Node(host, ours, settings={"tcpRelay": f"{host.address}/{RELAY_PORT}"})
        self.relay.start()
        self.relay.wait_online()


class Routed(Column):
    """Host a has two uplinks in subnets of their own, both up, to a router that rejects the source addresses of the other."""

    lab_kind = RelayLab
    uplinks = ("uplink", "second")

    def __init__(self, lab, name, directory, number):
        self.router, host, peer = lab.public(f"r{number}-router"), Host(lab, f"r{number}-a"), lab.public(f"r{number}-b")
        self.gateways, self.is_blocked = {}, False
        self.router.sysctl("ipv4/ip_forward", 1)
        for kind in ("all", "default"):
            self.router.sysctl(f"ipv4/conf/{kind}/rp_filter", 1)
            host.sysctl(f"ipv4/conf/{kind}/rp_filter", 0)
        for index, device in enumerate(self.uplinks):
            first = 32 * number + 16 * index + 1
            host.wire(device, self.router, f"lan{index}")
            self.gateways[device] = f"192.0.2.{first}"
            self.router.ip("addr", "add", f"192.0.2.{first}/28", "dev", f"lan{index}")
            host.ip("addr", "add", f"192.0.2.{first + 1}/28", "dev", device)
        for other in (lab.center.host, lab.relay.host, peer):
            other.ip("route", "add", f"192.0.2.{32 * number}/27", "via", self.router.address)
        settings = {"allowTcpFallbackRelay": True, "tcpFallbackRelay": f"{lab.relay.host.address}/{RELAY_PORT}"}
        nodes = tuple(Node(each, directory, settings=settings) for each in (host, peer))
        super().__init__(lab, name, Joined(lab, f"r{number}", nodes))
        self.route(self.uplinks[0])

    def route(self, device):
        self.host.ip("route", "replace", "default", "via", self.gateways[device], "dev", device)

    def block_udp(self):
        self.router.nft("add table ip block; add chain ip block forward { type filter hook forward priority 0; };"
                        " add rule ip block forward meta l4proto udp drop")
        self.is_blocked = True

    def allow_udp(self):
        if not self.is_blocked:
            raise Failed("UDP was not blocked")
        self.router.nft("delete table ip block")
        self.is_blocked = False

    changes = {
        "routes": [Change("default route to another uplink", lambda column: column.route("second"), 14),
                   Change("default route back", lambda column: column.route("uplink"), 14)],
        "udp": [Change("UDP blocked, until TCP carries pings", block_udp, 45),
                Change("UDP allowed, until UDP carries pings", allow_udp, 20, over_udp=True)],
    }


class TwoRootsLab(Lab):
    """A lab with two roots, of which neither is the controller."""

    def open(self, ours):
        self.open_internet()
        self.center, *self.roots = (Node(self.public(name), ours) for name in ("center", "root1", "root2"))
        self.make_planet(ours, self.roots)
        for node in (*self.roots, self.center):
            node.start()
        self.center.wait_online()


class Relayed(Column):
    """Both hosts are behind symmetric NATs, so that a root relays between them."""

    lab_kind = TwoRootsLab

    def __init__(self, lab, name, directory, number):
        hosts = [behind_nat(lab, f"r{number}-{side}", 2 * number + index) for index, side in enumerate("ab")]
        super().__init__(lab, name, Joined(lab, f"r{number}", tuple(Node(host, directory) for host in hosts)))
        self.pair.direct, self.dead = False, None

    def kill_root(self):
        _, address = self.carrier()
        self.dead = next((root for root in self.lab.roots if root.host.address == address), None)
        if self.dead is None:
            raise Failed(f"{address} carries the pings, not a root")
        self.dead.process.send_signal(signal.SIGKILL)
        self.dead.process.wait(5)

    def restore(self):
        if self.dead is not None:
            self.dead.start()
            self.dead = None
            time.sleep(ROOT_SETTLE_S)

    changes = {"root": [Change("death of the root that relays", kill_root, 70)]}


def behind_nat(lab, name, subnet):
    """A host behind a router whose NAT uses a random port for each destination."""
    router, host = lab.public(f"{name}-nat"), Host(lab, name)
    router.sysctl("ipv4/ip_forward", 1)
    host.wire("uplink", router, "lan")
    router.ip("addr", "add", f"192.168.{subnet}.1/24", "dev", "lan")
    host.ip("addr", "add", f"192.168.{subnet}.2/24", "dev", "uplink")
    host.ip("route", "add", "default", "via", f"192.168.{subnet}.1")
    for command in ("add table ip nat",
                    "add chain ip nat post { type nat hook postrouting priority 100; }",
                    "add rule ip nat post oifname uplink masquerade fully-random",
                    "add table ip filter",
                    "add chain ip filter forward { type filter hook forward priority 0; policy drop; }",
                    "add rule ip filter forward ct state established,related accept",
                    "add rule ip filter forward iifname lan accept",
                    "add chain ip filter input { type filter hook input priority 0; }",
                    "add rule ip filter input iifname uplink ct state new drop"):
        router.nft(command)
    return host


class BondLab(Lab):
    """A lab with a second subnet, which only pairs are connected to."""

    def open(self, ours):
        super().open(ours)
        self.internet.ip("link", "add", "other", "type", "bridge")
        self.internet.ip("link", "set", "other", "up")


class Bonded(Column):
    """Both hosts have a link in each of two subnets, in a bond of the policy active-backup."""

    lab_kind = BondLab

    def __init__(self, lab, name, directory, number):
        hosts = [lab.public(f"r{number}-{side}") for side in "ab"]
        for index, host in enumerate(hosts):
            port = f"second{number}-{index}"
            host.wire("second", lab.internet, port)
            lab.internet.ip("link", "set", port, "master", "other")
            host.ip("addr", "add", f"198.51.100.{2 * number + index + 1}/24", "dev", "second")
        settings = {"defaultBondingPolicy": "active-backup"}
        nodes = tuple(Node(host, directory, settings=settings) for host in hosts)
        super().__init__(lab, name, Joined(lab, f"r{number}", nodes))
        self.is_dropping = False

    def start(self):
        super().start()
        self.lost = True
        self.await_links()
        self.lost = False

    def await_links(self):
        for node, peer in ((self.pair.a, self.pair.b), (self.pair.b, self.pair.a)):
            until(f"second link of {node.host.name}", lambda: node.api(f"/peer/{peer.id}")["numAliveLinks"] == 2, LINKS_WITHIN_S)

    def drop(self):
        """Drops all that arrives over the link in use, at both ends, while it stays up."""
        device, _ = self.carrier()
        self.is_dropping = True
        for node in self.pair.nodes:
            node.host.nft("add table ip dead; add chain ip dead pre { type filter hook prerouting priority -500; };"
                          f" add rule ip dead pre iifname {device} drop")

    def restore(self):
        if self.is_dropping:
            self.is_dropping = False
            for node in self.pair.nodes:
                node.host.nft("delete table ip dead")
            self.await_links()

    changes = {"bond": [Change("silent death of a bond's active link", drop, 25)]}


KINDS = (Uplinks, Routed, Relayed, Bonded)
CHANGES = {name: steps for kind in KINDS for name, steps in kind.changes.items()}
