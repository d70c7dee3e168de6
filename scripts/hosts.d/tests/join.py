# SPDX-License-Identifier: Apache-2.0
"""The line by which a bare host installs the package from the controller, uses its roots, joins and is authorized."""
import http.client
import json
import shutil
import ssl

from bench import layers
from failure import Failed, contains, equal, lacks, matches, sh, until
from hosts import GATEWAY

PORT = 9994
PASSWORD = "correct horse battery"


class Page:
    """The page of the controller of the run, with TLS of its own, and its administrator."""

    def __init__(self, bench):
        self.mesh, self.packages = bench.mesh, bench.mesh.home / "packages.d"
        self.packages.mkdir(exist_ok=True)
        for file in self.packages.iterdir():
            file.unlink()
        cli = bench.unpacked() / "lib/backhaul/bin/zerotier-cli"
        enabled = sh(cli, f"-D{self.mesh.home}", "web", "enable", "--listen", f"{GATEWAY}:{PORT}", "--self-signed")
        self.headers = {"Content-Type": "application/json"}
        if "/setup#" not in enabled:
            enabled = sh(cli, f"-D{self.mesh.home}", "web", "reset", "admin")
        secret = matches(enabled, r"/setup[^#]*#(\S+)").group(1)
        self.post("/setup", {"token": secret, "name": "admin", "password": PASSWORD})
        session, headers = self.post("/session", {"name": "admin", "password": PASSWORD})
        self.headers.update({"Cookie": headers["Set-Cookie"].split(";")[0], "X-CSRF-Token": session["csrfToken"]})

    def post(self, path, body):
        """Posts an object to a path of the API; returns that of the answer, and its headers."""
        context = ssl.create_default_context(cafile=self.mesh.home / "web.crt")
        connection = http.client.HTTPSConnection(GATEWAY, PORT, timeout=10, context=context)
        try:
            connection.request("POST", f"/api/v1{path}", json.dumps(body), self.headers)
            answer = connection.getresponse()
            text = answer.read()
        finally:
            connection.close()
        if answer.status >= 300:
            raise Failed(f"{path} was answered with {answer.status}: {text}")
        return json.loads(text or b"{}"), answer.headers

    def token(self, network, **settings):
        """Makes a join token; returns its secret and the line for a bare host."""
        made, _ = self.post(f"/networks/{network}/join-tokens", settings)
        return made["token"], made["install"]["line"]

    def disable(self, bench):
        """Ends the page."""
        sh(bench.unpacked() / "lib/backhaul/bin/zerotier-cli", f"-D{self.mesh.home}", "web", "disable")


def test_archive(bench):
    """A bare host installs the archive, joins and is authorized by one line of an ordinary user with sudo; again, it changes nothing."""
    page, host = Page(bench), bench.fresh()
    shutil.copy(bench.package, page.packages)
    network = bench.mesh.network(name="Büro 'A'; touch /dev/shm/ran $(touch /dev/shm/ran)")
    token, line = page.token(network, member={"name": "till"})
    contains(line, f"curl -fsSk --pinnedpubkey 'sha256//", "the line")

    joined = host.run(line, user="alice", timeout=120)

    contains(joined, "installed Backhaul", "the output")
    contains(joined, "this host uses the roots of the controller", "the output")
    contains(joined, "joined Büro 'A'; touch /dev/shm/ran $(touch /dev/shm/ran) ", "the output")
    equal(host.exists("/dev/shm/ran"), False, "a file that the name of the network would make")
    equal(host.api(f"/network/{network}")["status"], "OK", "the state of the network")
    member = bench.mesh.api(f"/backhaul/v1/networks/{network}/members/{host.address()}")
    equal((member["authorized"], member["name"]), (True, "till"), "the member")
    contains(joined, member["addresses"][0], "the output")
    equal(host.run("find /tmp -name 'tmp.*'"), "", "temporary files")

    process = host.main_pid()
    contains(host.run(line, user="alice"), "is a member of Büro", "the output of the second run")
    equal(host.main_pid(), process, "the process of the service")
    # Not the fields of all entries: the login of this test has the line as its command.
    secret = token[4:]
    found = host.run(f"journalctl --no-pager -o cat | grep -e {secret}; journalctl -u zerotier-one -o export | grep -ae {secret}; "
                     f"grep -r --exclude-dir=journal -l -e {secret} /var/log /var/lib/zerotier-one /etc", check=False, log=False)
    equal(found, "", "the log and the files of the host with the token")
    lacks((bench.directory / "root.log").read_text(encoding="utf-8", errors="replace"), token, "the log of the controller")
    host.reboot()
    host.online()
    until("the network is there after a reboot", lambda: host.api(f"/network/{network}")["status"] == "OK")

    other = bench.fresh()
    rejected = other.run(line, user="alice", check=False)
    contains(rejected, "join: this token has admitted all the devices that it may", "the line on another host")
    page.disable(bench)


