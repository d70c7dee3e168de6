# SPDX-License-Identifier: Apache-2.0
"""Names of members: the directory of the controller, and the resolver in the daemon."""
from failure import contains, equal, lacks, until


def resolved(host, name):
    """Returns what a look-up of a name or an address prints on a host, or an empty text."""
    return host.run(f"resolvectl query --cache=no {name}", check=False, timeout=30)


def test_directory(bench):
    """With a directory, members are found by name and address; renaming, deauthorizing and leaving take effect in seconds."""
    host, web = bench.host(), bench.host("exit")
    pool = {"ipRangeStart": "10.147.94.10", "ipRangeEnd": "10.147.94.99"}
    network = bench.mesh.network(directory=True, dns={"domain": "bench.example", "servers": []},
                                 routes=[{"target": "10.147.94.0/24"}], ipAssignmentPools=[pool])
    own = bench.mesh.join(host, network)
    address = bench.mesh.join(web, network)
    member = f"/controller/network/{network}/member/{web.address()}"
    bench.mesh.api(member, {"name": "Web"})
    device = host.api(f"/network/{network}")["portDeviceName"]
    lacks(host.run(f"resolvectl dns {device}"), "127.90.84", "the servers without allowDNS")
    host.run(f"zerotier-cli set {network} allowDNS=1")
    until("the resolver is the server of the device",
          lambda: "127.90.84.53" in host.run(f"resolvectl dns {device}", check=False), 60)
    until("the name is found", lambda: address in resolved(host, "web.bench.example"), 30)
    contains(host.run("getent hosts web.bench.example"), address, "getent hosts")
    contains(resolved(host, address), "web.bench.example", "the name of the address")
    contains(resolved(host, f"{host.address()}.bench.example"), own, "the address of this host by its node address")
    lacks(resolved(host, "nobody.bench.example"), "10.147.94", "a name that does not exist")

    line = next(each for each in host.run(f"zerotier-cli members {network}").splitlines()
                if each.startswith("web.bench.example "))
    contains(line, f"{web.address()}", "the line of the member")
    contains(line, address, "the line of the member")

    bench.mesh.api(member, {"name": "Shop"})
    until("the new name is found", lambda: address in resolved(host, "shop.bench.example"), 10)
    until("the old name is not found", lambda: address not in resolved(host, "web.bench.example"), 10)
    contains(resolved(host, address), "shop.bench.example", "the new name of the address")

    bench.mesh.api(member, {"authorized": False})
    until("the deauthorized member is not found", lambda: address not in resolved(host, "shop.bench.example"), 10)
    until("its own directory ends", lambda: '"directory": false' in web.run(
        f"zerotier-cli -j members {network}"), 90)
    bench.mesh.api(member, {"authorized": True})
    until("it is found again", lambda: address in resolved(host, "shop.bench.example"), 90)

    metrics = host.run("zerotier-cli /metrics")
    contains(metrics, 'backhaul_dns_queries{result="answered"}', "the metrics")
    host.run(f"zerotier-cli leave {network}")
    until("the server is removed", lambda: "127.90.84" not in host.run("resolvectl dns", check=False), 10)
    equal(resolved(host, "shop.bench.example").count(address), 0, "addresses after leaving")
    host.wait_until("! ss -lnu | grep -q 127.90.84.53", 10)
    web.run(f"zerotier-cli leave {network}")
