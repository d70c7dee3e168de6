# SPDX-License-Identifier: Apache-2.0
"""The unit zerotier-one.service: restarts, the home directory, devices, the boot, and the sandbox."""
from bench import layers
from failure import at_most, contains, equal, lacks, matches, until

LIBRARY = "/usr/local/lib/backhaul/bin"
HOME = "/var/lib/zerotier-one"
DROP_INS = "/etc/systemd/system/zerotier-one.service.d"
# Replaces a directory of the home by a link to a directory of root and back, as fast as it can.
EXCHANGE = f"cd {HOME} && while :; do mv moons.d other && ln -s /root/tree moons.d; rm moons.d; mv other moons.d; done"

# Calls of the groups @debug and @resources, which the filter of the unit leaves out; prints how each ended.
CALLS = """
my %ptrace = (x86_64 => 101, aarch64 => 117);
my $traceme = syscall($ptrace{$ARGV[0]}, 0, 0, 0, 0);
print "ptrace: ", $traceme == 0 ? "permitted" : $!, "\\n";
print "setpriority: ", setpriority(0, 0, 5) ? "permitted" : $!, "\\n";
"""


def test_cause_that_passes(bench):
    """The daemon starts by itself when the port that another program used is free, and after any number of restarts."""
    host = bench.host()
    host.run("systemctl stop zerotier-one")
    program = "import socket, time; s = socket.create_server((\"\", 9993)); time.sleep(600)"
    host.run(f"python3 -c '{program}' >/dev/null 2>&1 & echo $! >/run/taken")
    try:
        host.wait_until("ss -lnt | grep :9993")
        equal(host.run("systemctl start zerotier-one", check=False).status, 1, "the status of systemctl start")
        until("four failures", lambda: int(host.systemd("NRestarts")) >= 4, 60)
        host.logs("the service failed 4 times in a row; it starts again in 1 s")
    finally:
        host.run("kill $(cat /run/taken)")
    host.wait_until("systemctl is-active zerotier-one", 60)
    for _ in range(8):
        host.run("systemctl restart zerotier-one")
    host.online()
    equal(host.exists("/run/zerotier-one.failures"), False, "the record of failures after a restart on request")


def test_restart_delay(bench):
    """Restarts are immediate three times, then slower; a stop on request and a minute without a failure reset that."""
    host = bench.host()
    record = f"SERVICE_RESULT=exit-code {LIBRARY}/restart-delay record"
    host.run(f"for i in 1 2 3; do {record}; done")
    equal(host.run(f"{LIBRARY}/restart-delay wait"), "", "the delay after three failures")
    host.run(record)
    contains(host.run(f"{LIBRARY}/restart-delay wait"), "in 1 s", "the delay after four failures")
    host.run(f"for i in 1 2 3 4 5; do {record}; done")
    contains(host.run(f"timeout 0.5 {LIBRARY}/restart-delay wait", check=False), "in 15 s", "the delay after nine failures")
    host.run(f"echo 9 -100 >/run/zerotier-one.failures; {record}")
    equal(host.run(f"{LIBRARY}/restart-delay wait"), "", "the delay after a minute without a failure")
    host.run("systemctl stop zerotier-one; echo 9 $(cut -d . -f 1 /proc/uptime) >/run/zerotier-one.failures")
    host.run("systemctl start --no-block zerotier-one")
    until("the start is delayed", lambda: host.systemd("SubState") == "start-pre")
    host.run("systemctl restart zerotier-one")
    equal(host.exists("/run/zerotier-one.failures"), False, "the record of failures after a restart on request")
    lacks(host.journal("-p warning -n 1"), "10 times", "the journal")
    host.online()


def test_restored_files(bench):
    """Files of root in the home are given to the service's user at the start; links lead nowhere."""
    host = bench.host()
    host.run("systemctl stop zerotier-one")
    host.run(f"cd {HOME} && mkdir -p moons.d networks.d && echo x >/root/linked && ln -f /root/linked networks.d/linked.conf && "
             "ln -sf /etc/shadow moons.d/link.moon && chown -h root: identity.secret authtoken.secret moons.d")
    host.run("systemctl start zerotier-one")
    host.online()
    equal(sorted(host.run(f"find {HOME} ! -user zerotier-one").split()),
          [f"{HOME}/moons.d/link.moon", f"{HOME}/networks.d/linked.conf"], "files of other owners")
    equal(host.run("stat -c %U /etc/shadow /root/linked").split(), ["root", "root"], "owners of files outside of the home")
    host.logs(f"owner changed to zerotier-one in {HOME}: [3-5] files or directories", "-p warning")
    host.logs(f"owner not changed in {HOME}, because of several hard links: 1 file", "-p warning")
    host.run(f"rm {HOME}/networks.d/linked.conf {HOME}/moons.d/link.moon")


