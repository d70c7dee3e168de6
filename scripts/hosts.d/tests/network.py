# SPDX-License-Identifier: Apache-2.0
"""The network around the daemon: many interfaces, few open files, addresses and devices that come and go, clocks."""
import contextlib
import json
import re
import time

from bench import extra, layers
from failure import at_most, contains, equal, lacks, matches, until

HOME = "/var/lib/zerotier-one"
DROP_IN = "/etc/systemd/system/zerotier-one.service.d/files.conf"
# 150 further interfaces: so many that with three ports each, bridges without a socket remain behind the others.
PLAIN = 60
BRIDGES = 90
HEALTH = "curl -gsS -o /dev/null -w '%{{http_code}}' http://{}:9993/health"


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
def interfaces(host):
    """Gives a host further interfaces with an address each: plain ones, and bridges of containers, each with a port.

    Half of the bridges have names as Docker's, the others are bridges by their type alone.
    """
    plain = [f"lan{i}" for i in range(PLAIN)]
    bridges = [f"{'br-' if i % 2 else 'net'}{i}" for i in range(BRIDGES)]
    lines = [f"link add {name} type veth peer name p-{name}" for name in plain]
    for name in bridges:
        lines += [f"link add {name} type bridge", f"link add c-{name} type veth peer name p-{name}", f"link set c-{name} master {name} up"]
    lines += [f"link set p-{name} up" for name in plain + bridges] + [f"link set {name} up" for name in plain + bridges]
    lines += [f"addr add {_address(name)}/24 dev {name}" for name in plain + bridges]
    host.write("/run/interfaces", "\n".join(lines) + "\n")
    host.run("ip -batch /run/interfaces")
    try:
        yield plain, bridges
    finally:
        host.run("sed -n 's/^link add \\([^ ]*\\) type.*/link del \\1/p' /run/interfaces | ip -batch -")


def _address(name):
    """The address of a further interface."""
    return f"172.{18 if name.startswith('lan') else 19}.{int(re.sub('.*[a-z-]', '', name))}.1"


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


@extra
@layers("faketime")
def test_clock_of_the_controller(bench):
    """Members that joined while the clock of their controller was 3 h ahead recover within a minute after it is right."""
    controller = bench.fresh(installed=True, layers=("faketime",))
    one, other = (bench.fresh(installed=True) for _ in range(2))
    # The clock of the daemon alone; what systemd measures stays right.
    drop_in = "/etc/systemd/system/zerotier-one.service.d/clock.conf"
    library = controller.run("echo /usr/lib/*/faketime/libfaketime.so.1").strip()
    controller.write(drop_in, f"[Service]\nEnvironment=LD_PRELOAD={library} FAKETIME=+3h FAKETIME_DONT_FAKE_MONOTONIC=1\n")
    controller.run("systemctl daemon-reload && systemctl restart zerotier-one")
    controller.online()
    ahead = int(controller.api("/status")["clock"]) / 1000 - time.time()
    at_most(abs(ahead - 3 * 3600), 60, "seconds that the clock of the controller is not 3 h ahead")
    network = controller.api(f"/controller/network/{controller.address()}______", {
        "private": True, "v4AssignMode": {"zt": True}, "routes": [{"target": "10.150.0.0/24"}],
        "ipAssignmentPools": [{"ipRangeStart": "10.150.0.1", "ipRangeEnd": "10.150.0.254"}]})["id"]
    for host in (one, other):
        controller.api(f"/controller/network/{network}/member/{host.address()}", {"authorized": True})
        host.run(f"zerotier-cli join {network}")
        host.wait_until(f"zerotier-cli listnetworks | grep ' {network} .* OK '", 30)
    address = other.wait_until("ip -br -4 address | grep '^zt.*10[.]150'").split()[2].split("/")[0]
    one.wait_until(f"ping -c 1 -W 1 {address}", 30)
    one.logs("the clock of its controller is (3 h|2 h 59 min) ahead of the clock of this host", "-p warning -o cat")

    controller.run(f"rm {drop_in} && systemctl daemon-reload && systemctl restart zerotier-one")
    controller.online()
    began = time.monotonic()
    for host in (one, other):
        host.wait_until("journalctl -q --no-pager -u zerotier-one | grep 'the clock of its controller was set back by [23] h'", 90)
    for host, target in ((one, address), (other, one.run("ip -br -4 address | grep '^zt.*10[.]150'").split()[2].split("/")[0])):
        host.wait_until(f"ping -c 3 -i 0.2 -W 1 {target}", 60)
    bench.figure("members recover after the clock of the controller was set right", time.monotonic() - began, 65, limit=130)


