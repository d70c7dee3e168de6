# SPDX-License-Identifier: Apache-2.0
"""The pages of docs on installation, migration, upgrades and networks: each command, as a user types it."""
import shutil

from debs import build_deb, newer_deb, newer_version, stand_in, version_of
from failure import contains, equal, matches, sh, until
from hosts import ZT_HOME
from pages import Page, commands

UNIT = "zerotier-one.service"


def test_archive(bench):
    """docs/install-archive.md and docs/upgrade.md: installation, without systemd, upgrade with a backup, removal."""
    host = _host(bench, bench.package)
    page = Page("docs/install-archive.md")
    page.next("scripts/package")  # It has made the package of this run.
    _run(host, page.next("install.sh"))
    host.online()
    host.run(f"systemctl stop {UNIT}")
    _run(host, page.next("zerotier-one -d"))
    host.wait_until("zerotier-cli info", 30)
    _run(host, page.next("kill"))
    until("the daemon has ended", lambda: not host.exists(f"{ZT_HOME}/zerotier-one.pid"))
    host.run(f"systemctl start {UNIT}")
    host.online()

    upgrade = Page("docs/upgrade.md")
    upgrade.next("apt install")  # test_debian runs it.
    address = host.address()
    host.run("mkdir empty && mv backhaul-*.tar.gz empty/", user="alice")
    contains(_run(host, "cd empty\n" + upgrade.next("install.sh")), "; it was version", "install.sh")
    host.online()
    equal(host.address(), address, "address after the upgrade")
    _make_network(host, address)
    _run(host, upgrade.next("controller backup"))
    for name in ("zerotier-one-networks.db", "identity.secret"):
        equal(host.exists(f"/home/alice/{name}"), True, f"the backup {name}")
    upgrade.next("--allow-downgrades")  # test_debian runs these two.
    upgrade.next("apt remove")
    equal(upgrade.next("uninstall"), page.next("uninstall"), "the removal in both pages")
    _run(host, "sudo backhaul-uninstall")
    equal(host.run("command -v zerotier-cli", check=False).status, 127)
    equal(host.exists(f"{ZT_HOME}/identity.secret"), True, "identity after the removal")
    page.finish()
    upgrade.finish()


def test_archive_migration(bench):
    """docs/migration.md with the archive: from ZeroTier One and back, with its identity."""
    host = _zerotier_one(bench)
    host.push(bench.package, "/home/alice", owner="alice")
    page = Page("docs/migration.md")
    _run(host, page.next("cp -a"))
    page.next("apt install ./backhaul")  # test_debian_migration runs these two.
    page.next("apt install zerotier-one")
    address = host.read(f"{ZT_HOME}/identity.public").split(":")[0]
    _run(host, page.next("install.sh"))
    host.online()
    equal(host.address(), address)
    network = _make_network(host, address)
    export = commands("docs/migration.md", "controller export")
    _run(host, export)
    contains(host.read(f"{ZT_HOME}/controller.d/network/{network}.json"), network, "the exported network")
    _run(host, page.next("backhaul-uninstall"))
    _is_zerotier_one(host, address)
    equal(page.next("controller export"), export)
    page.finish()


def test_debian_migration(bench):
    """docs/migration.md with the package: from ZeroTier One and back, with its identity."""
    host = _zerotier_one(bench)
    host.push(bench.artifact("*_amd64.deb"), "/home/alice", owner="alice")
    page = Page("docs/migration.md")
    _run(host, page.next("cp -a"))
    address = host.read(f"{ZT_HOME}/identity.public").split(":")[0]
    _run(host, page.next("apt install ./backhaul"))
    host.online()
    equal(host.address(), address)
    _run(host, page.next("apt install zerotier-one"))
    _is_zerotier_one(host, address)


def test_debian(bench):
    """docs/install-debian.md: a package, that for all processors, removal and purge; test_repository runs the others."""
    host = _host(bench, bench.artifact("*_amd64.deb"))
    page = Page("docs/install-debian.md")
    _run(host, page.next("_amd64.deb"))
    host.online()
    java = build_deb(bench, "java25", {"Provides": "java25-runtime-headless"},
                     {"usr/lib/jvm/java-25": bench.unpacked() / "lib/backhaul/runtime"})
    host.push(java, "/root")
    host.push(bench.artifact("*_all.deb"), "/home/alice", owner="alice")
    host.run(f"dpkg -i /root/{java.name}")
    _run(host, page.next("_all.deb"))
    until("zerotier-cli info says ONLINE", lambda: host.info()[4:] == ["ONLINE"], 40)
    host.run("rm /home/alice/*.deb")
    host.push(newer_deb(bench), "/home/alice", owner="alice")
    version = "dpkg-query -W -f '${Version}' backhaul"
    _run(host, Page("docs/upgrade.md").next("apt install"))
    until("zerotier-cli info says ONLINE", lambda: host.info()[4:] == ["ONLINE"], 40)
    equal(host.run(version), newer_version(bench), "version after the upgrade")
    host.push(bench.artifact("*_amd64.deb"), "/home/alice", owner="alice")
    _run(host, commands("docs/upgrade.md", "--allow-downgrades", replace={"<version>": version_of(bench)}))
    until("zerotier-cli info says ONLINE", lambda: host.info()[4:] == ["ONLINE"], 40)
    equal(host.run(version), version_of(bench), "version after the downgrade")
    for text in ("scripts/package repository", "keyrings", "apt upgrade", "--allow-downgrades"):
        page.next(text)
    removal = page.next("apt remove")
    equal(removal, commands("docs/upgrade.md", "apt remove"), "the removal in both pages")
    _run(host, removal)
    equal(host.exists(f"{ZT_HOME}/identity.secret"), True, "identity after the removal")
    _run(host, page.next("apt purge"))
    equal(host.exists(ZT_HOME), False, "home directory after the purge")
    page.finish()


