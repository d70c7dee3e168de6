# SPDX-License-Identifier: Apache-2.0
"""The network around the daemon: many interfaces, few open files, addresses and devices that come and go, clocks."""
import contextlib
import json
import re

from failure import contains, equal, lacks, matches, until

HOME = "/var/lib/zerotier-one"
DROP_IN = "/etc/systemd/system/zerotier-one.service.d/files.conf"
BRIDGES = 100
HEALTH = "curl -sS -o /dev/null -w '%{{http_code}}' http://{}:9993/health"


@contextlib.contextmanager
def local_conf(host, text):
    """Sets local.conf of a host and restarts the daemon; afterwards it has none."""
    host.write(f"{HOME}/local.conf", text)
    host.run("systemctl restart zerotier-one")
    try:
        yield
    finally:
        host.run(f"rm {HOME}/local.conf && systemctl restart zerotier-one")


@contextlib.contextmanager
def bridges(host):
    """Gives a host the interfaces of many containers, with an address each."""
    lines = []
    for i in range(BRIDGES):
        lines += [f"link add br-{i} type veth peer name c-{i}", f"link set c-{i} up", f"link set br-{i} up",
                  f"addr add 172.18.{i}.1/24 dev br-{i}"]
    host.write("/run/bridges", "\n".join(lines) + "\n")
    host.run("ip -batch /run/bridges")
    try:
        yield
    finally:
        host.run("sed -n 's/ type veth.*//; s/link add/link del/p' /run/bridges | ip -batch -")


@contextlib.contextmanager
def open_files(host, limit):
    """Restricts the open files of the service."""
    host.write(DROP_IN, f"[Service]\nLimitNOFILE={limit}\n")
    host.run("systemctl daemon-reload; systemctl restart zerotier-one", check=False)
    try:
        yield
    finally:
        host.run(f"rm {DROP_IN}; systemctl daemon-reload; systemctl restart zerotier-one")


def metric(host, labels):
    """Returns a sample of the host's metrics."""
    text = host.run(f"curl -sS -H X-ZT1-Auth:$(cat {HOME}/authtoken.secret) localhost:9993/metrics")
    return int(matches(text, re.escape(labels) + r" (\d+)$", "the metrics").group(1))


def since(host):
    """Returns the option of journalctl for what is logged from now on."""
    return "--since='" + host.run("date '+%F %T.%6N'").strip() + "'"


def test_container_host(bench):
    """With 100 further interfaces and 65536, 256 or 64 open files the uplink has sockets, the API answers, one line says why."""
    host = bench.host()
    with bridges(host):
        mark = since(host)
        host.run("systemctl restart zerotier-one")
        uplink_is_bound(host)
        equal(metric(host, 'backhaul_udp_sockets{state="open"}'), 256, "open sockets")
        over = metric(host, 'backhaul_udp_sockets{state="over_limit"}')
        equal(over >= 3 * BRIDGES - 256, True, f"{over} addresses and ports over the limit")
        reported_once(host, "the limit of 256 UDP sockets is reached", mark)
        for limit in (256, 64):
            mark = since(host)
            with open_files(host, limit):
                uplink_is_bound(host)
                with idle_connections(host, 100):
                    for _ in range(5):
                        contains(host.run("zerotier-cli info"), "200 info", "zerotier-cli info beside idle connections")
                reported_once(host, f"the limit of {limit} open files is reached", mark)
                log = host.journal(mark)
                lacks(log, "exceptionCaught", "the journal")
                lacks(log, "\tat ", "the journal")


def uplink_is_bound(host):
    """Checks that the node is ONLINE, with its primary port on the uplink."""
    host.online(60)
    matches(host.run("ss -Hlun"), rf"\b{host.ip}(%host0)?:9993\b", "the UDP sockets")


def reported_once(host, text, mark):
    """Checks that a text is in one line of the warnings since a mark."""
    host.wait_until(f"journalctl -u zerotier-one -p warning {mark} | grep -F '{text}'", 10)
    warnings = host.journal(f"-p warning {mark}")
    equal(warnings.count(text), 1, f"lines with {text!r} in\n{warnings}")


@contextlib.contextmanager
def idle_connections(host, count):
    """Opens connections to the API that send nothing."""
    host.write("/run/idle.py", f"""import pathlib, socket, time
connections = [socket.create_connection(("localhost", 9993)) for i in range({count})]
pathlib.Path("/run/connected").touch()
time.sleep(600)
""")
    host.run("python3 /run/idle.py >/dev/null 2>&1 & echo $! >/run/idle")
    try:
        host.wait_until("[ -e /run/connected ]", 30)
        yield
    finally:
        host.run("kill $(cat /run/idle); rm -f /run/connected")


def test_too_few_open_files(bench):
    """With 32 open files the daemon does not start, and says why in one line."""
    host = bench.host()
    mark = since(host)
    with open_files(host, 32):
        reason = "fatal error: this process may have 32 open files, and the daemon needs at least 60; raise the limit"
        until("the reason is logged", lambda: reason in host.journal(f"-p err {mark}"), 30)
        log = host.journal(mark)
        lacks(log, "Exception", "the journal")
        lacks(log, "\tat ", "the journal")
    host.online()


def test_management_from_everywhere(bench):
    """0.0.0.0 without bits permits the API to all hosts of IPv4, as in the reference, and a warning says so."""
    host = bench.host()
    request = HEALTH.format(host.ip)
    equal(host.run(request), "401", "the API without the setting")
    mark = since(host)
    with local_conf(host, '{"settings": {"allowManagementFrom": ["0.0.0.0"]}}'):
        until("the API answers", lambda: host.run(request, check=False) == "200", 30)
        matches(host.journal(f"-p warning {mark}"),
                r"allowManagementFrom: 0\.0\.0\.0 without /bits is every IPv4 address; write 0\.0\.0\.0/0", "the journal")


