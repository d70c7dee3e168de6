# SPDX-License-Identifier: Apache-2.0
"""Networks beside the rest of the host: conflicting routes, the full tunnel, DNS, bridges and gateways."""
import contextlib
import json
import re

from failure import contains, equal, lacks, matches, until

AWAY = "198.51.100.80"
AWAY6 = "2001:db8:80::80"


def since(host):
    """Returns the option of journalctl for what is logged from now on."""
    return "--since='" + host.run("date '+%F %T.%6N'").strip() + "'"


def network_of(host, network):
    """Returns the object of a network in listnetworks -j."""
    return next(each for each in json.loads(host.run("zerotier-cli -j listnetworks")) if each["id"] == network)


def test_conflicting_routes(bench):
    """Routes into a connected subnet or across the path to the root are rejected; listnetworks, status and the log say it."""
    host = bench.host()
    mark = since(host)
    network = bench.mesh.network(routes=[
        {"target": "10.147.99.0/24"}, {"target": "10.77.0.128/25", "via": "10.147.99.1"},
        {"target": "10.150.0.0/16", "via": "10.147.99.1", "metric": 77}],
        ipAssignmentPools=[{"ipRangeStart": "10.147.99.10", "ipRangeEnd": "10.147.99.99"}])
    bench.mesh.join(host, network)
    reason = "host0 is directly connected to 10.77.0.0/24"
    until("the route is rejected", lambda: network_of(host, network).get("rejected") == [
        {"kind": "route", "target": "10.77.0.128/25", "via": "10.147.99.1", "reason": reason}], 30)
    lacks(host.run("ip route"), "10.77.0.128/25", "the routes")
    contains(host.run("ip route"), "10.150.0.0/16 via 10.147.99.1", "the routes")
    contains(host.run("ip route show 10.150.0.0/16"), "metric 77", "the route with a metric of its own")
    sentence = f"the route to 10.77.0.128/25 is not applied: {reason}"
    contains(host.run("zerotier-cli status 2>&1 >/dev/null"), sentence, "standard error of status")
    contains(host.run("zerotier-cli listnetworks 2>&1 >/dev/null"), f"10.77.0.128/25 is not applied: {reason}",
             "standard error of listnetworks")
    equal(host.api("/status")["problems"], [{"nwid": network, "problem": sentence}], "problems in /status")
    host.logs(re.escape(sentence), f"-p warning {mark}")
    host.run(f"zerotier-cli leave {network}")
    equal("problems" in host.api("/status"), False, "problems after leaving")


@contextlib.contextmanager
def behind_router(host):
    """Moves the uplink of a host behind a router, a namespace with two gateways; a server there is the world outside."""
    host.run(f"""set -e
ip netns add router
ip link set host0 netns router
for i in 1 2; do
  ip link add up$i type veth peer name gw$i
  ip link set gw$i netns router
  ip addr add 192.168.9$i.2/24 dev up$i
  ip addr add 2001:db8:9$i::2/64 dev up$i nodad
  ip link set up$i up
done
ip netns exec router sh -c '
  ip link set lo up
  ip addr add {host.ip}/24 dev host0; ip link set host0 up
  ip addr add {AWAY}/32 dev lo
  ip addr add {AWAY6}/128 dev lo
  for i in 1 2; do
    ip addr add 192.168.9$i.1/24 dev gw$i
    ip addr add 2001:db8:9$i::1/64 dev gw$i nodad
    ip link set gw$i up
  done
  echo 1 >/proc/sys/net/ipv4/ip_forward
  nft add table ip nat; nft add chain ip nat out "{{ type nat hook postrouting priority 100; }}"
  nft add rule ip nat out oifname host0 masquerade'
ip route add default via 192.168.91.1
ip route add default via 2001:db8:91::1
sysctl -qw net.ipv4.conf.all.rp_filter=1 net.ipv4.conf.up1.rp_filter=1 net.ipv4.conf.up2.rp_filter=1""")
    serve(host, "outside", "ip netns exec router ")
    try:
        yield
    finally:
        host.run("kill $(cat /run/serve.pid); ip netns exec router ip link set host0 netns 1; ip netns del router")
        host.run(f"ip addr add {host.ip}/24 dev host0; ip link set host0 up; ip route del default; ip -6 route del default",
                 check=False)


