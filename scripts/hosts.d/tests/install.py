# SPDX-License-Identifier: Apache-2.0
"""install.sh, upgrades by it and backhaul-uninstall, as an administrator uses them."""
from failure import contains, equal, lacks, matches, until

PREFIX = "/usr/local/lib/backhaul"
UNIT = "/usr/local/lib/systemd/system/zerotier-one.service"
OLD_UNIT = "/etc/systemd/system/zerotier-one.service"
DROP_IN = "/etc/systemd/system/zerotier-one.service.d/log.conf"
HOME = "/var/lib/zerotier-one"
# The maintainer scripts that debhelper before 13.10 generates for a package with a unit.
POSTINST = """#!/bin/sh
set -e
deb-systemd-helper unmask zerotier-one.service >/dev/null || true
if deb-systemd-helper --quiet was-enabled zerotier-one.service; then
  deb-systemd-helper enable zerotier-one.service >/dev/null || true
else
  deb-systemd-helper update-state zerotier-one.service >/dev/null || true
fi
"""
POSTRM = """#!/bin/sh
set -e
if [ "$1" = remove ]; then deb-systemd-helper mask zerotier-one.service >/dev/null || true; fi
if [ "$1" = purge ]; then
  deb-systemd-helper purge zerotier-one.service >/dev/null || true
  deb-systemd-helper unmask zerotier-one.service >/dev/null || true
fi
"""


def test_ordinary_user(bench):
    """Unpacked by an ordinary user with umask 077, the programs are root's with fixed modes and their times."""
    host = bench.fresh()
    bench.use_root(host)
    host.push(bench.package, "/home/alice", owner="alice")
    host.run(f"umask 077; tar xf {bench.package.name}; sudo backhaul-*/install.sh", user="alice")
    equal(host.run(f"find {PREFIX} {UNIT} /usr/local/lib/s* /etc/NetworkManager /etc/polkit-1/rules.d/*backhaul* "
                   "! -type l \\( ! -uid 0 -o ! -gid 0 -o -perm /022 \\)"), "", "files that are not root's alone")
    equal(host.run(f"find {PREFIX} {UNIT} ! -type l ! -perm -444 -o -type d ! -perm -111"), "", "files that others cannot read")
    times = "find . -type f ! -name backhaul-uninstall -printf '%p %T@\\n' | sort"
    unpacked = host.run(f"cd /home/alice/backhaul-*/lib/backhaul && {times}")
    equal(host.run(f"cd {PREFIX} && {times}"), unpacked, "times of the files")
    host.online()
    host.run("touch /usr/local/lib/backhaul/bin/zerotier-one || exit 0; exit 1", user="alice")


def test_two_packages(bench):
    """install.sh rejects arguments, such as the second package that "sudo backhaul-*/install.sh" finds, and names versions."""
    host = bench.fresh(installed=True)
    version = host.read(f"{PREFIX}/VERSION").strip()
    host.push(bench.package, "/home/alice", owner="alice")
    host.run("tar xf backhaul-*.tar.gz && mv backhaul-*/ backhaul-1 && cp -R backhaul-1 backhaul-2 && "
             "echo 9.9.9 >backhaul-1/lib/backhaul/VERSION", user="alice")
    rejected = host.run("sudo backhaul-*/install.sh", user="alice", check=False)
    equal((rejected.status, rejected), (1, "install.sh: expected no arguments, found backhaul-2/install.sh: several packages are here. "
                                        "Nothing was changed; run that of one version: sudo backhaul-1/install.sh\n"), "two packages")
    equal(host.read(f"{PREFIX}/VERSION").strip(), version, "version afterwards")
    contains(host.run("backhaul-1/install.sh --help", user="alice"), "installs Backhaul 9.9.9", "install.sh --help")
    equal(host.run("sudo backhaul-1/install.sh --prefix=/opt", user="alice", check=False).status, 1, "status for another option")
    contains(host.run("sudo backhaul-1/install.sh", user="alice"), f"installed Backhaul 9.9.9 in {PREFIX}, with links in /usr/sbin; "
             f"it was version {version}", "install.sh")


