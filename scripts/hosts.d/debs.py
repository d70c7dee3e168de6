# SPDX-License-Identifier: Apache-2.0
"""Debian packages that tests make: newer versions of ours, and a stand-in for that of ZeroTier One."""
import re
import shutil

from failure import contains, sh

UNIT = """[Unit]
Description=ZeroTier One, a stand-in
After=network.target

[Service]
ExecStart=/usr/sbin/zerotier-one
Restart=always
KillMode=process

[Install]
WantedBy=multi-user.target
"""
PROGRAM = "#!/bin/sh\n# A stand-in for ZeroTier One.\nexec sleep infinity\n"

# What debhelper before 13.10 makes of a package with one service: the removal masks it, the purge undoes what is recorded.
SCRIPTS = {
    "postinst": """
getent passwd zerotier-one >/dev/null ||
  useradd --system --user-group --home-dir /var/lib/zerotier-one --no-create-home zerotier-one
if [ "$1" = configure ]; then
  deb-systemd-helper unmask zerotier-one.service >/dev/null || true
  if deb-systemd-helper --quiet was-enabled zerotier-one.service; then
    deb-systemd-helper enable zerotier-one.service >/dev/null || true
  else
    deb-systemd-helper update-state zerotier-one.service >/dev/null || true
  fi
  if [ -d /run/systemd/system ]; then
    systemctl --system daemon-reload >/dev/null || true
    deb-systemd-invoke "$([ -n "$2" ] && echo restart || echo start)" zerotier-one.service >/dev/null || true
  fi
fi
""",
    "prerm": """
if [ -d /run/systemd/system ] && [ "$1" = remove ]; then
  deb-systemd-invoke stop zerotier-one.service >/dev/null || true
fi
""",
    "postrm": """
[ ! -d /run/systemd/system ] || systemctl --system daemon-reload >/dev/null || true
if [ "$1" = remove ]; then
  deb-systemd-helper mask zerotier-one.service >/dev/null || true
fi
if [ "$1" = purge ]; then
  deb-systemd-helper purge zerotier-one.service >/dev/null || true
  deb-systemd-helper unmask zerotier-one.service >/dev/null || true
fi
""",
}


def build_deb(bench, name, fields, directories=None, files=None, scripts=None):
    """Makes a package of version 1.14.1 in the directory of the run, and returns its path.

    directories are copied to their target; files are texts by path (programs below usr/sbin); scripts are bodies of
    maintainer scripts by name.
    """
    tree = bench.directory / f"tree-{name}"
    shutil.rmtree(tree, ignore_errors=True)
    (tree / "DEBIAN").mkdir(parents=True)
    lines = {"Package": name, "Version": "1.14.1", "Architecture": "all", "Maintainer": "test <test@localhost>",
             "Description": "made by a test", **fields}
    (tree / "DEBIAN/control").write_text("".join(f"{key}: {value}\n" for key, value in lines.items()))
    for target, directory in (directories or {}).items():
        shutil.copytree(directory, tree / target, symlinks=True)
    for path, text in (files or {}).items():
        (tree / path).parent.mkdir(parents=True, exist_ok=True)
        (tree / path).write_text(text)
        (tree / path).chmod(0o755 if "sbin" in path else 0o644)
    for script, body in (scripts or {}).items():
        (tree / "DEBIAN" / script).write_text(f"#!/bin/sh\nset -e\n{body}")
        (tree / "DEBIAN" / script).chmod(0o755)
    deb = bench.directory / f"{name}_1.14.1_all.deb"
    sh("dpkg-deb", "--root-owner-group", "-Znone", "--build", tree, deb)
    shutil.rmtree(tree)
    return deb


def stand_in(bench, unit_directory):
    """A package zerotier-one with the maintainer scripts of the real one's build tools; unit_directory is lib/… or usr/lib/…."""
    return build_deb(bench, "zerotier-one", {}, scripts=SCRIPTS,
                     files={"usr/sbin/zerotier-one": PROGRAM, f"{unit_directory}/zerotier-one.service": UNIT})


def uses_cache(host):
    """Fails unless the programs in /usr/lib/backhaul accept their ahead-of-time caches: AOTMode=on ends Java otherwise."""
    for command in ("zerotier-one -v", "zerotier-cli info"):
        host.run(f"BACKHAUL_JAVA_OPTIONS=-XX:AOTMode=on {command}")
    contains(host.run(f"cat /proc/{host.main_pid()}/maps", log=False), "/usr/lib/backhaul/app/app.aot", "files of the daemon")


def version_of(bench):
    """The version of the packages."""
    return sh("dpkg-deb", "-f", bench.artifact("*_amd64.deb"), "Version").strip()


def newer_version(bench):
    """The version of newer_deb."""
    return f"{version_of(bench)}+1"


def newer_deb(bench):
    """The package for amd64 again, as a newer version."""
    version = newer_version(bench)
    tree = bench.directory / f"tree-{version}"
    shutil.rmtree(tree, ignore_errors=True)
    sh("dpkg-deb", "-R", bench.artifact("*_amd64.deb"), tree)
    control = tree / "DEBIAN/control"
    control.write_text(re.sub("(?m)^Version: .*", f"Version: {version}", control.read_text()))
    (tree / "usr/lib/backhaul/VERSION").write_text(f"{version}\n")
    (tree / "DEBIAN/md5sums").unlink()
    deb = bench.directory / f"backhaul_{version}_amd64.deb"
    sh("dpkg-deb", "--root-owner-group", "-Zgzip", "-z1", "--build", tree, deb)
    shutil.rmtree(tree)
    return deb
