# SPDX-License-Identifier: Apache-2.0
"""The .deb packages: installed, removed, purged, in place of ZeroTier One's package and back, for all architectures."""
import re
import shutil
import subprocess
import time

from bench import alone, extra
from debs import build_deb, newer_deb, newer_version, stand_in, uses_cache
from failure import contains, equal, lacks, matches, sh, until
from pages import commands

HOME = "/var/lib/zerotier-one"
UNIT = "zerotier-one.service"
APT = "DEBIAN_FRONTEND=noninteractive apt-get -y --no-install-recommends --allow-downgrades"


@alone
def test_install(bench):
    """A fresh host answers "200 info … ONLINE" soon after apt install ./backhaul.deb begins."""
    host = _offline(bench.fresh())
    bench.use_root(host)
    host.push(bench.artifact("*_amd64.deb"))
    began = time.monotonic()
    host.run(commands("README.md", "_amd64.deb", "Install", {"./": "/root/", "sudo zerotier-cli info": "", "apt install": "apt -y install"}))
    until("zerotier-cli info says ONLINE", lambda: host.info()[4:] == ["ONLINE"], 30)
    bench.figure("fresh host to ONLINE, apt install ./backhaul.deb", time.monotonic() - began, 6)
    equal(host.run("dpkg --verify backhaul"), "", "dpkg --verify")
    matches(host.systemd("FragmentPath"), "^(/usr)?/lib/systemd/system/zerotier-one.service$")
    equal(host.systemd("UnitFileState"), "enabled")
    lacks(host.run(f"systemctl cat {UNIT}"), "/usr/local", "unit")
    uses_cache(host)
    equal(host.run("find /usr/lib/backhaul ! -uid 0 -o -perm /022 ! -type l"), "", "files of others, or writable by others")
    equal(host.run("getent passwd zerotier-one").split(":")[4], "Backhaul")
    for path in ("man/man8/zerotier-one.8.gz", "man/man1/zerotier-cli.1.gz", "bash-completion/completions/zerotier-cli",
                 "zsh/vendor-completions/_zerotier-cli", "fish/vendor_completions.d/zerotier-cli.fish"):
        equal(host.exists(f"/usr/share/{path}"), True, path)


def test_removal(bench):
    """A removal keeps the home, a later installation uses it, a purge removes it."""
    host = _installed(bench)
    address = host.address()
    host.run(f"{APT} remove backhaul")
    equal(host.run("command -v zerotier-one", check=False).status, 127)
    equal(host.systemd("ActiveState"), "inactive")
    contains(host.read(f"{HOME}/identity.public"), address, "identity")
    host.run(f"{APT} install /root/backhaul_*_amd64.deb")
    host.online()
    equal(host.address(), address, "address after the removal and a new installation")

    # A service that failed, because its programs had been deleted, leaves nothing in the list of failed ones.
    host.run("rm -r /usr/lib/backhaul")
    host.run(f"{APT} remove backhaul")
    equal(host.run("systemctl list-units --plain --no-legend --failed zerotier-one.service"), "", "failed services after the removal")
    host.run(f"{APT} install /root/backhaul_*_amd64.deb")
    host.online()

    host.run(f"systemctl disable --now {UNIT}")
    host.push(newer_deb(bench))
    contains(host.run(f"{APT} install /root/backhaul_{newer_version(bench)}_amd64.deb"), "is stopped and stays so")
    equal(host.systemd("UnitFileState", "ActiveState"), {"UnitFileState": "disabled", "ActiveState": "inactive"})
    host.run(f"systemctl enable {UNIT} && systemctl mask --now {UNIT}")
    host.run(f"{APT} install /root/{bench.artifact('*_amd64.deb').name}")
    equal(host.systemd("LoadState", "ActiveState"), {"LoadState": "masked", "ActiveState": "inactive"})
    host.run(f"systemctl unmask {UNIT} && systemctl start {UNIT}")
    host.online()

    # A daemon without systemd is stopped, and a pipe in the place of its file blocks nothing.
    host.run(f"systemctl stop {UNIT} && zerotier-one -d")
    daemon = host.wait_until(f"test -s {HOME}/zerotier-one.pid && cat {HOME}/zerotier-one.pid && zerotier-cli info >/dev/null").strip()
    host.run(f"{APT} remove backhaul")
    equal(host.exists(f"/proc/{daemon}"), False, "a daemon without systemd after the removal")
    host.run(f"{APT} install /root/backhaul_*_amd64.deb")
    host.run(f"systemctl stop {UNIT}; rm -f {HOME}/zerotier-one.pid; mkfifo {HOME}/zerotier-one.pid")

    host.run(f"{APT} purge backhaul", timeout=30)
    equal(host.run("find / -xdev -ignore_readdir_race \\( -iname '*zerotier*' -o -iname '*backhaul*' \\) "
                   "! -path '/proc/*' ! -path '/root/*' ! -path '/var/log/*' ! -path '/sys/*'", log=False), "", "left after the purge")
    equal(host.systemd("LoadState"), "not-found")