def test_masked_unit(bench):
    """A unit that a removed zerotier-one package masked is unmasked, and stays enabled when the package is purged."""
    host = bench.fresh()
    make_package(host)
    host.run("dpkg -i /root/stand-in.deb && apt-get -qy remove zerotier-one")
    equal(host.run(f"readlink {OLD_UNIT}").strip(), "/dev/null", "the unit after the removal")
    contains(bench.install(host), "unmasked zerotier-one.service", "install.sh")
    host.online()
    host.run("dpkg --purge zerotier-one")
    equal(host.run("systemctl is-enabled zerotier-one").strip(), "enabled", "the unit after the purge")
    host.reboot()
    host.online()


def make_package(host):
    """Makes a stand-in of the package zerotier-one in /root/stand-in.deb of a host."""
    host.write("/root/stand-in/DEBIAN/control", "Package: zerotier-one\nVersion: 1.14.1\nArchitecture: all\n"
               "Maintainer: nobody <nobody@example.org>\nDescription: stand-in\n")
    host.write("/root/stand-in/DEBIAN/postinst", POSTINST, 0o755)
    host.write("/root/stand-in/DEBIAN/postrm", POSTRM, 0o755)
    host.write("/root/stand-in/lib/systemd/system/zerotier-one.service",
               "[Service]\nExecStart=/bin/sleep 1d\n[Install]\nWantedBy=multi-user.target\n")
    host.run("dpkg-deb -b /root/stand-in /root/stand-in.deb")


def test_upgrade_keeps_state(bench):
    """An upgrade leaves a disabled, stopped or masked service as it is, and keeps drop-ins."""
    host = bench.fresh(installed=True)
    host.write(DROP_IN, "[Service]\nEnvironment=BACKHAUL_LOG=debug\n")
    host.run("systemctl disable --now zerotier-one")
    contains(bench.install(host), "stopped and stays so", "install.sh")
    equal(state(host), "disabled inactive", "the service after the upgrade")
    host.run("systemctl start zerotier-one")
    bench.install(host)
    equal(state(host), "disabled active", "the service after an upgrade while it ran")
    contains(host.systemd("Environment"), "BACKHAUL_LOG=debug", "the environment of the service")
    host.run("systemctl mask --now zerotier-one")
    contains(bench.install(host), "masked and stays so", "install.sh")
    equal(state(host), "masked inactive", "the masked service after the upgrade")
    host.run("systemctl unmask zerotier-one && systemctl enable --now zerotier-one")
    host.online()


def state(host):
    """The words of is-enabled and is-active."""
    return " ".join(host.run(f"systemctl {word} zerotier-one", check=False).strip() for word in ("is-enabled", "is-active"))


def test_former_unit(bench):
    """The unit of a former version in /etc is removed, unless it was edited."""
    host = bench.fresh(installed=True)
    former = (bench.tree / "scripts/hosts.d/tests/former.service").read_text(encoding="ascii")
    host.write(OLD_UNIT, former)
    host.run(f"ln -sf {OLD_UNIT} /etc/systemd/system/multi-user.target.wants/; systemctl daemon-reload")
    bench.install(host)
    equal(host.exists(OLD_UNIT), False, OLD_UNIT)
    equal(state(host), "enabled active", "the service")
    equal(host.run("readlink /etc/systemd/system/multi-user.target.wants/zerotier-one.service").strip(), UNIT, "the link")
    host.write(OLD_UNIT, former.replace("RestartSec=1", "RestartSec=7"))
    contains(bench.install(host), "was edited and stays", "install.sh")
    equal(host.exists(OLD_UNIT), True, OLD_UNIT)


def test_full_disk(bench):
    """An upgrade that does not fit says so in one line, leaves nothing, and the former version runs on."""
    host = bench.fresh()
    host.run("mkdir -p /usr/local/lib && mount -t tmpfs -o size=200m tmpfs /usr/local/lib")
    bench.install(host)
    host.online()
    process = host.main_pid()
    host.run("fallocate -l $(($(df -P -B1 /usr/local/lib | awk 'NR == 2 { print $4 }') - 20000000)) /usr/local/lib/ballast")
    before = host.run("find /usr/local/lib | sort")
    rejected = host.run("/root/package/install.sh", check=False)
    equal(rejected.status, 1, "the status of install.sh")
    matches(rejected, r"^install.sh: /usr/local/lib has \d+ MiB free, and \d+ MiB are needed; nothing was changed$", "install.sh")
    equal(len(rejected.splitlines()), 1, "lines of install.sh")
    equal(host.run("find /usr/local/lib | sort"), before, "files")
    equal(host.main_pid(), process, "the process of the service")