def serve(host, text, prefix=""):
    """Starts a TCP server that answers with a text and the address of its client."""
    host.write("/run/serve.py", f"""import socket
server = socket.create_server(("::", 8080), family=socket.AF_INET6, dualstack_ipv6=True)
while True:
    client, address = server.accept()
    client.sendall(("{text} " + address[0].removeprefix("::ffff:")).encode())
    client.close()
""")
    host.run(f"{prefix}python3 /run/serve.py >/run/serve.log 2>&1 & echo $! >/run/serve.pid")


def asked(host, server=AWAY):
    """Returns what the server answers, or an empty text."""
    return host.run(f"timeout 5 bash -c 'exec 3<>/dev/tcp/{server}/8080 && cat <&3'", check=False).strip()


def test_full_tunnel(bench):
    """All TCP goes through the tunnel, the daemon beside it, while gateways change; leave, stop and kill -9 leave nothing."""
    inner, outer = bench.fresh(installed=True), bench.host("exit")
    outer.run(f"ip addr add {AWAY}/32 dev lo; ip addr add {AWAY6}/128 dev lo")
    serve(outer, "inside")
    lan = [{"target": "10.147.98.0/24"}, {"target": "fd98::/64"}]
    network = bench.mesh.network(routes=lan,
                                 ipAssignmentPools=[{"ipRangeStart": "10.147.98.10", "ipRangeEnd": "10.147.98.99"}])
    bench.mesh.authorize(network, outer.address(), ipAssignments=["10.147.98.10", "fd98::10"])
    exit_address = bench.mesh.join(outer, network)
    bench.mesh.api(f"/controller/network/{network}", {
        "routes": [*lan, {"target": "0.0.0.0/0", "via": exit_address}, {"target": "::/0", "via": "fd98::10"}]})
    rules = inner.run("ip -4 rule; ip -6 rule")
    with behind_router(inner):
        inner.online(60)
        bench.mesh.authorize(network, inner.address(), ipAssignments=["10.147.98.11", "fd98::11"])
        own = bench.mesh.join(inner, network)
        matches(asked(inner), "^outside 192.168.91.2$", "the answer without a full tunnel")
        matches(asked(inner, AWAY6), "^outside 2001:db8:91::2$", "the answer by IPv6 without a full tunnel")
        inner.run(f"zerotier-cli set {network} allowDefault=1")
        until("TCP goes through the tunnel", lambda: asked(inner) == f"inside {own}", 60)
        until("TCP by IPv6 goes through the tunnel", lambda: asked(inner, AWAY6) == "inside fd98::11", 30)
        contains(inner.run("ip route show table 23124"), f"default via {exit_address}", "the table")
        lacks(inner.run("ip route"), "0.0.0.0/1", "the main table")
        inner.run("ping -c1 -W5 192.168.92.1")

        # The gateway changes under it, by another uplink.
        inner.run("ip route replace default via 192.168.92.1; ip -6 route replace default via 2001:db8:92::1")
        until("TCP goes through the tunnel by the other gateway", lambda: asked(inner) == f"inside {own}", 60)
        equal(asked(inner, AWAY6), "inside fd98::11", "the answer by IPv6 by the other gateway")
        inner.run("ip link set up1 down")
        until("TCP goes through the tunnel by the other uplink", lambda: asked(inner) == f"inside {own}", 90)
        inner.run("ip link set up1 up")

        # A killed daemon leaves rules without effect, which the next start removes, whatever its home is.
        inner.run("systemctl kill -s KILL zerotier-one; systemctl stop zerotier-one")
        contains(inner.run("ip rule"), "lookup 23124", "the rules after kill -9")
        matches(asked(inner), "^outside", "the answer after kill -9")
        matches(asked(inner, AWAY6), "^outside 2001:db8:92::2$", "the answer by IPv6 after kill -9")
        inner.run("mv /var/lib/zerotier-one /var/lib/zerotier-old; systemctl start zerotier-one")
        inner.wait_until("! ip rule | grep -q 23124", 30)
        inner.run("systemctl stop zerotier-one; rm -r /var/lib/zerotier-one; mv /var/lib/zerotier-old /var/lib/zerotier-one")
        inner.run("systemctl start zerotier-one")
        until("the tunnel is back after the start", lambda: asked(inner) == f"inside {own}", 60)

        inner.run("systemctl stop zerotier-one")
        equal(inner.run("ip -4 rule; ip -6 rule"), rules, "the rules after the stop")
        inner.run("systemctl start zerotier-one")
        until("the tunnel is back after the stop", lambda: asked(inner) == f"inside {own}", 60)
        inner.run(f"zerotier-cli leave {network}")
        until("the rules are removed", lambda: inner.run("ip -4 rule; ip -6 rule") == rules, 10)
        matches(asked(inner), "^outside", "the answer after leaving")
    outer.run(f"kill $(cat /run/serve.pid); ip addr del {AWAY}/32 dev lo; ip addr del {AWAY6}/128 dev lo;"
              f" zerotier-cli leave {network}")