def test_reasons(bench):
    """Without a package, with another key, by plain HTTP and with a changed package nothing is installed, and it says why."""
    page, host = Page(bench), bench.fresh()
    network = bench.mesh.network()
    token, line = page.token(network)
    rejected = host.run(line, user="alice", check=False)
    equal(rejected.status, 1, "the status without a package")
    contains(rejected, "the controller has no package of version", "the output without a package")
    contains(rejected, "-linux-x86_64.tar.gz", "the output without a package")

    package = page.packages / bench.package.name
    shutil.copy(bench.package, package)
    other_key = line.replace("sha256//", "sha256//AAAA")
    contains(host.run(other_key, user="alice", check=False), "curl: (90)", "the line with another key")
    contains(host.run(line.replace("https://", "http://"), user="alice", check=False), "curl: (", "the line by plain HTTP")
    contains(host.run(line.replace(token, token[:-1] + ("A" if token[-1] != "A" else "B")), user="alice", check=False),
             "404", "the line with another token")
    contains(host.run(line.replace("| sudo sh", "| sh"), user="alice", check=False), "expected root", "the line without sudo")
    # The script of a controller whose package was replaced since, with the same beginning of its hash.
    script = host.run(line.replace("| sudo sh", ">/root/join.sh"))
    equal(script, "", "the output of curl")
    text = host.read("/root/join.sh")
    right = matches(text, r"tar x86_64 \w{16} (\w{64})").group(1)
    host.write("/root/join.sh", text.replace(right, right[:16] + "0" * 48))
    contains(host.run("sh /root/join.sh", check=False), "the package is not the one of the controller", "another hash")
    for path in ("/usr/local/lib/backhaul", "/usr/sbin/zerotier-cli", "/var/lib/zerotier-one"):
        equal(host.exists(path), False, path)

    # Another client is left alone.
    host.write("/usr/sbin/zerotier-cli", "#!/bin/sh\necho ZeroTier One\n", 0o755)
    contains(host.run(line, user="alice", check=False), "which cannot join by a token", "the line beside another client")
    page.disable(bench)


def test_debian_package(bench):
    """Where the controller has the .deb, hosts with dpkg get that; a host that has networks keeps its roots."""
    page = Page(bench)
    for file in (bench.package, bench.artifact("*_amd64.deb")):
        shutil.copy(file, page.packages)
    network = bench.mesh.network()
    _, line = page.token(network, maxUses=3)
    host = bench.fresh()
    contains(host.run(line, user="alice", timeout=120), "deb for linux-x86_64", "the output")
    contains(host.run("dpkg -s backhaul"), "Status: install ok installed", "dpkg")
    equal(host.api(f"/network/{network}")["status"], "OK", "the state of the network")

    host.run(f"zerotier-cli leave {network} && zerotier-cli planet use default && zerotier-cli join 8056c2e21c000001")
    rejected = host.run(line, user="alice", check=False)
    contains(rejected, "this host has other roots than the controller", "the output on a host with other roots")
    host.run("zerotier-cli leave 8056c2e21c000001")
    contains(host.run(line, user="alice", timeout=90), "joined bench", "the output after leaving")
    page.disable(bench)


@layers("rpm")
def test_rpm_package(bench):
    """A host with rpm and without dpkg gets the .rpm. rpm is Debian's, whose records have no packages of a Fedora."""
    page, host = Page(bench), bench.fresh(layers=("rpm",))
    for file in (bench.package, bench.artifact("*_amd64.deb"), bench.artifact("backhaul-*.rpm")):
        shutil.copy(file, page.packages)
    network = bench.mesh.network()
    _, line = page.token(network)
    host.run("mv /usr/bin/dpkg /root")
    host.write("/usr/local/sbin/rpm", '#!/bin/sh\nexec /usr/bin/rpm --dbpath /var/lib/rpm --nodeps "$@"\n', 0o755)
    contains(host.run(line, user="alice", timeout=120), "rpm for linux-x86_64", "the output")
    equal(host.run("/usr/bin/rpm --dbpath /var/lib/rpm --query --qf '%{NAME}' backhaul"), "backhaul", "what rpm has installed")
    equal(host.exists("/usr/lib/backhaul"), True, "/usr/lib/backhaul")
    equal(host.api(f"/network/{network}")["status"], "OK", "the state of the network")
    page.disable(bench)
