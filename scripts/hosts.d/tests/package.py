# SPDX-License-Identifier: Apache-2.0
"""The package from its installation to its removal, and what README.md and docs show to do with it."""
from failure import contains, equal, lacks, matches, until
from hosts import ZT_HOME
from pages import commands

PREFIX = "/usr/local/lib/backhaul"
NETWORK = "A first network, step by step"
ROOTS = "Your own roots"


def test_install(bench):
    """README's commands install it on a host without Java; info works from any directory, idtool, the version."""
    host = bench.fresh()
    equal(host.run("command -v java", check=False), "", "the Java of the host")
    bench.use_root(host)
    host.push(bench.package, "/home/alice", owner="alice")
    host.run(commands("README.md", "tar xf backhaul"), user="alice")
    host.online()
    matches(host.run("cd /usr/share && zerotier-cli info"), r"^200 info [0-9a-f]{10} [0-9.]+ ONLINE$")
    contains(host.run(f"zerotier-idtool validate {ZT_HOME}/identity.public"), "valid")
    equal(host.run(f"find {ZT_HOME} -mindepth 1 -maxdepth 1 -name '.*'"), "", "files that the reference does not have")
    contains(bench.package.name, host.read(f"{PREFIX}/VERSION").strip(), "the name of the package")
    contains(host.read(f"{PREFIX}/NOTICE"), "Netty")


def test_first_network(bench):
    """README's first network, literally, on one host that is controller and member."""
    host = bench.fresh(installed=True)
    address = host.address()
    example = {"f4c9e4265b": address, "461caecd4a": address}
    created = host.run(commands("README.md", "controller create", NETWORK, example))
    network = matches(created, r"create ([0-9a-f]{16}) ", "the answer of the controller")[1]
    example = {"f4c9e4265b123456": network, **example}
    equal(host.run(commands("README.md", "zerotier-cli join", NETWORK, example)), "200 join OK\n")
    members = [line for line in commands("README.md", "controller authorize", NETWORK, example).splitlines() if line]
    until("the controller lists the member", lambda: f"{address}  WAITING" in host.run(members[0]))
    equal(host.run(members[1]), "200 controller authorize OK\n")
    host.wait_until("ip -br -4 addr show | grep -q '^zt.*[0-9]/24'")
    matches(host.run("sudo zerotier-cli listnetworks"), f"{network} home .* OK PRIVATE zt.* [0-9.]+/24")
    equal(host.run(f"zerotier-cli leave {network}"), "200 leave OK\n")


def test_own_root(bench):
    """README's own root: root init, and the host is a root for another one that uses its planet."""
    root = bench.fresh(installed=True)
    member = bench.fresh(installed=True)
    printed = root.run(commands("README.md", "root init", ROOTS, {"192.0.2.1": root.ip}))
    planet = matches(printed, r"zerotier-cli (planet use planet:\S+)", "root init")[1]
    contains(member.run(f"sudo zerotier-cli {planet}"), "200 planet use OK", "the other host")
    # It may still be ONLINE because of the former planet.
    member.wait_until(f"zerotier-cli peers | grep -q '^{root.address()} .* PLANET .* {root.ip}/9993$'")
    member.online()
    for host in (root, member):
        host.run("sudo systemctl restart zerotier-one")
    member.online()


def test_documented_commands(bench):
    """The commands of docs/firewall.md and docs/prometheus.md work."""
    host = bench.host()
    host.run("nft add table inet filter; nft add chain inet filter input '{ type filter hook input priority 0; policy drop; }'")
    host.run("nft add rule inet filter input iif lo accept")
    try:
        host.run(commands("docs/firewall.md", "nft add rule"))
        contains(host.run("nft list chain inet filter input"), "udp dport 9993 accept", "docs/firewall.md")
    finally:
        host.run("nft delete table inet filter")
    matches(host.run(commands("docs/prometheus.md", "curl")), "^# TYPE zt_packet counter")


def test_stop(bench):
    """The service ends cleanly and at once on SIGTERM."""
    host = bench.host()
    host.run("systemctl stop zerotier-one")
    equal(host.systemd("Result", "ExecMainStatus"), {"Result": "success", "ExecMainStatus": "0"})
    lacks(host.journal("-n 20"), "SIGKILL", "the journal")
    host.run("systemctl start zerotier-one")


def test_keeps_other_installation(bench):
    """install.sh does not overwrite the programs of another installation, and names the remedy."""
    host = bench.fresh()
    host.write("/usr/sbin/zerotier-one", "#!/bin/sh\n", 0o755)
    host.push(bench.package, "/root")
    text = host.run(f"cd /root && tar -xzf {bench.package.name} && backhaul-*/install.sh", check=False)
    equal(text.status, 1, "the exit status of install.sh")
    contains(text, "another installation", "install.sh")
    equal(host.read("/usr/sbin/zerotier-one"), "#!/bin/sh\n", "/usr/sbin/zerotier-one")
    equal(host.exists(PREFIX), False, PREFIX)


def test_uninstall(bench):
    """backhaul-uninstall stops also a daemon that runs without systemd, and leaves the home directory."""
    host = bench.fresh(installed=True)
    host.run("systemctl stop zerotier-one && zerotier-one -d")
    daemon = host.wait_until(f"test -s {ZT_HOME}/zerotier-one.pid && cat {ZT_HOME}/zerotier-one.pid && zerotier-cli info >/dev/null").strip()
    text = host.run("sudo backhaul-uninstall")
    contains(text, f"stopping the daemon (process {daemon})", "backhaul-uninstall")
    contains(text, f"left: {ZT_HOME}", "backhaul-uninstall")
    equal(host.run(f"test ! -e /proc/{daemon} && test -s {ZT_HOME}/identity.secret", check=False).status, 0,
          "daemon gone and identity there")
    left = [name for name in (PREFIX, "/usr/sbin/zerotier-one", "/usr/sbin/zerotier-cli", "/usr/sbin/zerotier-idtool")
            if host.exists(name)]
    equal(left, [], "files that stayed")
    equal(host.systemd("LoadState"), "not-found", "the unit")
