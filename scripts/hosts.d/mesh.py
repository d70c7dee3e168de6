# SPDX-License-Identifier: Apache-2.0
"""A daemon of the package in the network of the hosts, outside of them: the root and the controller of the tests."""
import http.client
import json
import os
import shutil
import subprocess

from debian import cache
from failure import Failed, sh, until
from hosts import GATEWAY, ZT_HOME

PORT = 9993
IDENTITY = ("identity.secret", "identity.public")


class Mesh:
    """The root of every host, at 10.77.0.254, and the controller of their networks."""

    def __init__(self, run, programs):
        """Starts the daemon; programs is a directory with zerotier-one and zerotier-idtool."""
        self.home = run.directory / "root"
        self.home.mkdir()
        self.planet = self.home / "planet"
        self._programs = programs
        self._networks = 0
        self._identify(self.home, "root")
        secret = self.home / "identity.secret"
        self.idtool("genplanet", self.planet, f"{GATEWAY}/{PORT}={secret}")
        with open(run.directory / "root.log", "wb") as log:
            self._daemon = subprocess.Popen([programs / "zerotier-one", "-U", self.home], stdin=subprocess.DEVNULL, stdout=log,
                                            stderr=log)
        until("the root answers", lambda: (self.home / "authtoken.secret").exists() and self._status(), 30)
        self.address = self.api("/status")["address"]

    def idtool(self, *words):
        """Runs zerotier-idtool of the package on this machine."""
        return sh(self._programs / "zerotier-idtool", *words)

    def identify(self, host):
        """Gives a host that has not booted the identity of its number, from the cache: a new one costs seconds."""
        home = host.path(ZT_HOME)
        self._identify(home, host.name)
        owner = home.stat()
        for name in IDENTITY:
            os.chown(home / name, owner.st_uid, owner.st_gid)

    def api(self, path, body=None):
        """Requests a path of the API, with a POST if there is a body; returns the parsed JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=10)
        try:
            token = (self.home / "authtoken.secret").read_text(encoding="ascii").strip()
            connection.request("POST" if body is not None else "GET", path, json.dumps(body) if body is not None else None,
                               {"X-ZT1-Auth": token})
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status != 200:
            raise Failed(f"the controller answered {path} with {answer.status}: {text}")
        return json.loads(text)

    def network(self, **settings):
        """Makes a private network, 10.147.N.0/24 unless settings say otherwise, and returns its id."""
        self._networks += 1
        subnet = f"10.147.{self._networks}"
        settings = {"name": f"bench{self._networks}", "private": True, "v4AssignMode": {"zt": True},
                    "routes": [{"target": f"{subnet}.0/24"}],
                    "ipAssignmentPools": [{"ipRangeStart": f"{subnet}.1", "ipRangeEnd": f"{subnet}.254"}], **settings}
        return self.api(f"/controller/network/{self.address}______", settings)["id"]

    def authorize(self, network, address, **settings):
        """Authorizes a member, before or after it requests to join."""
        self.api(f"/controller/network/{network}/member/{address}", {"authorized": True, **settings})

    def join(self, host, network):
        """Joins a host and authorizes it; returns its IPv4 address once its device has it."""
        self.authorize(network, host.address())
        host.run(f"zerotier-cli join {network}")

        def assigned():
            joined = host.api(f"/network/{network}", check=False) or {}
            if joined.get("status") != "OK":
                return None
            device = host.run(f"ip -4 -o addr show dev {joined['portDeviceName']}", check=False, log=False)
            addresses = [address for address in joined["assignedAddresses"] if ":" not in address and address in device]
            return addresses[0].split("/")[0] if addresses else None
        return until(f"{host.name} has an address of {network}", assigned, 30)

    def _identify(self, home, name):
        cached = cache() / "identities" / name
        if not (cached / "identity.public").exists():
            cached.mkdir(parents=True, exist_ok=True)
            self.idtool("generate", *(cached / file for file in IDENTITY))
        for file in IDENTITY:
            shutil.copy(cached / file, home)

    def _status(self):
        try:
            return self.api("/status")
        except (OSError, http.client.HTTPException, ValueError, Failed):
            if self._daemon.poll() is not None:
                raise Failed("the root ended; see root.log in the directory of the run") from None
            return None
