# SPDX-License-Identifier: Apache-2.0
"""A repository as docs/install-debian.md describes: published, used by a host, with an upgrade, a downgrade and needrestart."""
import gzip
import hashlib
import re
import xml.etree.ElementTree

from bench import alone, extra, layers
from debs import newer_deb, newer_version, version_of
from failure import Failed, contains, equal, lacks, matches, sh
from hosts import GATEWAY
from pages import commands
from published import PORT, make_key, publish, serve

# What an administrator sets for packages beyond Debian's own, and the timer runs every day.
UNATTENDED = 'Unattended-Upgrade::Origins-Pattern { "origin=Backhaul"; };\n'


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

        publish(bench, published, newer_deb(bench))
        with bench.pings(other, address) as pings:
            host.run(_documented("apt upgrade"))
            other.wait_until(f"ping -c 1 -W 1 {address}", 30)
        equal(_version(host), newer_version(bench), "version after apt upgrade")
        bench.figure("gap of an upgrade, apt", pings.gap_s, 1)
        equal(host.api("/status")["version"], "1.14.1", "version of the protocol")

        host.run(_documented("--allow-downgrades").replace("<version>", version_of(bench)))
        equal(_version(host), version_of(bench), "version after the downgrade")
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


@extra
@layers("unattended")
def test_unattended_upgrades(bench):
    """unattended-upgrades installs a newer version and restarts the daemon once, with needrestart installed; then no more."""
    published = bench.directory / "unattended"
    make_key(bench)
    publish(bench, published, bench.artifact("*_amd64.deb"))
    server = serve(published, PORT)
    try:
        host = bench.fresh(layers=("unattended",))
        bench.use_root(host)
        host.run("rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*")
        host.run(_documented("keyrings"))
        host.online(30)
        first = host.main_pid()
        host.write("/etc/apt/apt.conf.d/52backhaul", UNATTENDED)
        host.run("unattended-upgrade -v", timeout=120)
        equal(host.main_pid(), first, "process of the daemon when nothing is newer")

        publish(bench, published, newer_deb(bench))
        host.run("apt-get -q update")
        said = host.run("unattended-upgrade -v", timeout=120)
        equal(_version(host), newer_version(bench), f"version after unattended-upgrade, which printed:\n{said}")
        host.online(30)
        starts = host.journal("-o cat").count("Started zerotier-one.service")
        equal(starts, 2, "starts of the service: of the installation and of the upgrade")
        second = host.main_pid()
        # A library of the daemon is upgraded as well: needrestart, which apt runs after that, leaves the daemon running.
        host.run("library=$(readlink -f /lib/x86_64-linux-gnu/libm.so.6); cp -p $library $library.new && mv $library.new $library")
        host.run("unattended-upgrade -v && needrestart -r a", timeout=120)
        equal(host.main_pid(), second, "process of the daemon after needrestart")
    finally:
        server.shutdown()


def test_rpm_signatures(bench):
    """The repository for dnf: package and index are signed by the published key, and changed ones are rejected."""
    published = bench.directory / "dnf"
    make_key(bench)
    publish(bench, published, bench.artifact("*.rpm"))
    database = bench.directory / "rpmdb"
    rpm = ["rpm", "--dbpath", database]
    package = next(published.glob("rpm/*.rpm"))
    # Without the key: signed, by an unknown one.
    contains(_rejected("rpmkeys", "--dbpath", database, "--checksig", package), "SIGNATURES NOT OK", "rpmkeys without the key")
    sh(*rpm, "--import", published / "backhaul.asc")
    matches(sh("rpmkeys", "--dbpath", database, "--checksig", "--verbose", package), "Signature, key ID .*: OK", "rpmkeys")
    changed = bench.directory / package.name
    content = bytearray(package.read_bytes())
    content[-1000] ^= 1
    changed.write_bytes(content)
    contains(_rejected("rpmkeys", "--dbpath", database, "--checksig", changed), "NOT OK", "rpmkeys of a changed package")
    # As dnf with repo_gpgcheck=1: a keyring of the published key alone.
    keyring = bench.directory / "dnf.gpg"
    sh("gpg", "--batch", "--yes", "--output", keyring, "--dearmor", published / "backhaul.asc")
    index = published / "rpm/repodata/repomd.xml"
    sh("gpgv", "--keyring", keyring, f"{index}.asc", index)
    settings = (published / "rpm/backhaul.repo").read_text()
    matches(settings, r"^gpgcheck=1\nrepo_gpgcheck=1\ngpgkey=\S+/backhaul\.asc$", "backhaul.repo")
    # The signed index names the package by its checksum.
    names = {"r": "http://linux.duke.edu/metadata/repo", "c": "http://linux.duke.edu/metadata/common"}
    primary = xml.etree.ElementTree.parse(index).find("r:data[@type='primary']", names)
    packed = (published / "rpm" / primary.find("r:location", names).get("href")).read_bytes()
    equal(hashlib.sha256(packed).hexdigest(), primary.find("r:checksum", names).text, "checksum of the list of packages")
    listed = xml.etree.ElementTree.fromstring(gzip.decompress(packed)).find("c:package", names)
    equal(listed.find("c:checksum", names).text, hashlib.sha256(package.read_bytes()).hexdigest(), "checksum of the package")
    index.write_text(re.sub("<revision>", "<revision>1", index.read_text()))
    contains(_rejected("gpgv", "--keyring", keyring, f"{index}.asc", index), "BAD signature", "gpgv of a changed index")


def _rejected(*words):
    """The output of a command that has to fail."""
    try:
        output = sh(*words)
    except Failed as failure:
        return str(failure)
    raise Failed(f"{' '.join(map(str, words))}: expected to fail, printed {output}")


def _documented(text):
    """Commands of docs/install-debian.md, with the address of the test's repository."""
    block = commands("docs/install-debian.md", text, replace={"https://packages.example.org": f"http://{GATEWAY}:{PORT}"})
    return "set -e\n" + block.replace("sudo apt ", "sudo DEBIAN_FRONTEND=noninteractive apt -y ")


def _version(host):
    return host.run("dpkg-query -W -f '${Version}' backhaul").strip()


def _reject_changes(bench, host, published):
    """A package of a published name with other content is not published; a changed index is not accepted by hosts."""
    published_deb = bench.artifact("*_all.deb")
    changed = bench.directory / published_deb.name
    changed.write_bytes(published_deb.read_bytes() + b"\n")
    try:
        publish(bench, published, changed)
    except Failed as failure:
        contains(str(failure), "expected a new version", "scripts/package repository")
    else:
        raise Failed("scripts/package repository replaced a published package")
    release = published / "deb/dists/stable/InRelease"
    release.write_text(release.read_text().replace("Origin: Backhaul", "Origin: Changed"))
    contains(host.run("apt-get -q update", check=False), "BADSIG", "apt update with a changed index")
