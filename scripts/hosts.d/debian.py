# SPDX-License-Identifier: Apache-2.0
"""Cached Debian file systems: a base for each suite by debootstrap, and layers of further packages above it.

All Debian packages that hosts of tests have are listed here. Mirrors are those of this machine's apt.
"""
import fcntl
import hashlib
import os
import pathlib
import shutil
import subprocess

from failure import Failed, sh

# On every host.
BASE = ("systemd systemd-sysv libpam-systemd dbus sudo iproute2 iputils-ping procps kmod curl jq python3-minimal nftables "
        "ca-certificates")
# bullseye has these in other packages.
LATER = {"bookworm": "systemd-resolved polkitd", "trixie": "systemd-resolved polkitd", "bullseye": "policykit-1"}
# Sets of further packages; a test names those that it needs with @layers("...").
SETS = {
    "network-manager": "network-manager",
    "needrestart": "needrestart",
    "unattended": "needrestart unattended-upgrades",
    "automation": "ansible-core python3-apt puppet cloud-init",
    "container": "podman runc netavark aardvark-dns iptables catatonit podman-compose",
    "faketime": "libfaketime",
    "rpm": "rpm",
    "shells": "bash-completion fish man-db zsh",
}
PROXY = ("http_proxy", "https_proxy", "no_proxy")


def cache():
    """The directory of the cached file systems."""
    return pathlib.Path(os.environ.get("BACKHAUL_HOSTS_CACHE") or "/var/cache/backhaul-hosts")


def file_systems(suite, layers):
    """Returns the directories of a suite and the given sets, the uppermost first; makes what is missing."""
    cache().mkdir(parents=True, exist_ok=True)
    with open(cache() / "lock", "w", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        base = _base(suite)
        return [_layer(base, name) for name in layers] + [base]


def _packages(suite):
    if suite not in LATER:
        raise Failed(f"suite: expected one of {', '.join(sorted(LATER))}, found {suite!r}")
    return f"{BASE} {LATER[suite]}".split()


def _base(suite):
    packages = _packages(suite)
    base = cache() / f"{suite}-{_digest(packages)}"
    if base.exists():
        return base
    print(f"making {base} with debootstrap (about a minute)", flush=True)
    new = cache() / f"{base.name}.new"
    shutil.rmtree(new, ignore_errors=True)
    _logged(cache() / f"{base.name}.log", ["debootstrap", "--variant=minbase", f"--include={','.join(packages)}", suite,
                                           str(new), _mirror()])
    _prepare(new)
    new.rename(base)
    return base


def _prepare(root):
    """What an installer sets up: an ordinary user with sudo, networkd and resolved; no clock, no consoles."""
    def inside(*command):
        sh("chroot", root, *command)
    inside("useradd", "-m", "-s", "/bin/bash", "alice")
    inside("systemctl", "enable", "systemd-networkd", "systemd-resolved")
    inside("systemctl", "mask", "systemd-timesyncd", "console-getty", "getty@tty1")
    (root / "var/log/journal").mkdir(parents=True, exist_ok=True)
    resolv = root / "etc/resolv.conf"
    resolv.unlink(missing_ok=True)
    resolv.symlink_to("../run/systemd/resolve/stub-resolv.conf")
    (root / "etc/sudoers.d/alice").write_text("alice ALL=(ALL) NOPASSWD: ALL\n")
    (root / "etc/hosts").write_text("127.0.0.1 localhost\n::1 localhost\n")
    for machine_id in ("etc/machine-id", "var/lib/dbus/machine-id"):
        (root / machine_id).unlink(missing_ok=True)
    (root / "etc/machine-id").write_text("")


def _layer(base, name):
    if name not in SETS:
        raise Failed(f"layer: expected one of {', '.join(sorted(SETS))}, found {name!r}")
    layer = cache() / f"{base.name}-{name}-{_digest(SETS[name].split())}"
    if layer.exists():
        return layer
    print(f"making {layer} with apt: {SETS[name]}", flush=True)
    new = cache() / f"{layer.name}.new"
    shutil.rmtree(new, ignore_errors=True)
    for directory in ("upper", "work", "root"):
        (new / directory).mkdir(parents=True)
    script = LAYER.format(base=base, new=new, packages=SETS[name])
    _logged(cache() / f"{layer.name}.log", ["unshare", "--mount", "--pid", "--fork", "--kill-child", "sh", "-ec", script])
    (new / "upper").rename(layer)
    shutil.rmtree(new)
    return layer


# Services of the packages are not started: policy-rc.d, as for every image.
LAYER = """
mount --make-rprivate /
mount -t overlay overlay -o lowerdir={base},upperdir={new}/upper,workdir={new}/work {new}/root
cd {new}/root
mount -t proc proc proc
mount -t tmpfs run run
mount --rbind /dev dev
mkdir -p run/systemd/resolve
cat /etc/resolv.conf >run/systemd/resolve/stub-resolv.conf
printf '#!/bin/sh\\nexit 101\\n' >usr/sbin/policy-rc.d
chmod 755 usr/sbin/policy-rc.d
chroot . apt-get -q update
DEBIAN_FRONTEND=noninteractive chroot . apt-get -qy install --no-install-recommends {packages}
chroot . apt-get clean
rm -rf usr/sbin/policy-rc.d var/lib/apt/lists/*
"""


def _logged(log, command):
    environment = dict(os.environ, PATH="/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", LC_ALL="C.UTF-8")
    environment.update(_proxy())
    with open(log, "w", encoding="utf-8") as out:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment, check=False)
    if done.returncode:
        tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-15:])
        raise Failed(f"{command[0]} ended with {done.returncode}; the end of {log}:\n{tail}")


def _mirror():
    """The archive of Debian that this machine's apt uses, or none: then debootstrap has a default."""
    listed = subprocess.run(["apt-get", "indextargets", "--format", "$(ORIGIN)|$(COMPONENT)|$(REPO_URI)", "Created-By: Packages"],
                            text=True, capture_output=True, check=False).stdout
    for line in listed.splitlines():
        origin, component, address = line.split("|", 2)
        if origin == "Debian" and component == "main" and "security" not in address:
            return address.rstrip("/")
    return ""


def _proxy():
    """A proxy that only apt knows serves debootstrap as well."""
    known = {name: os.environ[name] for name in PROXY if name in os.environ}
    for line in sh("apt-config", "dump", "Acquire::http::Proxy").splitlines():
        if line.startswith("Acquire::http::Proxy ") and '""' not in line:
            known.setdefault("http_proxy", line.split('"')[1])
    return known


def _digest(words):
    return hashlib.sha256(" ".join(sorted(words)).encode()).hexdigest()[:8]
