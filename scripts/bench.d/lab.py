# SPDX-License-Identifier: Apache-2.0
"""A small internet of network namespaces, and pairs of daemons on it.

No packet leaves the machine. Lab.close() removes everything that was created.
"""
import ctypes
import http.client
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time

CLONE_NEWNET = 0x40000000
PORT = 9993
SUITES = {0: "none", 1: "Salsa20/12-Poly1305", 2: "trusted", 3: "AES-GMAC-SIV"}
libc = ctypes.CDLL(None, use_errno=True)


class Failed(Exception):
    """A step failed; the text gives the reason in one line."""


def sh(*words, timeout=30):
    """Runs a command on this machine and returns its output."""
    try:
        done = subprocess.run(list(map(str, words)), text=True, capture_output=True, timeout=timeout)
    except subprocess.TimeoutExpired:
        raise Failed(f"{words[0]} took more than {timeout:.0f} s") from None
    if done.returncode:
        raise Failed(f"{' '.join(map(str, words))}: {(done.stderr or done.stdout).strip()}")
    return done.stdout


def until(what, probe, seconds, pause=0.1):
    """Waits until the probe returns a true value, and returns it."""
    end = time.monotonic() + seconds
    seen = None
    while time.monotonic() < end:
        try:
            seen = probe()
            if seen:
                return seen
        except (OSError, ValueError, KeyError, http.client.HTTPException) as error:
            seen = error
        time.sleep(pause)
    raise Failed(f"no {what} within {seconds} s" + (f" ({seen})" if seen else ""))