def test_host_network(bench):
    """docs/host-network.md: permissions as lists, a route with a metric, full tunnel, DNS, a bridge and a gateway."""
    host = bench.host()
    network = host.api(f"/controller/network/{host.address()}______", {
        "private": False, "v4AssignMode": {"zt": True},
        "ipAssignmentPools": [{"ipRangeStart": "10.147.17.10", "ipRangeEnd": "10.147.17.99"}]})["id"]
    host.run(f"zerotier-cli join {network}; ip link add eth7 type veth peer name eth8; ip link set eth7 up")
    until("the network is joined", lambda: host.api(f"/network/{network}")["status"] == "OK", 30)
    page = Page("docs/host-network.md")

    def run(text):
        block = page.next(text, {"<network id>": network, "eth0": "host0", "eth1": "eth7"})
        host.run(f"set -e\ncd {ZT_HOME}\n{block}")
        return host.api(f"/network/{network}")

    joined = run("allowManaged=10.0.0.0/8,fd00::/8")
    equal([joined.get(each) for each in ("allowManagedWithin", "allowGlobalWithin", "allowDNSWithin")],
          [None, ["198.51.100.0/24"], ["10.147.17.53/32"]], "the lists")
    equal(run('{"allowManaged": ["10.0.0.0/8"]}')["allowManagedWithin"], ["10.0.0.0/8"], "the list by the API")
    run('"metric": 700')
    host.wait_until("ip route show 10.8.0.0/16 | grep 'via 10.147.17.1 .*metric 700'", 10)
    equal(run("allowDefault=1")["allowDefault"], True, "allowDefault")
    equal(run("allowDNS=1")["allowDNS"], True, "allowDNS")
    run("bridge <network id> br0")
    equal(host.run("ip link show type bridge"), "", "bridges after the last of the commands")
    run("gateway <network id> --out")
    equal(host.run("nft list tables inet"), "", "tables after the last of the commands")
    page.finish()
    host.run(f"zerotier-cli leave {network}; ip link del eth7")


def _make_network(host, address):
    """Makes a network of this host's controller; returns its id."""
    network = f"{address}000001"
    host.run(f"curl -sSf -X POST -H \"X-ZT1-Auth: $(cat {ZT_HOME}/authtoken.secret)\" -d '{{}}' "
             f"http://127.0.0.1:9993/controller/network/{network}")
    return network


def _host(bench, *files):
    host = bench.fresh()
    bench.use_root(host)
    _answer_yes(host)
    for file in files:
        host.push(file, "/home/alice", owner="alice")
    return host


def _answer_yes(host):
    host.run("rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*; "
             "echo 'APT::Get::Assume-Yes \"true\";' >/etc/apt/apt.conf.d/90-yes")


def _run(host, block):
    """Runs commands as a user with sudo types them."""
    return host.run(f"set -e\ncd\n{block}", user="alice", timeout=120)


def _zerotier_one(bench):
    """A host with a stand-in for ZeroTier One's package, from a repository, and a home with an identity."""
    host = _host(bench)
    packages = bench.directory / "zerotier-one"
    packages.mkdir(exist_ok=True)
    shutil.copy(stand_in(bench, "usr/lib/systemd/system"), packages)
    (packages / "Packages").write_text(sh("apt-ftparchive", "packages", ".", cwd=packages))
    for file in packages.iterdir():
        host.push(file, "/srv/packages")
    host.write("/etc/apt/sources.list", "deb [trusted=yes] file:/srv/packages ./\n", 0o644)
    host.run("apt-get -q update && apt-get -q install zerotier-one")
    bench.mesh.idtool("generate", bench.directory / "identity.secret", bench.directory / "identity.public")
    host.push(bench.directory / "identity.secret", ZT_HOME)
    host.push(bench.directory / "identity.public", ZT_HOME)
    return host


def _is_zerotier_one(host, address):
    matches(host.run("cat /usr/sbin/zerotier-one"), "stand-in for ZeroTier One")
    equal(host.systemd("ActiveState"), "active")
    contains(host.read(f"{ZT_HOME}/identity.public"), address, "identity of ZeroTier One")