def test_exchanged_directory(bench):
    """The user of the service cannot lead root to other files by exchanging a directory while owners are changed."""
    host = bench.host()
    host.run(f"mkdir -p /root/tree {HOME}/moons.d && chmod 755 /root /root/tree && touch /root/tree/secret")
    host.run(f"chown zerotier-one {HOME}/moons.d")
    host.run(f"setpriv --reuid zerotier-one --clear-groups sh -c '{EXCHANGE}' >/dev/null 2>&1 &")
    try:
        host.run(f"for i in $(seq 60); do touch {HOME}/moons.d/$i.moon {HOME}/$i 2>/dev/null; chown root: {HOME}/$i; "
                 f"USER=zerotier-one {LIBRARY}/prepare-home 2>/dev/null; done; exit 0")
    finally:
        host.run("pkill -u zerotier-one -x sh")
    equal(host.run("stat -c %U /root/tree /root/tree/secret").split(), ["root", "root"], "owners outside of the home")
    equal(host.run(f"find {HOME} -maxdepth 1 -name '[0-9]*' -user root"), "", "files of root in the home")
    host.run(f"rm -rf {HOME}/[0-9]* {HOME}/moons.d {HOME}/other /root/tree; chmod 700 /root")
    said = host.run(f"mkdir -p /srv/alice/home && chown alice /srv/alice && USER=zerotier-one ZEROTIER_HOME=/srv/alice/home "
                    f"{LIBRARY}/prepare-home; rm -r /srv/alice")
    contains(said, "/srv/alice is not root's alone", "prepare-home")
    said = host.run(f"mkdir -p /srv/alice && chown alice /srv/alice && USER=zerotier-one ZEROTIER_HOME=/srv/alice/home "
                    f"{LIBRARY}/prepare-home", check=False)
    contains(said, "/srv/alice above it is not root's alone; create it: install -d -o zerotier-one", "prepare-home without a home")
    equal(host.run("ls -A /srv/alice; rm -r /srv/alice"), "", "what prepare-home created")
    said = host.run(f"mkdir -p /srv/other && touch /srv/other/file && USER=zerotier-one ZEROTIER_HOME=/srv/other {LIBRARY}/prepare-home",
                    check=False)
    contains(said, "/srv/other is root's and holds other files than those of a node", "prepare-home in another directory")
    equal(host.run("stat -c %U /srv/other /srv/other/file").split(), ["root", "root"], "owners in a directory that is no home")
    host.run(f"rm /srv/other/file; USER=zerotier-one ZEROTIER_HOME=/srv/other {LIBRARY}/prepare-home")
    equal(host.run("stat -c %U /srv/other; rm -r /srv/other").strip(), "zerotier-one", "owner of an empty home")


def test_home_from_another_host(bench):
    """A home that was copied with the numbers of another host is given to the service's user as a whole."""
    host = bench.host()
    host.run(f"systemctl stop zerotier-one; chown -R 12345:12345 {HOME} && systemctl start zerotier-one")
    host.online()
    equal(host.run(f"find {HOME} ! -user zerotier-one -o ! -group zerotier-one"), "", "files of other owners")


def test_home_is_a_link(bench):
    """The home may be a symbolic link to a data disk, also one that is mounted later."""
    host = bench.host()
    address = host.info()[2]
    host.run(f"systemctl stop zerotier-one; mkdir -p /srv/data && mv {HOME} /srv/data/zt && ln -s /srv/data/zt {HOME}")
    host.run("systemctl start zerotier-one")
    host.online()
    equal(host.info()[2], address, "the address of the node")
    host.run("systemctl stop zerotier-one && mv /srv/data /srv/later && systemctl start zerotier-one; exit 0")
    host.logs(r"which is not there: is its file system mounted\?", "-p warning")
    host.run("mv /srv/later /srv/data")
    host.wait_until("systemctl is-active zerotier-one", 60)
    host.online()
    equal(host.info()[2], address, "the address of the node")
    host.run(f"systemctl stop zerotier-one; rm {HOME} && mv /srv/data/zt {HOME} && systemctl start zerotier-one")
    host.online()


def test_tun_appears(bench):
    """A network gets its device when /dev/net/tun appears after the start of the service."""
    host = bench.fresh(installed=True)
    host.run("systemctl stop zerotier-one; umount /dev/net/tun && rm /dev/net/tun && systemctl start zerotier-one")
    host.online()
    network = bench.mesh.network(private=False)
    host.run(f"zerotier-cli join {network}")
    host.wait_until("zerotier-cli listnetworks | grep PORT_ERROR", 30)
    host.run("mknod -m 666 /dev/net/tun c 10 200")
    host.wait_until("zerotier-cli listnetworks | grep ' OK '", 30)
    host.wait_until("ip -br address | grep '^zt'")