def test_purge_of_linked_home(bench):
    """A purge empties the directory that the home is a link to, and leaves the home that another installation uses."""
    host = bench.fresh(installed=True)
    host.push(bench.artifact("*_amd64.deb"))
    rejected = _offline(host).run(f"{APT} install /root/backhaul_*_amd64.deb", check=False)
    contains(rejected, "backhaul-uninstall", "beside install.sh")
    equal(host.systemd("ActiveState"), "active")
    host.run(f"backhaul-uninstall; mkdir /srv/data && mv {HOME} /srv/data/home && ln -s /srv/data/home {HOME}")
    host.run(f"{APT} install /root/backhaul_*_amd64.deb")
    host.online()
    host.run(f"{APT} purge backhaul")
    equal(host.run("ls -A /srv/data/home"), "")


def test_take_over(bench):
    """One apt install takes over a host of ZeroTier One, with identity and networks; apt install zerotier-one goes back."""
    host = _offline(bench.fresh())
    network = _as_zerotier_one(bench, host, stand_in(bench, "lib/systemd/system"))
    address = host.read(f"{HOME}/identity.public").split(":")[0]
    bench.mesh.authorize(network, address)
    host.run(f"{APT} install /root/backhaul_*_amd64.deb")
    _is_backhaul(host, address)
    host.wait_until(f"zerotier-cli listnetworks | grep ' {network} .* OK '", 30)
    equal(host.run(f"stat -c %U {HOME}/identity.secret").strip(), "zerotier-one")

    host.run(f"{APT} purge zerotier-one")
    host.reboot()
    _is_backhaul(host, address)

    host.run(f"{APT} install /root/zerotier-one_*.deb")
    _is_zerotier_one(host)
    host.run("dpkg --purge backhaul")
    contains(host.read(f"{HOME}/identity.public"), address, "identity after going back and the purge of backhaul")

    host.run("dpkg --install /root/backhaul_*_amd64.deb")
    _is_backhaul(host, address)


def test_disabled_take_over(bench):
    """A disabled service of ZeroTier One stays disabled, and a mask that its removal left goes."""
    host = _offline(bench.fresh())
    _as_zerotier_one(bench, host, stand_in(bench, "usr/lib/systemd/system"))
    host.run(f"systemctl disable --now {UNIT}")
    contains(host.run(f"{APT} install /root/backhaul_*_amd64.deb"), "was disabled and stays so")
    equal(host.systemd("UnitFileState", "ActiveState"), {"UnitFileState": "disabled", "ActiveState": "inactive"})
    host.run(f"{APT} purge backhaul; {APT} install /root/zerotier-one_*.deb; systemctl enable {UNIT}; {APT} remove zerotier-one")
    equal(host.run(f"readlink /etc/systemd/system/{UNIT}").strip(), "/dev/null", "what the removal left")
    bench.use_root(host)
    host.run(f"{APT} install /root/backhaul_*_amd64.deb")
    host.online()
    equal(host.systemd("UnitFileState"), "enabled")


def test_all_architectures(bench):
    """The package for all architectures runs with a Java runtime of another package; aarch64 libraries are in it."""
    deb = bench.artifact("backhaul_*_all.deb")
    content = bench.directory / "all"
    sh("dpkg-deb", "-x", deb, content)
    native = content / "usr/lib/backhaul/app/native"
    machines = {str(file.relative_to(native)): file.read_bytes()[18] for file in sorted(native.rglob("*.so"))}
    equal(machines, {"libnetty_transport_native_epoll_aarch_64.so": 183, "libnetty_transport_native_epoll_x86_64.so": 62,
                     "linux-aarch64/libjnidispatch.so": 183, "linux-aarch64/libsqlitejdbc.so": 183,
                     "linux-x86-64/libjnidispatch.so": 62, "linux-x86-64/libsqlitejdbc.so": 62}, "machines of the libraries")

    host = _offline(bench.fresh())
    bench.use_root(host)
    java = build_deb(bench, "java25", {"Provides": "java25-runtime-headless"},
                     {"usr/lib/jvm/java-25": bench.unpacked() / "lib/backhaul/runtime"})
    host.push(deb)
    rejected = host.run(f"{APT} install /root/{deb.name}", check=False)
    matches(rejected, "java25-runtime-headless|unmet dependencies")
    host.run(f"dpkg --force-depends --install /root/{deb.name}")
    until("the cause is in the journal", lambda: "<3>" not in (said := host.journal("-p err -o cat")) and "Java 25 or newer is required" in said)
    host.run("dpkg --purge backhaul")
    bench.use_root(host)
    host.push(java)
    host.run(f"{APT} install /root/{java.name} /root/{deb.name}")
    host.online(40)
    daemon = host.main_pid()
    equal(host.run(f"readlink /proc/{daemon}/exe").strip(), "/usr/lib/jvm/java-25/bin/java", "program of the daemon")
    equal(host.run("pidof zerotier-one").split(), [str(daemon)], "pidof, without a link of that name to Java")
    network = bench.mesh.network()
    bench.mesh.join(host, network)
    host.run(f"systemctl stop {UNIT} && zerotier-one -d")
    daemon = host.wait_until(f"test -s {HOME}/zerotier-one.pid && cat {HOME}/zerotier-one.pid && zerotier-cli info >/dev/null").strip()
    host.run("dpkg --remove backhaul")
    equal(host.exists(f"/proc/{daemon}"), False, "a daemon without systemd after the removal")


