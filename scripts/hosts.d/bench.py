# SPDX-License-Identifier: Apache-2.0
"""What a test gets: hosts in a known state, the package, the mesh, and figures."""
import pathlib
import shutil

import debian
from failure import Failed, sh, until
from hosts import ZT_HOME, Host, Pings
from mesh import Mesh

TREE = pathlib.Path(__file__).resolve().parents[2]
INSTALLED = 200  # the number of the host on which the layer of installed hosts is made


def layers(*names):
    """Marks a test that needs sets of Debian packages beyond the base (SETS in debian.py)."""
    def mark(test):
        test.layers = names
        return test
    return mark


def extra(test):
    """Marks a test that runs only if it is named or with --all: it takes long, for what few changes concern."""
    test.extra = True
    return test


def alone(test):
    """Marks a test that measures: no other test runs at the same time."""
    test.alone = True
    return test


class Bench:
    """Hosts and what belongs to them. Shared hosts last until the end of the run, fresh ones until the end of the test."""

    def __init__(self, run, suite, package):
        self.tree = TREE
        self.package = pathlib.Path(package)
        self.directory = run.directory
        self.figures = []
        self.notes = []
        self._run = run
        self._suite = suite
        self._numbers = 0
        self._shared = {}
        self._fresh = []
        self._used = []
        self._pairs = {}
        self._mesh = None
        self._installed = None
        self._unpacked = None

    # Hosts.

    def host(self, name="a"):
        """The shared host of this name: the package is installed, the daemon is ONLINE, no network is joined.

        Leave it as you found it; after a failure it is replaced.
        """
        host = self._hosts(name)[0]
        self.leave_pair()
        return host

    def pair(self):
        """Two shared hosts in one network: host a, host b, and the address of b in the network. They answer pings."""
        one, other = self._hosts("a", "b")
        key = (one.number, other.number)
        if key not in self._pairs:
            network = self.mesh.network()
            self.mesh.join(one, network)
            self._pairs = {key: (network, self.mesh.join(other, network))}
        network, address = self._pairs[key]
        for host in (one, other):
            if network not in [joined["id"] for joined in host.api("/network")]:
                self.mesh.join(host, network)
        one.wait_until(f"ping -c 1 -W 1 {address}", 30)
        return one, other, address

    def leave_pair(self):
        """Takes both hosts of pair() out of their network again."""
        for host in (self._shared.get("a"), self._shared.get("b")):
            for network, _ in self._pairs.values():
                if host and host.leader():
                    host.run(f"zerotier-cli leave {network}", check=False)
        self._pairs = {}

    def fresh(self, installed=False, options=(), layers=()):
        """Boots a host for this test alone, with the package if installed (then it is ONLINE).

        options are further ones of systemd-nspawn; layers are sets of Debian packages, which the test must also
        declare with @layers.
        """
        host = self._make(installed, options, layers)
        self._fresh.append(host)
        self._use(host)
        host.boot()
        host.wait()
        if installed:
            host.online()
        return host

    def pings(self, host, address, seconds=30):
        """A context manager that pings an address from a host and measures the longest gap (Pings)."""
        return Pings(host, address, seconds)

    # The package and the mesh.

    @property
    def mesh(self):
        """The root and controller of this run, started at the first use."""
        if not self._mesh:
            self._mesh = Mesh(self._run, self.unpacked() / "lib/backhaul/bin")
        return self._mesh

    def unpacked(self):
        """The directory of the package, unpacked on this machine by root."""
        if not self._unpacked:
            directory = self.directory / "package"
            directory.mkdir()
            sh("tar", "-xzf", self.package, "-C", directory)
            self._unpacked = next(directory.iterdir())
        return self._unpacked

    def artifact(self, pattern):
        """The file beside the package whose name matches, for instance "*_amd64.deb"."""
        found = sorted(self.package.parent.glob(pattern))
        if len(found) != 1:
            raise Failed(f"{self.package.parent}: expected one file {pattern}, found {[file.name for file in found]}")
        return found[0]

    def use_root(self, host):
        """Puts the planet of this run into the home directory of a host."""
        host.run(f"mkdir -p {ZT_HOME}", log=False)
        host.push(self.mesh.planet, ZT_HOME)

    def install(self, host):
        """Unpacks the package in /root/package and runs install.sh, with the root of this run as the planet."""
        self.use_root(host)
        host.push(self.package, "/root/package")
        host.run(f"cd /root/package && tar -xzf {self.package.name} --strip-components 1 && rm {self.package.name}")
        return host.run("/root/package/install.sh")

    def figure(self, name, value, target, unit="s", limit=None):
        """Prints a measured figure beside its target, and fails above the limit, by default four times the target.

        The limit allows for other load on the machine; the figures of an idle one are to meet the target.
        """
        self.figures.append((name, value, unit, target))
        self.notes.append(f"{name}: {value:.2f} {unit} (target: at most {target} {unit})")
        limit = limit or 4 * target
        if value > limit:
            raise Failed(f"{name}: expected at most {limit} {unit} even with other load, found {value:.2f} {unit}")

    # For the runner.

    def begin(self):
        """A test begins."""
        self._used = []
        self.notes = []

    def report(self):
        """What a failed test prints of the hosts that it used."""
        return "\n".join(host.report() for host in self._used)

    def end(self, failed):
        """A test ended: its fresh hosts go, after a failure also the shared ones that it used."""
        for host in self._fresh:
            host.remove()
        self._fresh = []
        if failed:
            for name, host in list(self._shared.items()):
                if host in self._used:
                    host.remove()
                    del self._shared[name]

    def close(self):
        """Ends all hosts."""
        for host in [*self._fresh, *self._shared.values()]:
            host.stop()

    def hosts(self):
        """The hosts that run."""
        return [*self._fresh, *self._shared.values()]

    def _use(self, host):
        if host not in self._used:
            self._used.append(host)

    def _hosts(self, *names):
        """The shared hosts of these names, booted at the same time."""
        booting = []
        for name in names:
            if name not in self._shared or not self._shared[name].leader():
                self._shared[name] = self._make(installed=True)
                self._shared[name].boot()
                booting.append(self._shared[name])
            self._use(self._shared[name])
        for host in booting:
            host.wait()
        for name in names:
            self._shared[name].online()
        return [self._shared[name] for name in names]

    def _make(self, installed=False, options=(), layers=()):
        lower = debian.file_systems(self._suite, layers)
        if installed:
            lower = [self._installed_layer()] + lower
        self._numbers += 1
        host = Host(self._run, self._numbers, lower, options)
        host.mount()
        if installed:
            self.mesh.identify(host)
        return host

    def _installed_layer(self):
        """What installing the package changes in the base, without an identity."""
        if not self._installed:
            host = Host(self._run, INSTALLED, debian.file_systems(self._suite, ()))
            host.boot()
            host.wait()
            try:
                self.install(host)
                host.run("systemctl stop zerotier-one; rm -r /root/package; "
                         f"find {ZT_HOME} -mindepth 1 ! -name planet -delete")
                host.power_off()
            except Failed as failure:
                raise Failed(f"{failure}\n{host.report()}") from None
            sh("umount", host.root)
            self._installed = self.directory / "installed"
            (host.directory / "upper").rename(self._installed)
            shutil.rmtree(host.directory)
            for name in ("etc/machine-id", "var/log/journal", "var/lib/systemd/random-seed"):
                path = self._installed / name
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink(missing_ok=True)
        return self._installed


__all__ = ["Bench", "Failed", "Pings", "alone", "extra", "layers", "until"]
