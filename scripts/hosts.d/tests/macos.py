# SPDX-License-Identifier: Apache-2.0
"""install.sh and uninstall.sh as on macOS, with programs that answer as those of macOS do."""
from failure import contains, equal, lacks, matches
from pages import Page

HOME = "/Library/Application Support/ZeroTier/One"
PLIST = "/Library/LaunchDaemons/com.zerotier.one.plist"
PREFIX = "/usr/local/lib/backhaul"
TOOLS = "/root/macos"
ON_MACOS = f"PATH={TOOLS}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

UNAME = """#!/bin/sh
case $1 in -m) echo arm64 ;; *) echo Darwin ;; esac
"""

# GNU's chmod has no -N, which removes access control lists.
CHMOD = """#!/bin/sh
case " $* " in *" -N "*) exit 0 ;; esac
exec /bin/chmod "$@"
"""

# bootout returns before the label is gone: two calls of print find it still, and bootstrap fails until then, and once more.
LAUNCHCTL = f"""#!/bin/sh
echo "$*" >>{TOOLS}/calls
left=$(cat {TOOLS}/left 2>/dev/null || echo 0)
case $1 in
  bootout)
    [ -e {TOOLS}/loaded ] || exit 3
    rm {TOOLS}/loaded
    echo 3 >{TOOLS}/left
    ;;
  print)
    [ "$left" -gt 1 ] || exit 113
    echo $((left - 1)) >{TOOLS}/left
    ;;
  bootstrap)
    if [ "$left" -gt 0 ] || [ -e {TOOLS}/loaded ] || [ -e {TOOLS}/rejects ]; then
      echo $((left - 1)) >{TOOLS}/left
      echo "Bootstrap failed: 5: Input/output error" >&2
      exit 5
    fi
    touch {TOOLS}/loaded
    ;;
esac
"""


def prepare(bench):
    """Returns a new host with the programs, and the package there as if it were for macOS."""
    host = bench.fresh()
    for name, text in (("uname", UNAME), ("chmod", CHMOD), ("launchctl", LAUNCHCTL)):
        host.write(f"{TOOLS}/{name}", text, 0o755)
    host.push(bench.package, "/root", owner="alice")
    host.run(f"mkdir /root/package && tar -xf /root/{bench.package.name} -C /root/package --strip-components 1 && "
             "echo darwin-arm64 >/root/package/lib/backhaul/platform && chown -R alice /root/package")
    return host


def test_install_for_launchd(bench):
    """macOS: the files are root's; an upgrade waits until launchd has removed the label, and tries again."""
    host = prepare(bench)
    contains(host.run(f"{ON_MACOS} /root/package/install.sh"), "started com.zerotier.one")
    equal(host.run(f"find {PREFIX} ! -user 0 -o -perm /022 ! -type l"), "", "files that others own or may write")
    equal(host.run(f"stat -c '%a %u:%g' {PLIST}"), "644 0:0\n")
    equal(host.run("readlink /usr/local/bin/zerotier-cli"), f"{PREFIX}/bin/zerotier-cli\n")
    host.run(f"rm {TOOLS}/calls")
    contains(host.run(f"{ON_MACOS} /root/package/install.sh"), "started com.zerotier.one")
    calls = host.read(f"{TOOLS}/calls").splitlines()
    equal(calls[0], "bootout system/com.zerotier.one")
    equal(calls.count("print system/com.zerotier.one"), 3, "waits for the label to go")
    equal(calls[-2:], [f"bootstrap system {PLIST}"] * 2, "tries again")
    host.run(f"{ON_MACOS} {PREFIX}/bin/backhaul-uninstall")
    equal(host.run(f"ls -d {PREFIX} {PLIST} /usr/local/bin/zerotier-* 2>/dev/null", check=False), "", "what is left")


def test_page(bench):
    """docs/install-macos.md: the commands, with programs that answer as those of macOS do."""
    host = prepare(bench)
    page = Page("docs/install-macos.md")
    page.next("scripts/package")  # On a Mac; here the archive of this run stands for it.
    host.run(f"cd /root/package/.. && rm -f {bench.package.name} && mv package backhaul-0 && tar -czf backhaul-0.tar.gz backhaul-0 && "
             "rm -r backhaul-0 && mv backhaul-0.tar.gz /home/alice/ && chown alice /home/alice/backhaul-0.tar.gz")
    sudo = f"sudo() {{ command sudo env {ON_MACOS} \"$@\"; }}"
    contains(host.run(f"cd && {sudo}; {page.next('install.sh')}", user="alice"), "started com.zerotier.one")
    host.run(f"PATH=/usr/local/bin:$PATH; cd && {sudo}; {page.next('backhaul-uninstall')}", user="alice")
    equal(host.run(f"ls -d {PREFIX} {PLIST} /usr/local/bin/zerotier-* 2>/dev/null", check=False), "", "what is left")
    page.finish()


def test_installation_of_the_reference(bench):
    """macOS: beside the reference, whose uninstaller deletes the networks, install.sh says how to keep them."""
    host = prepare(bench)
    host.write("/usr/local/bin/zerotier-cli", "#!/bin/sh\n", 0o755)
    answer = host.run(f"{ON_MACOS} /root/package/install.sh", check=False)
    matches(answer, "^  sudo cp -pR '/Library/Application Support/ZeroTier/One' /var/root/zerotier-home$")
    lacks(answer, "apt-get")
    equal(answer.status, 1)


def test_launchd_rejects_the_service(bench):
    """macOS: a service that launchd does not start is reported with its reason and the command to repeat."""
    host = prepare(bench)
    host.run(f"touch {TOOLS}/rejects")
    answer = host.run(f"{ON_MACOS} /root/package/install.sh", check=False)
    contains(answer, "Bootstrap failed: 5: Input/output error; try: sudo launchctl bootstrap system")
    equal(answer.status, 1)
