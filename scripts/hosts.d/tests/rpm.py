# SPDX-License-Identifier: Apache-2.0
"""The .rpm package, in the file system of a Debian host by rpm --root: scriptlets, files, service. Not a Fedora."""
import re
import shutil

from bench import layers
from debs import uses_cache
from failure import equal, lacks, matches, sh
from pages import VERSION

HOME = "/var/lib/zerotier-one"
UNIT = "zerotier-one.service"
NEWER = f"{VERSION}.1"
# Debian's rpm has another place for its records.
RPM = "rpm --dbpath /var/lib/rpm"


@layers("rpm")
def test_rpm(bench):
    """Installed by rpm --root, the package starts at boot; on the host rpm upgrades, downgrades and removes it, without its home."""
    host = bench.fresh(layers=("rpm",))
    bench.use_root(host)
    package = bench.artifact("backhaul-*.rpm")
    rpm = ["rpm", "--root", host.root, "--dbpath", "/var/lib/rpm", "--nodeps"]
    sh(*rpm, "--install", package, timeout=120)
    equal(sh(*rpm, "--verify", "backhaul"), "", "rpm --verify")
    matches(host.run("ls -l /etc/systemd/system/multi-user.target.wants/zerotier-one.service"), "-> (/usr)?/lib/systemd/system/zerotier-one.service")
    equal(host.run("getent passwd zerotier-one").split(":")[4], "Backhaul")
    host.reboot()
    host.online(30)
    uses_cache(host)
    for path in ("man/man8/zerotier-one.8.gz", "man/man1/zerotier-cli.1.gz", "bash-completion/completions/zerotier-cli",
                 "zsh/site-functions/_zerotier-cli", "fish/vendor_completions.d/zerotier-cli.fish"):
        equal(host.exists(f"/usr/share/{path}"), True, path)

    _upgrade(bench, host)
    host.run(f"{RPM} --erase --nodeps backhaul", timeout=120)
    equal(host.systemd("ActiveState", "LoadState"), {"ActiveState": "inactive", "LoadState": "not-found"}, "service after the removal")
    equal(host.exists("/usr/lib/backhaul"), False, "/usr/lib/backhaul after the removal")
    equal(host.exists(f"{HOME}/identity.secret"), True, "identity after the removal")
    equal(host.exists("/etc/systemd/system/multi-user.target.wants/zerotier-one.service"), False, "enabled after the removal")


def _upgrade(bench, host):
    """On the running host: an upgrade restarts the service once; a downgrade leaves a stopped, disabled one as it is."""
    packages = {NEWER: _newer_rpm(bench), VERSION: bench.artifact("backhaul-*.rpm")}
    for package in packages.values():
        host.push(package)
    address, before = host.address(), host.main_pid()
    host.run(f"{RPM} --upgrade --nodeps /root/{packages[NEWER].name}", timeout=120)
    equal(host.run(f"{RPM} --query --qf '%{{VERSION}}' backhaul"), NEWER, "version after the upgrade")
    equal(host.run(f"{RPM} --verify --nodeps backhaul"), "", "rpm --verify after the upgrade")
    host.online(30)
    equal(host.main_pid() != before, True, "the service has been restarted")
    equal(len(re.findall("(?m)^Started ", host.journal("-o cat"))), 2, "starts since the boot")
    equal((host.address(), host.systemd("UnitFileState")), (address, "enabled"), "address, and whether the service is enabled")
    uses_cache(host)

    host.run(f"systemctl disable --now {UNIT}")
    host.run(f"{RPM} --upgrade --oldpackage --nodeps /root/{packages[VERSION].name}", timeout=120)
    equal(host.run(f"{RPM} --query --qf '%{{VERSION}}' backhaul"), VERSION, "version after the downgrade")
    equal(host.systemd("UnitFileState", "ActiveState"), {"UnitFileState": "disabled", "ActiveState": "inactive"})
    host.run(f"systemctl enable --now {UNIT}")
    host.online(30)
    equal(host.address(), address, "address after the downgrade")


def _newer_rpm(bench):
    """The package again, made as a newer version."""
    tree = bench.directory / "newer"
    for name in ("scripts/package.d", "scripts/dist", "docs"):
        shutil.copytree(bench.tree / name, tree / name, symlinks=True)
    for name in ("README.md", "CHANGELOG.md", "LICENSE", "NOTICE"):
        shutil.copy(bench.tree / name, tree)
    pom = (bench.tree / "pom.xml").read_text(encoding="utf-8")
    (tree / "pom.xml").write_text(pom.replace(f"<revision>{VERSION}<", f"<revision>{NEWER}<"), encoding="utf-8")
    shutil.copy(bench.package, tree)
    sh(tree / "scripts/package.d/rpm", tree / bench.package.name, timeout=180)
    return next(tree.glob("*.rpm"))


def test_rpmlint(bench):
    """rpmlint finds no error in the .rpm package."""
    text = sh("rpmlint", "-r", bench.tree / "scripts/dist/rpm/rpmlintrc", bench.artifact("backhaul-*.rpm"), timeout=120)
    lacks(text, ": E: ", "rpmlint")
    matches(re.sub(r"\s+", " ", text), "1 packages and 0 specfiles checked; 0 errors", "rpmlint")