def test_causes(bench):
    """Another platform, a file system without programs and a missing /proc are named."""
    host = bench.fresh()
    host.push(bench.package, "/root/package")
    host.run("cd /root/package && tar xf *.gz --strip-components 1")
    host.run("cd /root/package/lib/backhaul && cp platform /root/platform && echo linux-riscv64 >platform")
    said = host.run("/root/package/install.sh", check=False)
    matches(said, "^install.sh: this package was built for linux-riscv64; this host is linux-", "install.sh")
    host.run("cp /root/platform /root/package/lib/backhaul/platform; mkdir -p /usr/local/lib")
    host.run("mount -t tmpfs -o noexec tmpfs /usr/local/lib")
    contains(host.run("/root/package/install.sh", check=False), "does not permit programs (mount option noexec)", "install.sh")
    equal(host.run("ls /usr/local/lib"), "", "what the failure left")
    host.run("umount /usr/local/lib; mount -o bind,noexec /root/package /mnt; mount -o remount,bind,noexec /mnt")
    host.run("sh /mnt/install.sh")
    equal(state(host), "enabled active", "the service")


def test_image_build(bench):
    """In a chroot, with and without /proc, the unit is enabled and the user exists."""
    host = bench.fresh()
    host.push(bench.package, "/root/package")
    host.run("cd /root/package && tar xf *.gz --strip-components 1")
    for proc in (False, True):
        image = f"/mnt/{proc}"
        host.run(f"mkdir -p {image} && mount -t tmpfs image {image} && cp -ax /bin /etc /lib* /sbin /usr /root /var {image} "
                 f"&& mkdir {image}/proc {image}/dev {image}/tmp && cp -a /dev/null {image}/dev/")
        if proc:
            host.run(f"mount -t proc proc {image}/proc")
        said = host.run(f"chroot {image} /root/package/install.sh")
        contains(said, "the service starts at the next boot", "install.sh")
        if not proc:
            contains(said, "/proc is not mounted here", "install.sh")
        link = f"{image}/etc/systemd/system/multi-user.target.wants/zerotier-one.service"
        equal(host.run(f"readlink {link}").strip(), UNIT, "the link")
        contains(host.run(f"chroot {image} id zerotier-one"), "zerotier-one", "id")
        host.run(f"umount -R {image}")
    lacks(host.run("systemctl is-enabled zerotier-one 2>&1", check=False), "enabled", "the service of the host itself")


def test_uninstall(bench):
    """backhaul-uninstall is found, keeps the home for root, and with --purge removes all that install.sh made."""
    host = bench.fresh()
    listing = ("find / -xdev \\( -path /root -o -path /tmp -o -path /var/log -o -path /var/lib/systemd "
               f"-o -path {HOME} -o -name '*-' -o -name '.pwd.lock' -o -name '.updated' \\) -prune -o -print | sort")
    before = host.run(listing)
    bench.install(host)
    host.online()
    address = host.address()
    host.run("echo n | sudo backhaul-uninstall --purge && exit 1; exit 0", user="alice")
    host.online()
    said = host.run("sudo backhaul-uninstall --yes", user="alice")
    contains(said, "--yes has no effect without --purge: the home directory stays", "backhaul-uninstall")
    contains(said, f"left: {HOME}", "backhaul-uninstall")
    equal(host.run(listing), before, "files besides the home directory")
    equal(host.run(f"find {HOME} ! -uid 0; getent passwd zerotier-one", check=False), "", "files and the user")
    bench.install(host)
    host.online()
    equal(host.address(), address, "the address of the node")
    host.write(DROP_IN, "[Service]\nEnvironment=BACKHAUL_LOG=debug\n")
    said = host.run("sudo backhaul-uninstall --purge --yes", user="alice")
    contains(said, f"the identity of this node, {address}\n  joined networks: 0\n", "backhaul-uninstall")
    contains(said, "zerotier-one.service.d holds settings of the service, which are removed, too", "backhaul-uninstall")
    equal(host.exists(HOME), False, HOME)
    equal(host.run(listing), before, "files")


def test_uninstall_leaves_others(bench):
    """backhaul-uninstall keeps a user that it did not create."""
    host = bench.fresh()
    host.run("useradd --system --user-group --no-create-home zerotier-one")
    bench.install(host)
    lacks(host.run("getent passwd zerotier-one"), "Backhaul", "the user")
    contains(host.run("backhaul-uninstall"), "left: the user zerotier-one", "backhaul-uninstall")
    until("the user is there", lambda: host.run("id zerotier-one"))