class Host:
    """One namespace. Programs started on it are stopped with the lab."""

    def __init__(self, lab, name):
        self.lab, self.name, self.namespace, self.address = lab, name, f"{lab.tag}-{name}", None
        lab.hosts.append(self)
        sh("ip", "netns", "add", self.namespace)
        self.ip("link", "set", "lo", "up")

    def ip(self, *words):
        return sh("ip", "-n", self.namespace, *words)

    def wire(self, device, other, other_device, mtu=1500):
        sh("ip", "link", "add", device, "mtu", mtu, "netns", self.namespace,
           "type", "veth", "peer", "name", other_device, "mtu", mtu, "netns", other.namespace)
        self.ip("link", "set", device, "up")
        other.ip("link", "set", other_device, "up")

    def sysctl(self, path, value):
        """Sets a parameter of the kernel for this host, by its path below /proc/sys/net."""
        def write():
            with open(f"/proc/sys/net/{path}", "w") as file:
                file.write(f"{value}\n")
        self.inside(write)

    def nft(self, *words):
        """Runs a command of nft on this host."""
        self.run("nft", " ".join(words))

    def set_mtu(self, mtu):
        """Changes the MTU of the host's uplink, at both ends."""
        self.ip("link", "set", "uplink", "mtu", mtu)
        self.lab.internet.ip("link", "set", self.port, "mtu", mtu)

    def inside(self, work, cpus=None):
        """Returns work(), run by a thread in the namespace of this host, pinned to the CPUs if given."""
        box = {}

        def enter():
            try:
                with open(f"/run/netns/{self.namespace}", "rb") as namespace:
                    if libc.setns(namespace.fileno(), CLONE_NEWNET):
                        raise OSError(ctypes.get_errno(), "cannot enter the namespace")
                if cpus:
                    os.sched_setaffinity(0, cpus)
                box["value"] = work()
            except BaseException as error:  # re-raised in the calling thread
                box["error"] = error

        thread = threading.Thread(target=enter, daemon=True)
        thread.start()
        thread.join()
        if "error" in box:
            raise box["error"]
        return box["value"]

    def start(self, *words, cpus=None, **more):
        """Starts a program on this host, without input and, by default, without output."""
        silent = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        words = list(map(str, words))

        def begin():
            process = subprocess.Popen(words, start_new_session=True, **{**silent, **more})
            self.lab.processes.append(process)
            return process

        return self.inside(begin, cpus)

    def run(self, *words, timeout=30, cpus=None, check=True):
        """Runs a program on this host until it exits and returns its output."""
        process = self.start(*words, cpus=cpus, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        try:
            output, errors = process.communicate(timeout=timeout)
        except subprocess.TimeoutExpired:
            raise Failed(f"{words[0]} took more than {timeout:.0f} s") from None
        finally:
            self.lab.end(process)
        if check and process.returncode:
            raise Failed(f"{words[0]} ended with {process.returncode}: {last_line(errors or output)}")
        return output


def last_line(text):
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "without a word"


class Node:
    """One daemon on a host, accessed only through its command line and its JSON API."""

    def __init__(self, host, programs, options="", settings=None):
        self.host, self.programs, self.options = host, programs, options
        self.home = os.path.join(host.lab.directory, host.name)
        self.log = f"{self.home}.log"
        self.process = None
        self.ready_s = self.online_s = None
        os.mkdir(self.home)
        sh(f"{programs}/zerotier-idtool", "generate", f"{self.home}/identity.secret", f"{self.home}/identity.public")
        with open(f"{self.home}/identity.public") as identity:
            self.id = identity.read()[:10]
        with open(f"{self.home}/local.conf", "w") as conf:
            json.dump({"settings": {"portMappingEnabled": False, "allowTcpFallbackRelay": False, **(settings or {})}}, conf)

    def start(self, within_s=30):
        """Starts the daemon, returns when its API answers, and records how long that took."""
        shutil.copy(self.host.lab.planet, f"{self.home}/planet")
        self.remove_port_file()
        environment = {**os.environ, "BACKHAUL_JAVA_OPTIONS": self.options}
        with open(self.log, "ab") as log:
            self.started = time.monotonic()
            # ip netns exec, so that it also sees the /sys of its namespace.
            self.process = subprocess.Popen(
                ["ip", "netns", "exec", self.host.namespace, f"{self.programs}/zerotier-one", "-U", self.home],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, env=environment)
        self.host.lab.processes.append(self.process)
        until(f"answer of the daemon on {self.host.name}", lambda: self.alive() and self.api("/status"), within_s, 0.002)
        self.ready_s = time.monotonic() - self.started
        self.online_s = None

    def remove_port_file(self):
        try:
            os.remove(f"{self.home}/zerotier-one.port")
        except FileNotFoundError:
            pass

    def stop(self):
        self.host.lab.end(self.process)

    def alive(self):
        if self.process.poll() is not None:
            raise Failed(f"the daemon on {self.host.name} ended with {self.process.returncode}: {self.last_words()}")
        return True

    def last_words(self):
        with open(self.log, errors="replace") as log:
            return last_line(log.read())

    def wait_online(self):
        until(f"ONLINE on {self.host.name}", lambda: self.alive() and self.api("/status")["online"], 60, 0.01)
        self.online_s = time.monotonic() - self.started

    def api(self, path, body=None):
        """Sends a request to the API, a POST if there is a body, and returns the response."""
        with open(f"{self.home}/authtoken.secret") as token, open(f"{self.home}/zerotier-one.port") as port:
            headers, port = {"X-ZT1-Auth": token.read().strip()}, int(port.read())
        if body is not None:
            body = json.dumps(body)
            headers["Content-Type"] = "application/json"

        def request():
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            try:
                connection.request("POST" if body else "GET", path, body, headers)
                answer = connection.getresponse()
                content = answer.read()
            finally:
                connection.close()
            if answer.status != 200:
                raise ValueError(f"{path} answers {answer.status}")
            return json.loads(content)

        return self.host.inside(request)

    def network(self, network):
        """The status of a network for which the daemon has a configuration, or None."""
        found = next((n for n in self.api("/network") if n["id"] == network), None)
        return found if found and found["status"] == "OK" else None

    def is_direct(self, other):
        peer = next((p for p in self.api("/peer") if p["address"] == other.id), None)
        return bool(peer) and any(path["active"] and not path["expired"] for path in peer["paths"])

    def cpu_s(self):
        """CPU seconds that the daemon has used, system and user."""
        self.alive()
        with open(f"/proc/{self.process.pid}/stat") as stat:
            fields = stat.read().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def rss_mb(self):
        self.alive()
        with open(f"/proc/{self.process.pid}/status") as status:
            return next(int(line.split()[1]) for line in status if line.startswith("VmRSS:")) / 1024

    def pin(self, cpus):
        """Pins all threads of the daemon to these CPUs."""
        for thread in os.listdir(f"/proc/{self.process.pid}/task"):
            try:
                os.sched_setaffinity(int(thread), cpus)
            except ProcessLookupError:
                pass


class Lab:
    """The internet 203.0.113.0/24 as one bridge, its hosts, and one root that is also the controller."""

    def __init__(self, tag=None):
        self.tag = tag or f"bench{os.getpid()}"
        self.directory = tempfile.mkdtemp(prefix="backhaul-bench-")
        self.hosts, self.processes = [], []
        self.addresses = self.networks = 0
        self.labs = []

    def open(self, ours):
        self.open_internet()
        self.center = Node(self.public("center"), ours)
        self.make_planet(ours, [self.center])
        self.center.start()

    def nest(self, kind, name):
        """Creates another lab, with an internet of its own, which is closed with this one at the latest."""
        lab = kind(f"{self.tag}-{name}")
        self.labs.append(lab)
        return lab

    def make_planet(self, ours, roots):
        self.planet = os.path.join(self.directory, "planet")
        sh(f"{ours}/zerotier-idtool", "genplanet", self.planet,
           *(f"{root.host.address}/{PORT}={root.home}/identity.secret" for root in roots))

    def open_internet(self):
        """Creates the bridge alone, for hosts without daemons."""
        self.internet = Host(self, "net")
        self.internet.ip("link", "add", "internet", "type", "bridge")
        self.internet.ip("link", "set", "internet", "up")

    def public(self, name, wire=Host.wire):
        """Creates a host with its own address on the internet, connected by a veth or by what `wire` makes."""
        host = Host(self, name)
        self.addresses += 1
        port = f"port{self.addresses}"
        wire(host, "uplink", self.internet, port)
        self.internet.ip("link", "set", port, "master", "internet")
        host.port = port
        host.address = f"203.0.113.{self.addresses}"
        host.ip("addr", "add", f"{host.address}/24", "dev", "uplink")
        return host

    def make_network(self):
        """Creates a private network on the controller and returns its id."""
        self.networks += 1
        subnet = f"10.147.{self.networks}"
        return self.center.api(f"/controller/network/{self.center.id}______", {
            "name": "bench", "private": True,
            "v4AssignMode": {"zt": True}, "v6AssignMode": {"rfc4193": True},
            "routes": [{"target": f"{subnet}.0/24"}],
            "ipAssignmentPools": [{"ipRangeStart": f"{subnet}.1", "ipRangeEnd": f"{subnet}.250"}]})["id"]

    def end(self, process):
        """Stops one program that this lab started."""
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(8)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)
        if process in self.processes:
            self.processes.remove(process)

    def close(self):
        for lab in self.labs:
            lab.close()
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in list(self.processes):
            try:
                self.end(process)
            except (OSError, subprocess.TimeoutExpired):
                pass
        for host in self.hosts:
            subprocess.run(["ip", "netns", "del", host.namespace], capture_output=True)
        self.hosts, self.labs = [], []
        shutil.rmtree(self.directory, ignore_errors=True)


