# SPDX-License-Identifier: Apache-2.0
"""The namespaces, directory and cgroup of a run. Runs do not share any of them, and nothing of them remains.

Outside: Isolated starts this program again as process 1 of new namespaces; when that ends, the kernel ends all other
processes in them. Inside: Run prepares the network and the mounts that hosts need.
"""
import contextlib
import ctypes
import fcntl
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from debian import cache
from failure import Failed, sh
from hosts import BRIDGE, GATEWAY

INSIDE = "BACKHAUL_HOSTS_RUN"  # in the environment of the isolated program: the directory of the run
PR_SET_PDEATHSIG = 1
END_WITHIN_S = 30


class Isolated:
    """Outside: this program once more, as process 1 of new namespaces, with a directory and a cgroup of its own."""

    def __init__(self, arguments):
        runs = cache() / "runs"
        runs.mkdir(parents=True, exist_ok=True)
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="run-", dir=runs))
        self._lock = open(self.directory / "lock", "w", encoding="ascii")  # pylint: disable=consider-using-with
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        # SIGKILL of this process ends unshare, and so process 1 of the namespaces.
        command = ["unshare", "--mount", "--net", "--uts", "--ipc", "--pid", "--fork", "--kill-child=KILL", "--mount-proc",
                   sys.executable, sys.argv[0], *arguments]
        libc = ctypes.CDLL(None)
        self.process = subprocess.Popen(command, env=dict(os.environ, **{INSIDE: str(self.directory)}), start_new_session=True,
                                        preexec_fn=lambda: libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL))

    def ended(self):
        """Whether it has ended."""
        return self.process.poll() is not None

    def interrupt(self, again):
        """Ends it in order; if that was requested before, or takes too long, at once."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL if again else signal.SIGTERM)

    def overdue(self):
        """Whether it has not ended within the time limit after its tests."""
        try:
            return time.time() - (self.directory / "ending").stat().st_mtime > END_WITHIN_S
        except OSError:
            return False

    def remove(self):
        """Ends it if it runs, and removes its directory and cgroup."""
        self.process.kill()
        self.process.wait()
        _remove(self.directory)
        self._lock.close()


def remove_stale():
    """Removes what a run left that was killed: its lock is free."""
    for directory in (cache() / "runs").glob("run-*"):
        with contextlib.suppress(OSError), open(directory / "lock", "w", encoding="ascii") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            _remove(directory)


def inside(action):
    """Inside: runs the action in a process of its own and returns its exit status.

    Process 1 of the namespaces only collects the processes whose parents have ended; a host cannot end before.
    """
    child = os.fork()
    if not child:
        return action()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda *_: None)
    while True:
        ended, status = os.wait()
        if ended == child:
            os._exit(os.waitstatus_to_exitcode(status) & 255)


def _remove(directory):
    shutil.rmtree(directory, ignore_errors=True)
    group = _cgroups() / directory.name
    end = time.monotonic() + 5
    while group.exists() and time.monotonic() < end:
        for path, _, _ in os.walk(group, topdown=False):
            with contextlib.suppress(OSError):
                os.rmdir(path)
        time.sleep(0.05)


def _cgroups():
    root = pathlib.Path("/sys/fs/cgroup")
    return root / "unified" if (root / "unified").is_dir() else root


class Run:
    """Inside: what belongs to this run."""

    def __init__(self, directory):
        self.directory = pathlib.Path(directory)
        self.tun = self.directory / "dev/tun"
        self._group = pathlib.Path("/sys/fs/cgroup") / self.directory.name

    def prepare(self):
        """Makes the bridge of the hosts, the devices and the mounts that nspawn expects."""
        sh("mount", "--make-rprivate", "/")
        # On cgroup v1 and on hybrid machines, too, hosts have a cgroup2 as systemd expects it.
        sh("sh", "-c", "umount -l /sys/fs/cgroup 2>/dev/null; mount -t sysfs sysfs /sys")
        sh("mount", "-t", "cgroup2", "cgroup2", "/sys/fs/cgroup")
        self._group.mkdir()
        sh("mkdir", "-p", "/run/systemd/nspawn")
        sh("mount", "-t", "tmpfs", "nspawn", "/run/systemd/nspawn")
        self.tun.parent.mkdir()
        sh("mount", "-t", "tmpfs", "-o", "mode=755", "devices", self.tun.parent)
        # With the permissions that udev sets.
        sh("mknod", "-m", "666", self.tun, "c", "10", "200")
        try:
            os.close(os.open(self.tun, os.O_RDWR))
        except OSError as failure:
            raise Failed(f"/dev/net/tun: {failure.strerror}; expected a kernel with the module tun (modprobe tun)") from None
        for line in ("link set lo up", f"link add {BRIDGE} type bridge", f"link set {BRIDGE} up",
                     f"addr add {GATEWAY}/24 dev {BRIDGE}"):
            sh("ip", *line.split())
        self._place_hosts()

    def group(self, name):
        """The cgroup of a host, made if missing."""
        group = self._group / name
        group.mkdir(exist_ok=True)
        return group

    def ending(self):
        """Notes that the run ends, for the time limit outside."""
        (self.directory / "ending").touch()

    def _place_hosts(self):
        """An overlay cannot be the upper layer of another (containers): then hosts lie in memory."""
        hosts = self.directory / "hosts"
        for name in ("hosts/upper", "hosts/work", "hosts/root"):
            (self.directory / name).mkdir(parents=True)
        options = f"lowerdir=/usr,upperdir={hosts}/upper,workdir={hosts}/work"
        tried = subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, str(hosts / "root")],
                               capture_output=True, text=True, check=False)
        if tried.returncode:
            sh("mount", "-t", "tmpfs", "hosts", hosts)
        else:
            sh("umount", hosts / "root")
            shutil.rmtree(hosts / "work", ignore_errors=True)