DNS_SERVER = """import socket, sys
server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind((sys.argv[1], 53))
while True:
    query, client = server.recvfrom(512)
    end = query.index(b"\\0", 12) + 5
    is_a = query[end - 4:end - 2] == b"\\0\\1"
    answer = b"\\xc0\\x0c\\0\\1\\0\\1\\0\\0\\0\\1\\0\\4" + bytes([192, 0, 2, 77]) if is_a else b""
    server.sendto(query[:2] + b"\\x85\\x80\\0\\1\\0" + bytes([is_a]) + b"\\0\\0\\0\\0" + query[12:end] + answer, client)
"""


def test_dns_by_resolved(bench):
    """With allowDNS=1 systemd-resolved resolves names of the network's domain by its server; afterwards no longer."""
    host, server = bench.host(), bench.host("exit")
    network = bench.mesh.network(routes=[{"target": "10.147.97.0/24"}],
                                 ipAssignmentPools=[{"ipRangeStart": "10.147.97.10", "ipRangeEnd": "10.147.97.99"}])
    address = bench.mesh.join(server, network)
    server.write("/run/dns.py", DNS_SERVER)
    server.run(f"python3 /run/dns.py {address} >/run/dns.log 2>&1 & echo $! >/run/dns.pid")
    bench.mesh.api(f"/controller/network/{network}", {"dns": {"domain": "corp.example", "servers": [address]}})
    bench.mesh.join(host, network)
    device = host.api(f"/network/{network}")["portDeviceName"]
    lacks(host.run(f"resolvectl dns {device}"), address, "the servers without allowDNS")
    host.run(f"zerotier-cli set {network} allowDNS=10.99.0.0/16")
    until("the list excludes the server", lambda: "allowDNS does not list them" in
          str(network_of(host, network).get("problems")), 30)
    host.run(f"zerotier-cli set {network} allowDNS={address}")
    contains(host.run(f"resolvectl dns {device}"), address, "the servers of the device")
    contains(host.run(f"resolvectl domain {device}"), "corp.example", "the domains of the device")
    contains(host.run("resolvectl query www.corp.example", timeout=30), "192.0.2.77", "the answer of the network's server")
    equal(network_of(host, network).get("problems"), None, "problems with name servers in use")

    # A killed daemon leaves nothing, and the next one sets them again.
    host.run("systemctl kill -s KILL zerotier-one; sleep 0.2")
    until("the servers are set again", lambda: address in host.run(f"resolvectl dns {device}", check=False), 60)
    host.run(f"zerotier-cli set {network} allowDNS=0")
    lacks(host.run(f"resolvectl dns {device}; resolvectl domain {device}"), "corp.example", "the device with allowDNS=0")
    host.run(f"zerotier-cli set {network} allowDNS=all")
    contains(host.run(f"resolvectl dns {device}"), address, "the servers with allowDNS=all")
    host.run("systemctl stop zerotier-one")
    lacks(host.run("resolvectl dns"), address, "the servers after the stop")
    host.run("systemctl start zerotier-one")
    until("the servers are set after the start", lambda: address in host.run(f"resolvectl dns {device}", check=False), 60)
    host.run(f"zerotier-cli leave {network}")
    until("the servers are removed", lambda: address not in host.run("resolvectl dns; resolvectl domain"), 10)

    # Without a resolver to configure, the status says so.
    host.run("systemctl stop systemd-resolved; systemctl mask --runtime systemd-resolved; rm -rf /run/systemd/resolve")
    bench.mesh.join(host, network)
    host.run(f"zerotier-cli set {network} allowDNS=1")
    contains(host.run("zerotier-cli status 2>&1"), "expected systemd-resolved or resolvconf on this host, found neither",
             "status without a resolver")
    host.run(f"zerotier-cli leave {network}; systemctl unmask --runtime systemd-resolved;"
             " systemctl start systemd-resolved")
    server.run(f"kill $(cat /run/dns.pid); zerotier-cli leave {network}")