def test_container_host(bench):
    """With 150 further interfaces and 65536, 256 or 64 open files the uplink has sockets, the API answers, one line says why."""
    host = bench.host()
    with interfaces(host) as (plain, bridges):
        host.run("systemctl restart zerotier-one")
        # The former process may have reported the new interfaces, too.
        mark = f"_SYSTEMD_INVOCATION_ID={host.systemd('InvocationID')}"
        uplink_is_bound(host)
        equal(metric(host, 'backhaul_udp_sockets{state="open"}'), 256, "open sockets")
        over = metric(host, 'backhaul_udp_sockets{state="over_limit"}')
        equal(over >= 3 * (PLAIN + BRIDGES) - 256, True, f"{over} addresses and ports over the limit")
        reported_once(host, "the limit of 256 UDP sockets is reached", mark)
        bound = re.findall(r" (172\.1[89]\.\d+\.1)(?:%\S+)?:\d+ ", host.run("ss -Hlun"))
        equal({name: bound.count(_address(name)) for name in plain}, dict.fromkeys(plain, 3), "sockets of plain interfaces")
        without = [name for name in bridges if _address(name) not in bound]
        equal(0 < len(without) < BRIDGES, True, f"bridges without a socket: {len(without)}; expected some of {BRIDGES}")
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
        # JOURNAL_STREAM alone does not make standard error the journal, where the line would begin with its priority.
        said = host.run("ulimit -n 32; JOURNAL_STREAM=1:2 zerotier-one -U /run/few", check=False)
        equal((said.status, said.splitlines()[0].split(";")[0]), (1, f"/usr/sbin/zerotier-one: {reason.split(';')[0]}"), "on a terminal")
    host.online()


def test_management_from_everywhere(bench):
    """0.0.0.0 and :: without bits permit the API to all hosts of their family, as in the reference; a warning says so."""
    host = bench.host()
    host.run("ip addr add fd77::1/64 dev host0 nodad")
    urls = {"0.0.0.0": HEALTH.format(host.ip), "::": HEALTH.format("[fd77::1]")}
    try:
        for url in urls.values():
            equal(host.run(url), "401", "the API without the setting")
        for entry, family in (("0.0.0.0", "IPv4"), ("::", "IPv6")):
            mark = since(host)
            with local_conf(host, json.dumps({"settings": {"allowManagementFrom": [entry]}})):
                until("the API answers", lambda: host.run(urls[entry], check=False) == "200", 30)
                other = next(url for each, url in urls.items() if each != entry)
                equal(host.run(other), "401", f"the API from the other family than that of {entry}")
                host.logs(re.escape(f"allowManagementFrom: {entry} without /bits is every {family} address; write {entry}/0"),
                          f"-p warning {mark}")
    finally:
        host.run("ip addr del fd77::1/64 dev host0")


def test_byte_order_mark(bench):
    """Files with a byte order mark, as editors of Windows write it, and bodies of requests are read."""
    host = bench.host()
    mark = "\ufeff"
    moon = host.run(f"zerotier-idtool initmoon {HOME}/identity.public")
    host.write("/run/moon.json", mark + moon)
    contains(host.run("cd /run && zerotier-idtool genmoon moon.json"), f"wrote {json.loads(moon)['id'].zfill(16)}.moon",
             "genmoon")
    auth = f"-H X-ZT1-Auth:$(cat {HOME}/authtoken.secret)"
    host.write("/run/body", mark + '{"name": "marked"}')
    network = json.loads(host.run(f"curl -sS {auth} --data-binary @/run/body "
                                  f"localhost:9993/controller/network/{host.address()}______"))["id"]
    host.run("systemctl stop zerotier-one")
    host.run(f"zerotier-one controller export /run/exported && mv {HOME}/backhaul.db /run/ && mkdir -p {HOME}/controller.d/network"
             f" && cp /run/exported/network/*.json {HOME}/controller.d/network/")
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
    one.logs("the network's MTU is 10000, and packets carry at most 9861", f"-p warning {mark}")
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
    host.wait_until(f"journalctl -u zerotier-one {mark} | grep 'no UDP socket is open'", 10)
    # Later than the first attempts, which are more frequent.
    host.wait_until(f"[ $(ps -o etimes= -p {host.main_pid()}) -ge 12 ]", 60)
    host.run(f"ip addr add {host.ip}/24 dev host0")
    host.wait_until(f"ss -Hlun | grep -E '{host.ip}(%host0)?:9993'", 4)
    host.online()
