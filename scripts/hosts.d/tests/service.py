# SPDX-License-Identifier: Apache-2.0
"""The daemon as a service of systemd: its log, its status, hangs, crashes, a full disk, reloads."""
import json
import time

from failure import at_most, contains, equal, lacks, matches, until
from hosts import ZT_HOME

LOCAL_CONF = f"{ZT_HOME}/local.conf"


def _entries(host, options=""):
    """The entries of the journal that the daemon wrote, as (priority, text)."""
    lines = host.journal(f"-o json {options}").splitlines()
    found = [json.loads(line) for line in lines]
    return [(int(entry["PRIORITY"]), entry["MESSAGE"]) for entry in found if entry.get("_SYSTEMD_UNIT") == "zerotier-one.service"]


def _status(host):
    return host.systemd("StatusText")


def test_process_name(bench):
    """ps, pidof and ss -p show zerotier-one."""
    host = bench.host()
    equal(host.run("pidof zerotier-one").split(), [str(host.main_pid())], "pidof")
    equal(host.run(f"ps -o comm= -p {host.main_pid()}").strip(), "zerotier-one", "ps")
    contains(host.run("ss -lntp"), '("zerotier-one",', "ss -lntp")


def test_journal(bench):
    """Warnings and errors have their priority in the journal, no second time, and one entry a fault."""
    host = bench.fresh(installed=True)
    host.write(LOCAL_CONF, '{"settings": {"primryPort": 1}}')
    host.run("systemctl restart zerotier-one")
    equal([entry for entry in _entries(host, "-p warning") if "primryPort" in entry[1]],
          [(4, "WARNING: local.conf: settings.primryPort: unknown key, it is ignored; did you mean primaryPort?")], "warning")
    # Without a restart the status of the failed start stays.
    host.write("/run/systemd/system/zerotier-one.service.d/once.conf", "[Service]\nRestart=no\n")
    host.write(LOCAL_CONF, "{bad")
    host.run("systemctl daemon-reload; systemctl restart zerotier-one", check=False)
    until("an error is in the journal", lambda: _entries(host, "-p err"))
    errors = _entries(host, "-p err")
    equal(len(errors), 1, "entries of the fault")
    priority, text = errors[0]
    equal(priority, 3, "priority")
    matches(text, r"^ERROR: unable to parse local\.conf \(invalid JSON\): .*line 1", "fatal line")
    contains(_status(host), "not started: ERROR: unable to parse local.conf", "status")
    host.write(LOCAL_CONF, "{}")
    host.run("systemctl start zerotier-one")
    for priority, text in _entries(host):
        lacks(text, "<", "an entry of the journal")
        if " INFO: " in text or text.startswith("INFO"):
            equal(priority, 6, "priority")
            matches(text, r"^INFO: ", "an entry without time")


def test_crash(bench):
    """The report of a crash of the Java virtual machine is kept and named in the log."""
    host = bench.host()
    pid = host.main_pid()
    host.run(f"kill -SEGV {pid}")
    until("the daemon is restarted", lambda: host.main_pid() not in (0, pid), 30)
    host.online(60)
    report = host.logs(rf"SIGSEGV .* its report is ({ZT_HOME}/crashes\.d/crash-\S+\.log)", "-p warning -o cat")[1]
    contains(host.read(report), "SIGSEGV", "report")
    equal(host.run(f"stat -c '%U %a' {ZT_HOME}/crashes.d").split(), ["zerotier-one", "700"], "directory")
    equal(host.run(f"ls {ZT_HOME}/crashes.d").count("\n"), 1, "reports")
    host.run(f"rm {report}")


def test_hang(bench):
    """A daemon that hangs is restarted within 30 s; zerotier-cli says after 5 s that it does not answer."""
    host = bench.host()
    pid = host.main_pid()
    host.run(f"kill -STOP {pid}")
    began = time.monotonic()
    answer = host.run("zerotier-cli info", check=False)
    at_most(time.monotonic() - began, 15, "seconds of zerotier-cli info")
    equal(answer.status, 1, "exit status")
    contains(answer, "did not answer within 5 s", "zerotier-cli info")
    until("the daemon is restarted", lambda: host.main_pid() not in (0, pid), 60)
    bench.figure("restart of a daemon that hangs", time.monotonic() - began, 30, limit=30)
    host.online(60)
    host.logs('"node-', "-o cat")  # of the stacks of the threads


