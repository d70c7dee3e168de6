# SPDX-License-Identifier: Apache-2.0
"""Booted Debian hosts: a systemd as PID 1 over an overlay of cached file systems, on the bridge of the run.

Runs inside the namespaces that isolation.py makes, so that everything ends with them. Host number N has the address
10.77.0.N on host0, from systemd-networkd; it has systemd-resolved, polkit, sudo and an ordinary user, alice. Device
rules of units are enforced.
"""
import json
import os
import pathlib
import re
import shlex
import shutil
import signal
import subprocess
import tempfile
import threading
import time

from failure import Failed, sh, until

BRIDGE = "br0"
GATEWAY = "10.77.0.254"
ENVIRONMENT = ["env", "-i", "HOME=/root", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
               "LANG=C.UTF-8", "TERM=dumb"]
ZT_HOME = "/var/lib/zerotier-one"
REBOOT = 133  # the status of nspawn when the host reboots
KEPT_COMMANDS = 6  # of a host, for the report of a failure


class Output(str):
    """The output of a command, stdout and stderr, with its exit status."""

    status = 0


class Host:
    """One booted host."""

    def __init__(self, run, number, lower, options=()):
        self.number = number
        self.name = f"h{number}"
        self.ip = f"10.77.0.{number}"
        self.directory = run.directory / "hosts" / self.name
        self.root = self.directory / "root"
        self.options = list(options)
        self.commands = []
        self._run = run
        self._lower = lower
        self._nspawn = None
        self._ended = threading.Event()
        self._stopping = False

    # Life of the host.

    def boot(self):
        """Mounts the file system and starts PID 1; wait() returns when the host has booted."""
        self.mount()
        self._stopping = False
        self._ended.clear()
        threading.Thread(target=self._keep, daemon=True).start()

    def mount(self):
        """Mounts the file system, so that path() works before the boot."""
        if os.path.ismount(self.root):
            return
        for name in ("upper", "work", "root"):
            (self.directory / name).mkdir(parents=True, exist_ok=True)
        sh("mount", "-t", "overlay", "overlay", "-o",
           f"lowerdir={':'.join(map(str, self._lower))},upperdir={self.directory}/upper,workdir={self.directory}/work", self.root)
        (self.root / "etc/hostname").write_text(f"{self.name}\n", encoding="ascii")
        (self.root / "etc/systemd/network/10-uplink.network").write_text(
            f"[Match]\nName=host0\n[Network]\nAddress={self.ip}/24\nGateway={GATEWAY}\n", encoding="ascii")

    def wait(self, seconds=60):
        """Waits until systemd reports the end of the boot; returns 'running' or 'degraded'."""
        end = time.monotonic() + seconds
        state = "not started"
        while time.monotonic() < end:
            if self._ended.is_set():
                raise Failed(f"{self.name} ended during its boot: {self.console()[-2000:]}")
            if self.leader():
                state = self.run("systemctl is-system-running", check=False, log=False).strip()
                if state in ("running", "degraded"):
                    return state
            time.sleep(0.1)
        raise Failed(f"{self.name}: expected to have booted within {seconds} s, its state is '{state}'")

    def reboot(self, seconds=60):
        """Reboots with `systemctl reboot` and waits until the host has booted again."""
        before = self.leader()
        self.run("systemctl reboot", check=False)
        until(f"{self.name} reboots", lambda: self.leader() not in (before, None), seconds)
        self.wait(seconds)

    def stop(self):
        """Ends the host at once, as a power failure does; its file system stays."""
        self._stopping = True
        leader = self.leader()
        if leader:
            _kill(leader, signal.SIGKILL)
        elif self._nspawn:
            _kill(self._nspawn.pid, signal.SIGKILL)
        if self._nspawn and not self._ended.wait(20):
            raise Failed(f"{self.name} did not end within 20 s")

    def power_off(self, seconds=60):
        """Shuts the host down in order; boot() starts it again."""
        self._stopping = True
        self.run("systemctl poweroff", check=False)
        if not self._ended.wait(seconds):
            raise Failed(f"{self.name} did not power off within {seconds} s")

    def remove(self):
        """Ends the host and deletes its file system."""
        self.stop()
        if os.path.ismount(self.root):
            sh("umount", self.root)
        shutil.rmtree(self.directory, ignore_errors=True)

    def console(self):
        """What the host printed on its console."""
        try:
            return (self.directory / "console").read_text(encoding="utf-8", errors="replace")
        except OSError:
            return ""

    def leader(self):
        """The host's PID 1 as the bench numbers it, or None."""
        nspawn = self._nspawn
        if not nspawn:
            return None
        try:
            children = pathlib.Path(f"/proc/{nspawn.pid}/task/{nspawn.pid}/children").read_text(encoding="ascii").split()
            return next((int(child) for child in children if _comm(child) == "systemd"), None)
        except OSError:
            return None

    # Commands.

    def run(self, command, user="root", check=True, timeout=60, log=True):
        """Runs a shell line as a user (other than root: as a login) and returns its Output.

        Fails if the status is not 0, unless check is false.
        """
        words = ["timeout", "-k", "5", str(timeout), "sh", "-c", command]
        if user != "root":
            words = ["timeout", "-k", "5", str(timeout), "runuser", "-l", user, "-c", command]
        with tempfile.TemporaryFile() as file:
            done = subprocess.run(self._enter() + words, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT,
                                  check=False, timeout=timeout + 30)
            file.seek(0)
            output = Output(file.read().decode("utf-8", "replace"))
        output.status = done.returncode
        if log:
            self._log(user, command, output)
        if check and output.status:
            took = f" (it took more than {timeout} s)" if output.status in (124, 137) else ""
            raise Failed(f"{self.name}: `{command}` as {user} ended with {output.status}{took}, and printed:\n{output}")
        return output

    def start(self, command):
        """Starts a shell line as root in the background and returns the Popen object; its output is a pipe.

        end() ends it.
        """
        return subprocess.Popen(self._enter() + ["sh", "-c", command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, text=True, start_new_session=True)

    def path(self, name):
        """The path by which the bench reaches an absolute path of the running host."""
        leader = self.leader()
        return pathlib.Path(f"/proc/{leader}/root" if leader else self.root) / str(name).lstrip("/")

    def push(self, file, directory="/root", owner=None):
        """Copies a file or directory of this machine into a directory of the host; root owns it, or the given user."""
        target = self.path(directory)
        target.mkdir(parents=True, exist_ok=True)
        sh("cp", "-R", "--preserve=mode,timestamps", file, target)
        if owner:
            self.run(f"chown -R {owner}: {shlex.quote(directory + '/' + os.path.basename(file))}", log=False)

    def write(self, name, text, mode=0o644):
        """Writes a file of the host, and the directories above it."""
        target = self.path(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        target.chmod(mode)

    def read(self, name):
        """The text of a file of the host."""
        return self.path(name).read_text(encoding="utf-8", errors="replace")

    def exists(self, name):
        """Whether the host has a file, directory or link of this name."""
        return os.path.lexists(self.path(name))

    def wait_until(self, command, seconds=20, user="root"):
        """Waits until a shell line ends with 0, and returns its Output."""
        end = time.monotonic() + seconds
        while True:
            output = self.run(command, user=user, check=False, log=False)
            if not output.status:
                self._log(user, command, output)
                return output
            if time.monotonic() > end:
                self._log(user, command, output)
                raise Failed(f"{self.name}: `{command}` did not succeed within {seconds} s; the last time it ended with "
                             f"{output.status} and printed:\n{output}")
            time.sleep(0.05)

    # The service.

    def systemd(self, *properties, unit="zerotier-one"):
        """The values of properties of a unit: one as text, several as a dictionary."""
        shown = self.run(f"systemctl show {unit} " + " ".join(f"-p {name}" for name in properties), log=False)
        values = dict(line.split("=", 1) for line in shown.splitlines() if "=" in line)
        return values[properties[0]] if len(properties) == 1 else values

    def main_pid(self):
        """The process of the service, as the host numbers it; 0 if there is none."""
        return int(self.systemd("MainPID"))

    def journal(self, options="", unit="zerotier-one"):
        """The journal of a unit in this boot; options are further ones of journalctl."""
        return self.run(f"journalctl -b --no-pager -q -u {unit} {options}", check=False, log=False)

    def logs(self, pattern, options="", seconds=10):
        """Waits until the journal, which is written later than events happen, matches (^ and $ at lines); returns the match."""
        end = time.monotonic() + seconds
        while True:
            text = self.journal(options)
            found = re.search(pattern, text, re.M)
            if found:
                return found
            if time.monotonic() > end:
                raise Failed(f"the journal: expected to match {pattern!r} within {seconds} s, found:\n{text}")
            time.sleep(0.05)

    def info(self):
        """The words of `zerotier-cli info`: 200, info, address, version, ONLINE or OFFLINE; empty without a daemon."""
        return self.run("zerotier-cli info", check=False, log=False).split()

    def api(self, path, body=None, check=True):
        """Requests a path of the daemon's API on the host, with a POST if there is a body; returns the parsed JSON."""
        data = f"-d {shlex.quote(json.dumps(body))}" if body is not None else ""
        text = self.run(f'curl -sS -m 10 {data} -H "X-ZT1-Auth: $(cat {ZT_HOME}/authtoken.secret)" '
                        f"http://127.0.0.1:9993{path}", check=check, log=False)
        try:
            return json.loads(text)
        except ValueError:
            if check:
                raise Failed(f"{self.name}: {path} answered no JSON: {text}") from None
            return None

    def address(self):
        """The node's address: ten hexadecimal digits."""
        return self.read(f"{ZT_HOME}/identity.public")[:10]

    def online(self, seconds=20):
        """Waits until the daemon is ONLINE."""
        until(f"{self.name} is ONLINE", lambda: (self.api("/status", check=False) or {}).get("online"), seconds)

    def report(self):
        """What a failed test prints of this host: its last commands and the end of the journal of the service."""
        lines = [f"{self.name}: the last commands"]
        for user, command, status, output in self.commands[-KEPT_COMMANDS:]:
            lines += [f"  {user}# {command}" + (f"   [status {status}]" if status else "")]
            lines += [f"    {line}" for line in output.splitlines()[-12:]]
        if self.leader():
            lines.append(f"{self.name}: the end of the journal of zerotier-one")
            lines += [f"  {line}" for line in self.journal("-n 40 -o short-precise").splitlines()]
        return "\n".join(lines)

    # How it is made.

    def _enter(self):
        leader = self.leader()
        if not leader:
            raise Failed(f"{self.name} is not running; the end of its console:\n{self.console()[-1500:]}")
        return ["nsenter", "-t", str(leader), "-m", "-u", "-i", "-n", "-p", "-C", "-r", "-w"] + ENVIRONMENT

    def _log(self, user, command, output):
        self.commands = self.commands[-KEPT_COMMANDS:] + [(user, command, output.status, str(output))]

    def _keep(self):
        command = ["systemd-nspawn", "--quiet", "--boot", f"--directory={self.root}", f"--machine={self.name}",
                   "--register=no", "--keep-unit", "--private-users=no", "--link-journal=no", "--console=pipe",
                   f"--network-bridge={BRIDGE}", f"--bind={self._run.tun}:/dev/net/tun",
                   "--capability=CAP_NET_ADMIN,CAP_BPF", "--system-call-filter=bpf", *self.options]
        group = self._run.group(self.name)
        with open(self.directory / "console", "ab") as console:
            while True:
                self._nspawn = subprocess.Popen(["sh", "-c", f'echo 0 >{group}/cgroup.procs; exec "$@"', "host", *command],
                                                stdin=subprocess.DEVNULL, stdout=console, stderr=console)
                if self._nspawn.wait() != REBOOT or self._stopping:
                    break
        self._ended.set()


def _comm(process):
    return pathlib.Path(f"/proc/{process}/comm").read_text(encoding="utf-8").strip()


def _kill(process, how):
    try:
        os.kill(process, how)
    except ProcessLookupError:
        pass


def end(started):
    """Ends what Host.start() has started."""
    if started.poll() is None:
        os.killpg(started.pid, signal.SIGTERM)
    started.wait(10)


class Pings:
    """Pings an address from a host every 20 ms while a block runs; afterwards `gap_s` is the longest time without a reply.

    The block begins after the first reply. At its end replies must come again within `seconds`.
    """

    def __init__(self, host, address, seconds=30):
        self._host = host
        self._address = address
        self._seconds = seconds
        self._lines = []
        self.gap_s = None

    def __enter__(self):
        self._ping = self._host.start(f"exec ping -D -n -i 0.02 {self._address}")
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        until(f"{self._address} answers {self._host.name}", self.times, self._seconds)
        return self

    def __exit__(self, kind, value, trace):
        try:
            if kind is None:
                ended = time.time()
                until(f"{self._address} answers {self._host.name} again", lambda: self.times()[-1] > ended, self._seconds)
                time.sleep(0.5)
        finally:
            end(self._ping)
            self._reader.join(10)
        times = self.times()
        self.gap_s = max((b - a for a, b in zip(times, times[1:])), default=0)

    def times(self):
        """The times of the replies so far, in seconds since 1970."""
        return [float(found[1]) for line in list(self._lines) if (found := re.match(r"\[([\d.]+)\] \d+ bytes from", line))]

    def _read(self):
        for line in self._ping.stdout:
            self._lines.append(line)