def test_gateway(bench):
    """A member reaches what is behind another through its gateway, which survives restarts; off and leave undo it."""
    inner, gate = bench.host(), bench.fresh(installed=True)
    lan = {"target": "10.147.96.0/24"}
    network = bench.mesh.network(routes=[lan],
                                 ipAssignmentPools=[{"ipRangeStart": "10.147.96.10", "ipRangeEnd": "10.147.96.99"}])
    via = bench.mesh.join(gate, network)
    bench.mesh.api(f"/controller/network/{network}", {"routes": [lan, {"target": "192.168.95.0/24", "via": via}]})
    bench.mesh.join(inner, network)
    gate.run("""set -e; ip netns add behind; ip link add out0 type veth peer name in0; ip link set in0 netns behind
ip addr add 192.168.95.1/24 dev out0; ip link set out0 up
ip netns exec behind sh -c 'ip addr add 192.168.95.2/24 dev in0; ip link set in0 up'""")
    reach = "ping -c1 -W2 192.168.95.2"
    before = gate.run("sysctl net.ipv4.conf.out0.forwarding")
    contains(gate.run(f"zerotier-cli gateway {network} --out nosuch0 2>&1"), "there is no device nosuch0", "gateway to no device")
    equal(gate.run(f"zerotier-cli gateway {network} --out out0"), "200 gateway OK\n", "gateway")
    device = gate.api(f"/network/{network}")["portDeviceName"]
    inner.wait_until(reach, 30)
    contains(gate.run("zerotier-cli status 2>&1"), f"network {network}: gateway from {device} to out0", "status")
    equal(gate.api("/status")["gateways"], [{"nwid": network, "device": device, "out": "out0"}], "the gateways of /status")
    equal(gate.api("/status").get("problems"), None, "problems of the gateway")
    # Nothing from behind the gateway gets into the network by itself.
    gate.run(f"ip netns exec behind ip route add 10.147.96.0/24 via 192.168.95.1; "
             f"! ip netns exec behind ping -c1 -W1 {inner.api(f'/network/{network}')['assignedAddresses'][0].split('/')[0]}")
    for end in ("systemctl restart zerotier-one", "systemctl kill -s KILL zerotier-one; sleep 0.2"):
        gate.run(end)
        gate.online(60)
        inner.wait_until(reach, 60)
    gate.run(f"zerotier-cli gateway {network} off")
    equal(gate.run("nft list tables"), "", "the tables after gateway off")
    equal(gate.run("sysctl net.ipv4.conf.out0.forwarding"), before, "forwarding after gateway off")
    inner.run(f"! {reach}")
    gate.run(f"zerotier-cli gateway {network} --out out0")
    contains(gate.run("nft list tables"), f"backhaul_{device}", "the tables")
    gate.run("systemctl stop zerotier-one")
    equal(gate.run("nft list tables; sysctl net.ipv4.conf.out0.forwarding"), before, "the host after the stop")
    gate.run("systemctl start zerotier-one")
    inner.wait_until(reach, 60)
    gate.run(f"zerotier-cli leave {network}")
    gate.wait_until('[ -z "$(nft list tables)" ]', 10)
    inner.run(f"zerotier-cli leave {network}")