def test_doctor(bench):
    """zerotier-cli doctor names a service that is not started at boot, and one that does not run."""
    host = bench.host()

    def shown():
        lines = host.run("zerotier-cli doctor", check=False).splitlines()
        return [line for line in lines if line[7:].startswith("service ")]

    ok = ["ok     service    zerotier-one.service is active, enabled"]
    equal(shown(), ok, "the line of a service that runs")
    host.run("systemctl disable zerotier-one")
    equal(shown(), ["TO DO  service    zerotier-one.service is active, but not started at boot: systemctl enable zerotier-one"],
          "the line of a service that is disabled")
    host.run("systemctl enable zerotier-one && systemctl stop zerotier-one")
    equal(shown(), ["TO DO  service    zerotier-one.service is inactive: journalctl -u zerotier-one says why; "
                    "systemctl start zerotier-one starts it"], "the line of a service that is stopped")
    host.run("systemctl start zerotier-one")
    host.online()
    equal(shown(), ok, "the line of a service that runs again")


def test_status(bench):
    """The status text counts networks and peers and is true at all times."""
    host = bench.fresh(installed=True)
    until("the status is ONLINE", lambda: _status(host).startswith("ONLINE; networks: none joined; peers: 1 direct, 0 relayed"))
    network = bench.mesh.network()
    bench.mesh.join(host, network)
    until("the status counts the network", lambda: _status(host).startswith("ONLINE; networks: 1 of 1 OK; peers: "))
    host.run(f"zerotier-cli leave {network} && chmod 600 /dev/net/tun && zerotier-cli join {network}")
    until("the status names the fault", lambda: f"networks: 0 of 1 OK, {network} PORT_ERROR; " in _status(host))
    host.run("chmod 666 /dev/net/tun")
    until("the fault has passed", lambda: "networks: 1 of 1 OK; " in _status(host))
    host.run(f"zerotier-cli leave {network}")
    until("the network is left", lambda: "networks: none joined" in _status(host))
    host.run("systemctl stop zerotier-one")
    equal(_status(host), "stopped", "status after the stop")
    host.run("systemctl start zerotier-one")


def test_reload(bench):
    """systemctl reload reads local.conf again and says what changed and what needs a restart."""
    host = bench.host()
    pid = host.main_pid()
    host.write(LOCAL_CONF, '{"settings": {"dscp": 46, "primaryPort": 9993, "secondaryPort": 9000}}')
    host.run("systemctl reload zerotier-one")
    host.logs(r"INFO: local\.conf was read again; changed: settings\.dscp, settings\.primaryPort,", "-o cat")
    until("the status says what changed", lambda: "changed: settings.dscp, settings.primaryPort, settings.secondaryPort; "
          "a restart is needed for settings.primaryPort, settings.secondaryPort" in _status(host))
    settings = {"dscp": 1, "primaryPort": 9993, "secondaryPort": 9000}
    host.write(LOCAL_CONF, "{bad")
    host.run("systemctl reload zerotier-one")
    until("the status says that the file is unusable", lambda: "local.conf is unusable" in _status(host))
    host.logs(r"^WARNING: unable to parse local\.conf", "-p warning -o cat")
    for changed in ("dscp", "secondaryPort") * 5:
        settings[changed] = settings[changed] + 1
        host.write(LOCAL_CONF, json.dumps({"settings": settings}))
        host.run("systemctl reload zerotier-one")
        # Between the two commands the periodic check may have read the file.
        matches(_status(host), rf"changed: settings\.{changed}\b", "status when systemctl reload has returned")
    host.run(f"rm {LOCAL_CONF} && systemctl reload zerotier-one")
    until("all settings have their defaults", lambda: "changed: settings.dscp" in _status(host))
    lacks(_status(host), "restart", "status")
    host.run(f"cd {ZT_HOME} && mv zerotier-one.pid pid && mkfifo zerotier-one.pid && timeout 20 systemctl reload zerotier-one; "
             "status=$?; mv -f pid zerotier-one.pid; exit $status")
    equal(host.main_pid(), pid, "process")
    equal(host.systemd("ActiveState"), "active", "state")