def test_byte_order_mark(bench):
    """Files with a byte order mark, as editors of Windows write it, and bodies of requests are read."""
    host = bench.host()
    mark = "\ufeff"
    auth = f"-H X-ZT1-Auth:$(cat {HOME}/authtoken.secret)"
    host.write("/run/body", mark + '{"name": "marked"}')
    network = json.loads(host.run(f"curl -sS {auth} --data-binary @/run/body "
                                  f"localhost:9993/controller/network/{host.address()}______"))["id"]
    host.run("systemctl stop zerotier-one")
    for file in (f"controller.d/network/{network}.json", "identity.secret"):
        add_mark(host, file)
    address = host.run(f"cut -c1-10 {HOME}/identity.public")
    with local_conf(host, mark + '{"settings": {"allowManagementFrom": ["10.77.0.0/24"]}}'):
        host.online(60)
        add_mark(host, "authtoken.secret")
        contains(host.run("zerotier-cli info"), "200 info", "zerotier-cli info with the token")
        remove_mark(host, "authtoken.secret")
        equal(host.address(), address.strip(), "the address of the node")
        equal(json.loads(host.run(f"zerotier-cli /controller/network/{network}").split("\n", 1)[-1])["name"], "marked",
              "the name of the network")
        equal(host.run(HEALTH.format(host.ip)), "200", "the API from 10.77.0.0/24")
    host.online(60)
    host.run(f"curl -sS {auth} -X DELETE localhost:9993/controller/network/{network}")
    remove_mark(host, "identity.secret")


def add_mark(host, file):
    """Writes a byte order mark before the content of a file of the home; its owner and mode stay."""
    host.run(f"cd {HOME} && printf '\\357\\273\\277' >/run/marked && cat {file} >>/run/marked && cat /run/marked >{file}")


def remove_mark(host, file):
    """Removes the byte order mark of a file of the home."""
    host.run(f"cd {HOME} && tail -c +4 {file} >/run/unmarked && cat /run/unmarked >{file}")


def test_largest_frames(bench):
    """In a network with an MTU of 10000 all frames that the device accepts arrive, and its MTU of 9861 is logged."""
    one, other, _ = bench.pair()
    network = bench.mesh.network(mtu=10000)
    mark = since(one)
    bench.mesh.join(one, network)
    address = bench.mesh.join(other, network)
    one.wait_until(f"ping -c1 -W1 {address}", 30)
    contains(one.run(f"ping -c3 -i0.2 -W2 -M do -s {9861 - 28} {address}"), "3 received", "pings with the MTU of the device")
    contains(one.run(f"ping -c1 -W1 -M do -s {9862 - 28} {address}", check=False), "mtu=9861", "a ping above the MTU")
    contains(one.journal(f"-p warning {mark}"), "the network's MTU is 10000, and packets carry at most 9861", "the journal")
    for host in (one, other):
        host.run(f"zerotier-cli leave {network}")


def test_ipv6_off(bench):
    """Where IPv6 is switched off by sysctl, one line says that, and the rest of the network works."""
    host = bench.host()
    host.run("sysctl -w net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1")
    network = bench.mesh.network(v6AssignMode={"rfc4193": True})
    mark = since(host)
    bench.mesh.join(host, network)
    reported_once(host, "IPv6 is switched off on this host", mark)
    lacks(host.journal(mark), "run as root", "the journal")
    device = host.api(f"/network/{network}")["portDeviceName"]
    host.run(f"sysctl -w net.ipv6.conf.{device}.disable_ipv6=0")
    host.wait_until(f"ip -6 addr show dev {device} | grep 'inet6 fd'", 60)
    host.run(f"zerotier-cli leave {network}; sysctl -w net.ipv6.conf.all.disable_ipv6=0 net.ipv6.conf.default.disable_ipv6=0")


def test_device_set_down(bench):
    """A device that an administrator sets down stays so; the log and listnetworks say it."""
    host = bench.host()
    network = bench.mesh.network()
    bench.mesh.join(host, network)
    device = host.api(f"/network/{network}")["portDeviceName"]
    lacks(host.run("zerotier-cli listnetworks"), "is down", "listnetworks")
    mark = since(host)
    host.run(f"ip link set {device} down")
    contains(host.run("zerotier-cli listnetworks 2>&1 >/dev/null"), f"{device} is down", "standard error of listnetworks")
    host.wait_until(f"journalctl -u zerotier-one {mark} | grep '{device} was set down'", 10)
    host.run(f"ip link set {device} up")
    host.wait_until(f"journalctl -u zerotier-one {mark} | grep '{device} is up again'", 10)
    host.run(f"zerotier-cli leave {network}")


def test_address_after_the_start(bench):
    """A daemon that starts without an address answers at once, and binds when there is one."""
    host = bench.host()
    mark = since(host)
    host.run("ip addr flush dev host0; systemctl restart zerotier-one")
    contains(host.run("zerotier-cli info"), "200 info", "zerotier-cli info without an address")
    contains(host.journal(mark), "no UDP socket is open", "the journal")
    # Later than the first attempts, which are more frequent.
    host.wait_until(f"[ $(ps -o etimes= -p {host.main_pid()}) -ge 12 ]", 60)
    host.run(f"ip addr add {host.ip}/24 dev host0")
    host.wait_until(f"ss -Hlun | grep -E '{host.ip}(%host0)?:9993'", 4)
    host.online()