def test_bridge(bench):
    """A member reaches a host behind the bridge of another; checks say what is missing; off and leave undo it."""
    inner, bridge = bench.host(), bench.fresh(installed=True)
    network = bench.mesh.network(mtu=1500, routes=[{"target": "10.147.95.0/24"}], ipAssignmentPools=[
        {"ipRangeStart": "10.147.95.10", "ipRangeEnd": "10.147.95.99"}])
    bench.mesh.join(inner, network)
    bench.mesh.join(bridge, network)
    device = bridge.api(f"/network/{network}")["portDeviceName"]
    bridge.run("""set -e; ip netns add segment; ip link add lan0 type veth peer name far0; ip link set far0 netns segment
ip addr add 192.168.94.1/24 dev lan0; ip link set lan0 up
ip netns exec segment sh -c 'ip addr add 10.147.95.200/24 dev far0; ip link set far0 up'""")
    problems = bridge.run(f"zerotier-cli bridge {network} br0 --add lan0 2>&1")
    contains(problems, "this node is no bridge of the network", "the problems")
    contains(problems, "lan0 has the address 192.168.94.1/24", "the problems")
    lacks(bridge.run("ip link show master br0"), "lan0", "the ports")
    bridge.run("ip addr flush dev lan0")
    bench.mesh.authorize(network, bridge.address(), activeBridge=True)
    until("this node is a bridge", lambda: bridge.api(f"/network/{network}")["bridge"], 60)
    equal(bridge.run(f"zerotier-cli bridge {network} br0 --add lan0 2>&1"), "200 bridge OK\n", "bridge")
    ports = bridge.run("ip link show master br0")
    contains(ports, device, "the ports")
    contains(ports, "lan0", "the ports")
    contains(bridge.run("ip -d link show br0"), "stp_state 1", "the bridge")
    lacks(bridge.run(f"ip -4 addr show dev {device}"), "10.147.95", "the addresses of a port")
    inner.wait_until("ping -c1 -W2 10.147.95.200", 60)
    contains(bridge.run("zerotier-cli status 2>&1"), f"network {network}: bridge br0 with {device}, lan0", "status")
    bench.mesh.api(f"/controller/network/{network}", {"mtu": 2800})
    until("the MTU is a problem", lambda: "the MTU of the network is 2800 and that of lan0 is 1500" in
          bridge.run("zerotier-cli status 2>&1"), 60)
    for end in ("systemctl restart zerotier-one", "systemctl kill -s KILL zerotier-one; sleep 0.2"):
        bridge.run(end)
        bridge.online(60)
        inner.wait_until("ping -c1 -W2 10.147.95.200", 60)
    bridge.run(f"zerotier-cli bridge off {network}")
    equal(bridge.run("ip link show type bridge"), "", "the bridges after bridge off")
    lacks(bridge.run("ip link show lan0"), "master", "lan0")
    until("the device has its address again", lambda: "10.147.95" in bridge.run(f"ip -4 addr show dev {device}"), 10)
    bridge.run(f"zerotier-cli bridge {network} br0 --add lan0; zerotier-cli leave {network}")
    bridge.wait_until('[ -z "$(ip link show type bridge)" ]', 10)
    inner.run(f"zerotier-cli leave {network}")