def test_pipes(bench):
    """Pipes and devices in the place of files of the home neither block the start nor fill the memory."""
    host = bench.fresh(installed=True)
    host.run(f"cd {ZT_HOME} && systemctl stop zerotier-one && rm -f identity.validated && mkfifo identity.validated local.conf && "
             "ln -s /dev/zero devicemap && timeout 30 systemctl start zerotier-one")
    host.online()
    host.logs(r"local\.conf: it is not a file", "-p warning -o cat")
    equal(host.run(f"stat -c %F {ZT_HOME}/identity.validated; timeout 20 systemctl reload zerotier-one").strip(), "regular file")


def test_links_in_home(bench):
    """zerotier-cli, run by root, neither sends a file of root to which the service's user has led it, nor blocks at a pipe."""
    host = bench.host()
    for name, expected in (("authtoken.secret", "authtoken.secret not found or readable"), ("zerotier-one.port", "missing port")):
        host.run(f"echo secret >/root/secret; chmod 600 /root/secret; mv {ZT_HOME}/{name} /root/kept")
        try:
            for planted, reason in (("ln -s /root/secret", "it is a symbolic link, which is not followed"), ("mkfifo", "it is not a regular file")):
                host.run(f"{planted} {ZT_HOME}/{name}")
                said = host.run("timeout 20 zerotier-cli info", check=False)
                equal(said.status, 2, f"exit status with {planted}")
                contains(said, expected, f"message with {planted}")
                contains(said, f"cannot read {ZT_HOME}/{name}: {reason}", f"hint with {planted}")
                host.run(f"rm {ZT_HOME}/{name}")
        finally:
            host.run(f"mv /root/kept {ZT_HOME}/{name}")
    contains(host.run("zerotier-cli info"), "200 info", "zerotier-cli info afterwards")


def test_full_disk(bench):
    """While the disk is full no change is confirmed; it is saved as soon as there is space."""
    host = bench.fresh(installed=True)
    network = bench.mesh.network()
    bench.mesh.authorize(network, host.address())
    host.run(f"systemctl stop zerotier-one && cp -a {ZT_HOME} /root/kept && mount -t tmpfs -o size=2m,mode=755 none {ZT_HOME} && "
             f"cp -a /root/kept/. {ZT_HOME} && systemctl start zerotier-one")
    host.online()
    host.run(f"cat /dev/zero >{ZT_HOME}/filler", check=False)
    answer = host.run(f"zerotier-cli join {network}", check=False)
    equal(answer.status, 1, "exit status of join")
    matches(answer, r"500 join .*cannot be saved in .*No space left on device", "join")
    host.logs(rf"WARNING: cannot write {ZT_HOME}/networks\.d/{network}", "-p warning -o cat")
    answer = host.run("curl -sS -d '{\"dscp\": 1}' -H \"X-ZT1-Auth: $(cat " + ZT_HOME + "/authtoken.secret)\" "
                      "http://127.0.0.1:9993/config/settings")
    contains(answer, "local.conf cannot be written: No space left on device", "settings")
    host.run(f"rm {ZT_HOME}/filler")
    host.wait_until(f"test -e {ZT_HOME}/networks.d/{network}.conf && test -e {ZT_HOME}/networks.d/{network}.local.conf")
    host.run(f"zerotier-cli join {network} && systemctl restart zerotier-one")
    contains(host.run("zerotier-cli listnetworks"), network, "networks after the restart")


def test_foreign_files(bench):
    """A file of another user in the home is named with its owner and the chown that helps."""
    host = bench.host()
    host.run("systemctl stop zerotier-one")
    for name in ("identity.secret", "authtoken.secret"):
        host.run(f"chown root: {ZT_HOME}/{name}")
        text = host.run("runuser -u zerotier-one -- zerotier-one -U", check=False, timeout=20)
        equal(text.status, 1, "exit status")
        contains(text, f"{ZT_HOME}/{name} belongs to user root (mode rw-------), this process runs as user zerotier-one; "
                 f"run \"chown zerotier-one '{ZT_HOME}/{name}'\" as root", "message")
        host.run(f"chown zerotier-one: {ZT_HOME}/{name}")
    host.run("systemctl start zerotier-one")