def test_boot_without_address(bench):
    """A boot without an address is no slower, and the daemon is ONLINE when an address appears."""
    host = bench.fresh(installed=True)
    host.reboot()
    with_address = _seconds_to_service(host)
    host.write("/etc/systemd/network/10-uplink.network", "[Match]\nName=host0\n[Network]\nDHCP=yes\n")
    host.reboot()
    without_address = _seconds_to_service(host)
    at_most(without_address - with_address, 5, f"seconds that the start of the service waits ({without_address} after "
            f"the boot without an address, {with_address} with one)")
    lacks(host.run("systemctl list-dependencies --plain zerotier-one"), "network-online", "dependencies of the unit")
    host.run(f"ip address add {host.ip}/24 dev host0 && ip link set host0 up")
    host.online(60)


def _seconds_to_service(host):
    """The seconds from the start of systemd until the service has started."""
    times = host.systemd("InactiveExitTimestampMonotonic", "ActiveEnterTimestampMonotonic")
    booted = host.run("systemctl show -p UserspaceTimestampMonotonic --value", log=False)
    return (int(times["ActiveEnterTimestampMonotonic"]) - int(booted)) / 1e6


def test_networkd(bench):
    """systemd-networkd leaves the device alone, though a file matches all names."""
    host, other, address = bench.pair()
    name = "/etc/systemd/network/00-all.network"
    other.write(name, "[Match]\nName=[!h]*\n[Network]\nDHCP=yes\n")
    other.run("networkctl reload")
    device = matches(other.run("ip -br link"), r"^(zt\w+)", "the devices")[1]
    contains(other.run(f"networkctl list {device} --no-legend"), "unmanaged", "networkctl")
    host.run(f"ping -c 3 -i 0.3 {address}")
    other.run("systemctl restart zerotier-one")
    host.wait_until(f"ping -c 1 -W 1 {address}", 30)
    contains(other.run(f"networkctl list {device} --no-legend"), "unmanaged", "networkctl after a restart")
    other.run(f"rm {name}; networkctl reload")


@layers("network-manager")
def test_network_manager(bench):
    """NetworkManager leaves the device alone."""
    host = bench.fresh(layers=("network-manager",))
    bench.install(host)
    host.online()
    bench.mesh.join(host, bench.mesh.network())
    device = matches(host.run("ip -br link"), r"^(zt\w+)", "the devices")[1]
    host.run("systemctl start NetworkManager")
    host.wait_until(f"nmcli -t -f DEVICE,STATE device | grep '^{device}:unmanaged$'")
    contains(host.run(f"ip -br address show {device}"), "10.", "addresses of the device")


def test_sandbox(bench):
    """systemd-analyze reports an exposure of at most 1.8, and a system call outside of the filter fails without a signal."""
    host = bench.host()
    said = host.run("systemd-analyze security --no-pager zerotier-one")
    exposure = matches(said, r"Overall exposure level .*: ([\d.]+)", "systemd-analyze")
    at_most(float(exposure[1]), 1.8, "exposure")
    equal(host.systemd("LimitNOFILE"), "65536", "LimitNOFILE")
    # Both calls need no privilege: without the filter they succeed, so that it is the filter that rejects them.
    host.write("/opt/calls", CALLS)
    for settings, result in (("", "Operation not permitted"), ("SystemCallFilter=\n", "permitted")):
        host.write(f"{DROP_INS}/filtered.conf", f"[Service]\nExecStartPre=/usr/bin/perl /opt/calls {host.run('uname -m').strip()}\n{settings}")
        host.run("systemctl daemon-reload && systemctl restart zerotier-one")
        called = host.journal(f"-o cat _SYSTEMD_INVOCATION_ID={host.systemd('InvocationID')} -t perl")
        equal(called.splitlines(), [f"ptrace: {result}", f"setpriority: {result}"], f"calls from inside the unit with '{settings}'")
    host.run(f"rm -r {DROP_INS} /opt/calls && systemctl daemon-reload && systemctl restart zerotier-one")
    host.online()


def test_resolved(bench):
    """From inside the unit, DNS for its devices may be set at systemd-resolved; another user may not set it."""
    host, _, _ = bench.pair()
    device = matches(host.run("ip -br link"), r"^(zt\w+)", "the devices")[1]
    command = f"resolvectl dns {device} 10.147.0.1"
    # ExecReload= runs in the sandbox of the unit, as its user.
    host.write(f"{DROP_INS}/resolved.conf", f"[Service]\nExecReload=/usr/bin/{command}\n")
    host.run("systemctl daemon-reload && systemctl reload zerotier-one")
    host.run(f"rm -r {DROP_INS} && systemctl daemon-reload")
    contains(host.run(f"resolvectl dns {device}"), "10.147.0.1", "resolvectl")
    contains(host.run(command, user="alice", check=False), "nteractive authentication required", "resolvectl of another user")
    host.run(f"resolvectl revert {device}")
