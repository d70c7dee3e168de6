# SPDX-License-Identifier: Apache-2.0
"""The .rpm package, in the file system of a Debian host by rpm --root: scriptlets, files, service. Not a Fedora."""
import re

from debs import uses_cache
from failure import equal, lacks, matches, sh

HOME = "/var/lib/zerotier-one"


def test_rpm(bench):
    """Installed by rpm --root, the package starts at boot and answers; its removal keeps the home."""
    host = bench.fresh()
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

    sh(*rpm, "--erase", "backhaul", timeout=120)
    equal(host.exists("/usr/lib/backhaul"), False, "/usr/lib/backhaul after the removal")
    equal(host.exists(f"{HOME}/identity.secret"), True, "identity after the removal")
    equal(host.exists("/etc/systemd/system/multi-user.target.wants/zerotier-one.service"), False, "enabled after the removal")


def test_rpmlint(bench):
    """rpmlint finds no error in the .rpm package."""
    text = sh("rpmlint", "-r", bench.tree / "scripts/dist/rpm/rpmlintrc", bench.artifact("backhaul-*.rpm"), timeout=120)
    lacks(text, ": E: ", "rpmlint")
    matches(re.sub(r"\s+", " ", text), "1 packages and 0 specfiles checked; 0 errors", "rpmlint")