def test_lintian(bench):
    """lintian finds no error in the .deb packages."""
    text = sh("lintian", "--fail-on", "error", "--allow-root", "--no-tag-display-limit", bench.artifact("*_amd64.deb"),
              bench.artifact("*_all.deb"), timeout=180)
    lacks(re.sub("running with root.*", "", text), "\nE: ", "lintian")


def test_equal_builds(bench):
    """Packages made twice of the same programs are equal, byte for byte."""
    again = bench.directory / "again"
    again.mkdir()
    shutil.copy(bench.package, again)
    for script, pattern in (("deb", "backhaul_*_*.deb"), ("rpm", "backhaul-*.rpm")):
        sh(bench.tree / "scripts/package.d" / script, again / bench.package.name, timeout=180)
        for file in sorted(again.glob(pattern)):
            equal(sh("sha256sum", file).split()[0], sh("sha256sum", bench.artifact(file.name)).split()[0], file.name)


@extra
def test_equal_whole_builds(bench):
    """Two builds of one commit in other directories, time zones and umasks are equal, but for the ahead-of-time caches."""
    commit = sh("git", "-C", bench.tree, "rev-parse", "HEAD").strip()
    built = []
    for name, umask, zone in (("one", "022", "UTC"), ("another-directory", "077", "Asia/Tokyo")):
        tree = bench.directory / name
        sh("git", "clone", "--quiet", bench.tree, tree)
        sh("git", "-C", tree, "checkout", "--quiet", commit)
        # The network of the run leads nowhere: Maven has to have everything already.
        sh("sh", "-c", f"umask {umask}; cd {tree} && TZ={zone} MAVEN_ARGS=--offline scripts/package deb rpm", timeout=1800)
        built.append(tree / "target")
    one, other = built
    content = []
    for target in built:
        directory = target / "content"
        directory.mkdir()
        sh("tar", "-xzf", next(target.glob("backhaul-*.tar.gz")), "-C", directory)
        content.append(directory)
    different = subprocess.run(["diff", "-rq", *content], text=True, capture_output=True, check=False).stdout
    names = sorted(line.split(" and ")[0].split("/lib/backhaul/")[-1] for line in different.splitlines())
    lacks("\n".join(set(names) - {"app/app.aot", "cli/app.aot"}), "/", "files that differ, beside the ahead-of-time caches")
    name = next(one.glob("backhaul_*_all.deb")).name
    equal(sh("sha256sum", one / name).split()[0], sh("sha256sum", other / name).split()[0], name)


def _offline(host):
    """Hosts have no route to Debian's archive."""
    host.run("rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*", log=False)
    return host


def _installed(bench):
    host = _offline(bench.fresh())
    bench.use_root(host)
    host.push(bench.artifact("*_amd64.deb"))
    host.run(f"{APT} install /root/backhaul_*_amd64.deb")
    host.online(30)
    return host


def _as_zerotier_one(bench, host, package):
    """Makes a host one of ZeroTier One, with an identity and a network; returns the network."""
    network = bench.mesh.network()
    bench.use_root(host)
    host.push(package)
    host.push(bench.artifact("*_amd64.deb"))
    bench.mesh.idtool("generate", bench.directory / "identity.secret", bench.directory / "identity.public")
    for name in ("identity.secret", "identity.public"):
        host.push(bench.directory / name, HOME)
    host.run(f"mkdir -p {HOME}/networks.d && touch {HOME}/networks.d/{network}.conf")
    host.run(f"{APT} install /root/{package.name}")
    _is_zerotier_one(host)
    return network


def _is_zerotier_one(host):
    equal(host.systemd("ActiveState", "UnitFileState"), {"ActiveState": "active", "UnitFileState": "enabled"})
    contains(host.run("cat /usr/sbin/zerotier-one"), "stand-in", "program")
    equal(host.run("dpkg-query -W -f '${db:Status-Status}' zerotier-one").strip(), "installed")


def _is_backhaul(host, address):
    host.online(30)
    equal(host.address(), address, "address")
    equal(host.systemd("UnitFileState"), "enabled")