class Pair:
    """Two daemons with their own network: a sends to b unless stated otherwise."""

    direct = True  # whether they can have a direct path

    def __init__(self, lab, name, programs_a, programs_b, options=""):
        a = Node(lab.public(f"{name}-a"), programs_a, options)
        b = Node(lab.public(f"{name}-b"), programs_b, options)
        self.build(lab, name, (a, b))

    def build(self, lab, name, nodes):
        self.lab, self.name, self.nodes = lab, name, nodes
        self.a, self.b = nodes[:2]
        self.network = lab.make_network()
        self.joined = self.fresh = False
        self.warm = set()  # names of directions
        self.lans = None

    def start(self):
        """Starts both daemons and returns when they communicate over their network, directly unless they cannot."""
        for node in self.nodes:
            if node.process is not None:
                node.stop()
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.wait_online()
        if not self.joined:
            self.join()
        for node in self.nodes:
            until(f"configuration of {node.host.name}", lambda: node.alive() and self.ip(node) and self.ip(node, 6), 60)
        until(f"ping over the network of {self.name}", self.pings, 30)
        if self.direct:
            until(f"direct path of {self.name}", lambda: self.a.is_direct(self.b) and self.b.is_direct(self.a), 30)
        self.fresh = True
        self.warm.clear()

    def join(self):
        for node in self.nodes:
            node.api(f"/network/{self.network}", {})
        for node in self.nodes:
            until(f"request of {node.host.name} at the controller", lambda: self.member(node, {"authorized": True}), 30)
        self.joined = True

    def member(self, node, body):
        """Changes a member at the controller as soon as there is a record of it."""
        path = f"/controller/network/{self.network}/member"
        return node.id in self.lab.center.api(path) and self.lab.center.api(f"{path}/{node.id}", body)

    def ip(self, node, family=4):
        """The node's address in the pair's network, or None."""
        network = node.network(self.network)
        addresses = [a.split("/")[0] for a in network["assignedAddresses"]] if network else []
        return next((a for a in addresses if (":" in a) == (family == 6)), None)

    def pings(self):
        return " 0% packet loss" in self.a.host.run("ping", "-c1", "-W1", self.ip(self.b), check=False)

    def cpu_s(self):
        return self.a.cpu_s() + self.b.cpu_s()

    def change(self, **fields):
        """Changes the network at the controller and returns when both nodes have the configuration."""
        made = self.lab.center.api(f"/controller/network/{self.network}", fields)
        for node in self.nodes:
            until(f"configuration {made['revision']} of {node.host.name}",
                  lambda: (node.network(self.network) or {}).get("netconfRevision", 0) >= made["revision"], 30)

    def set_bridging(self, on):
        """Attaches the network's devices to bridges with a host behind each, or detaches them."""
        if on and self.lans is None:
            self.lans = [self.make_lan(node, number) for number, node in enumerate(self.nodes, 1)]
        for node in self.nodes:
            self.member(node, {"activeBridge": on})
        # A change of a member is sent to that member only; both need it.
        self.change(name="bridged" if on else "bench")
        for node in self.nodes:
            until(f"bridging {'on' if on else 'off'} on {node.host.name}",
                  lambda: (node.network(self.network) or {}).get("bridge") == on, 30)
            device = node.network(self.network)["portDeviceName"]
            node.host.ip("link", "set", device, *(["master", "bridge"] if on else ["nomaster"]))

    def make_lan(self, node, number):
        lan = Host(self.lab, f"{node.host.name}-lan")
        mtu = node.network(self.network)["mtu"]
        lan.wire("lan", node.host, "lan", mtu)
        lan.address = f"10.99.0.{number}"
        lan.ip("addr", "add", f"{lan.address}/24", "dev", "lan")
        node.host.ip("link", "add", "bridge", "mtu", mtu, "type", "bridge")
        node.host.ip("link", "set", "lan", "master", "bridge")
        node.host.ip("link", "set", "bridge", "up")
        return lan

    def suite(self):
        """The cipher suite of most packets between the two, read from the wire."""
        seen = self.a.host.inside(lambda: watch(self.a.host, self.ip(self.b)))
        if not seen:
            raise Failed("no packets seen on the wire")
        return SUITES.get(max(set(seen), key=seen.count), "unknown")


def watch(host, ip):
    """Counts the suites of packets that leave this host while it pings."""
    import socket
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(3))
    wire.bind(("uplink", 0))
    wire.settimeout(2)
    ping = subprocess.Popen(["ping", "-q", "-c20", "-i0.01", "-s200", "-w3", ip], stdout=subprocess.DEVNULL)
    seen = []
    try:
        while len(seen) < 20:
            packet = wire.recv(65536)
            if packet[9] == 17 and len(packet) > 200:  # UDP over IPv4
                message = packet[(packet[0] & 15) * 4 + 8:]
                if message[13] != 0xff:  # only first fragments
                    seen.append(message[18] >> 3 & 7)
    except TimeoutError:
        pass
    finally:
        wire.close()
        ping.wait(5)
    return seen
