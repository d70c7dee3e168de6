# SPDX-License-Identifier: Apache-2.0
"""A repository as docs/install-debian.md describes: published, used by a host, with an upgrade, a downgrade and needrestart."""
from bench import alone, layers
from debs import newer_deb
from failure import Failed, contains, equal, lacks
from hosts import GATEWAY
from pages import commands
from published import PORT, make_key, publish, serve

NEWER = "0.1.0+1"


@alone
def test_repository(bench):
    """Key and source line as documented, apt install, a newer version by apt upgrade with a short gap, a downgrade."""
    published = bench.directory / "packages"
    make_key(bench)
    publish(bench, published, bench.artifact("*_amd64.deb"), bench.artifact("*_all.deb"), bench.artifact("*.rpm"))
    server = serve(published, PORT)
    try:
        host = bench.fresh()
        bench.use_root(host)
        host.run("rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*")
        lacks(host.run(_documented("keyrings")), "NO_PUBKEY", "apt update")
        host.online(30)
        network = bench.mesh.network()
        address = bench.mesh.join(host, network)
        other = bench.host("b")
        bench.mesh.join(other, network)
        other.wait_until(f"ping -c 1 -W 1 {address}", 30)

        publish(bench, published, newer_deb(bench, NEWER))
        with bench.pings(other, address) as pings:
            host.run(_documented("apt upgrade"))
            other.wait_until(f"ping -c 1 -W 1 {address}", 30)
        equal(_version(host), NEWER, "version after apt upgrade")
        bench.figure("gap of an upgrade, apt", pings.gap_s, 1)
        equal(host.api("/status")["version"], "1.14.1", "version of the protocol")

        host.run(_documented("--allow-downgrades"))
        equal(_version(host), "0.1.0", "version after the downgrade")
        other.wait_until(f"ping -c 1 -W 1 {address}", 30)
        _reject_changes(bench, host, published)
    finally:
        server.shutdown()
        bench.host("b").run(f"zerotier-cli leave {network}", check=False)


@layers("needrestart")
def test_needrestart(bench):
    """needrestart lists the daemon after an upgrade of its libraries, and leaves it running."""
    host = bench.fresh(layers=("needrestart",))
    bench.use_root(host)
    host.push(bench.artifact("*_amd64.deb"))
    host.run("rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*; "
             "DEBIAN_FRONTEND=noninteractive apt-get -y install /root/backhaul_*_amd64.deb")
    host.online(30)
    before = host.main_pid()
    lacks(host.run("needrestart -b -r l"), "zerotier-one", "needrestart after the installation")
    # As an upgrade of the C library: the file is another one, the daemon uses the former.
    host.run("library=$(readlink -f /lib/x86_64-linux-gnu/libm.so.6); cp -p $library $library.new && mv $library.new $library")
    contains(host.run("needrestart -b -r l -v"), "zerotier-one", "needrestart after the upgrade of a library")
    host.run("needrestart -r a")
    equal(host.main_pid(), before, "process of the daemon")


def _documented(text):
    """Commands of docs/install-debian.md, with the address of the test's repository."""
    block = commands("docs/install-debian.md", text, replace={"https://packages.example.org": f"http://{GATEWAY}:{PORT}"})
    return "set -e\n" + block.replace("sudo apt ", "sudo DEBIAN_FRONTEND=noninteractive apt -y ")


def _version(host):
    return host.run("dpkg-query -W -f '${Version}' backhaul").strip()


def _reject_changes(bench, host, published):
    """A package of a published name with other content is not published; a changed index is not accepted by hosts."""
    changed = bench.directory / "backhaul_0.1.0_all.deb"
    changed.write_bytes(bench.artifact("*_all.deb").read_bytes() + b"\n")
    try:
        publish(bench, published, changed)
    except Failed as failure:
        contains(str(failure), "expected a new version", "scripts/package repository")
    else:
        raise Failed("scripts/package repository replaced a published package")
    release = published / "deb/dists/stable/InRelease"
    release.write_text(release.read_text().replace("Origin: Backhaul", "Origin: Changed"))
    contains(host.run("apt-get -q update", check=False), "BADSIG", "apt update with a changed index")
