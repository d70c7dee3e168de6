# SPDX-License-Identifier: Apache-2.0
"""The Ansible role, the Puppet module and the example for cloud-init, run on hosts with the commands of docs/automation.md."""
import json
import re

from bench import extra, layers
from failure import Failed, contains, equal, lacks, matches, until
from hosts import GATEWAY, ZT_HOME
from pages import VERSION, commands
from published import PORT, make_key, publish, serve

PAGE = "docs/automation.md"
DIST = "scripts/dist"
CONTROLLER = f"http://{GATEWAY}:9993"
OTHER_ID = "0123456789abcdef"  # a network of no controller
# Requests to the controller leave from the host itself, since the controller of the tests is on no host.
ANSIBLE_WORDS = {"hosts: all": "hosts: member", "http://127.0.0.1:9993": CONTROLLER}
PUPPET_WORDS = {"http://192.0.2.1:9993": CONTROLLER}
INVENTORY = """
member ansible_connection=local
controller ansible_connection=local
[all:vars]
ansible_python_interpreter=/usr/bin/python3
"""
PUBLIC_ROOTS = 149604618  # the id of their planet
LOCAL_CONF = f"{ZT_HOME}/local.conf"
# The network of the host is that of the bench. Of the modules of Debian's configuration, these have an entry in the
# example; others fail where there is no disk and no SSH server.
CLOUD = """
network: {config: disabled}
datasource_list: [NoCloud]
cloud_init_modules: [write-files, set_hostname]
cloud_config_modules: [runcmd]
cloud_final_modules: [scripts-user]
"""


@layers("automation")
def test_ansible(bench):
    """Ansible: check mode predicts and changes nothing, a run joins and authorizes, a second run changes nothing."""
    host, network = _host_with_files(bench)
    host.push(bench.tree / DIST / "ansible")
    host.write("/root/ansible/hosts.ini", INVENTORY)
    playbook = _example(bench, f"{DIST}/ansible/site.yml", {**_words(bench, network), **ANSIBLE_WORDS})
    host.write("/root/ansible/site.yml", playbook)

    contains(_ansible(host, "--check"), "changed=7 ", "check mode on a fresh host")
    equal(host.exists("/usr/sbin/zerotier-one") or host.exists(ZT_HOME), False, "installation after check mode")
    lacks(_ansible(host), "changed=0 ", "first run")
    _is_member(bench, host, network, "member")
    contains(_ansible(host), "changed=0 ", "second run")

    # Another network by hand, another setting, another permission: predicted, then done.
    host.run(f"zerotier-cli join {OTHER_ID}")
    host.write("/root/ansible/site.yml", playbook.replace("[docker]", "[br-]").replace("allow_default: false", "allow_global: true"))
    check = _ansible(host, "--check")
    contains(check, f"-{OTHER_ID} \n", "check mode")
    contains(check, f"-{network} allowGlobal=false\n+{network} allowGlobal=true\n", "check mode")
    matches(check, r'^-.*"docker"\n\+.*"br-"$', "check mode")
    _has(host, network, allow_global=False, docker="docker", others=[OTHER_ID])
    contains(_ansible(host), "changed=3 ", "run with changes")
    _has(host, network, allow_global=True, docker="br-", others=[])

    # A permission may be a list of prefixes, which true removes.
    def permit(managed):
        host.write("/root/ansible/site.yml", playbook.replace("[docker]", "[br-]").replace("allow_default: false", f"allow_managed: {managed}"))
    permit('[fd00::/8, 10.147.99.7/16]')
    contains(_ansible(host, "--check"), f"-{network} allowManaged=true\n+{network} allowManaged=10.147.0.0/16,fd00::/8\n", "check mode")
    for managed, expected in (('[fd00::/8, 10.147.99.7/16]', ["10.147.0.0/16", "fd00::/8"]), ("true", True)):
        permit(managed)
        contains(_ansible(host), "changed=1 ", f"run with {managed}")
        equal(_managed(host, network), expected, "allowManaged")
        contains(_ansible(host), "changed=0 ", f"second run with {managed}")
    permit("[10.0.0.0/40]")
    contains(_ansible(host, check=False), "allow_managed: expected a prefix such as 10.0.0.0/8 or fd00::/8, found '10.0.0.0/40'", "message")


@layers("automation")
def test_puppet(bench):
    """Puppet: noop changes nothing, a run joins and authorizes, a second run changes nothing."""
    host, network = _host_with_files(bench)
    host.push(bench.tree / DIST / "puppet")
    manifest = _example(bench, f"{DIST}/puppet/site.pp", {**_words(bench, network), **PUPPET_WORDS})
    host.write("/root/puppet/site.pp", manifest)

    noop = _puppet(host, "--noop")
    contains(noop, "Exec[backhaul: install.sh]/returns: current_value 'notrun', should be ['0'] (noop)", "noop on a fresh host")
    equal(host.exists("/usr/sbin/zerotier-one") or host.exists(ZT_HOME), False, "installation after noop")
    equal(_puppet(host).status, 2, "exit code of the first run (2: changes)")
    _is_member(bench, host, network, host.name)
    equal(_puppet(host).status, 0, "exit code of the second run (0: no changes)")

    host.run(f"zerotier-cli join {OTHER_ID}")
    host.write("/root/puppet/site.pp", manifest.replace("'docker'", "'br-'").replace("'allow_default' => false", "'allow_global' => true"))
    contains(_puppet(host, "--noop"), "Backhaul_networks[", "noop")
    _has(host, network, allow_global=False, docker="docker", others=[OTHER_ID])
    contains(_puppet(host), f"left {OTHER_ID}, set allow_global=true of {network}", "run with changes")
    _has(host, network, allow_global=True, docker="br-", others=[])

    # A permission may be a list of prefixes, which true removes.
    def permit(managed):
        host.write("/root/puppet/site.pp", manifest.replace("'docker'", "'br-'").replace("'allow_default' => false", f"'allow_managed' => {managed}"))
    for managed, said, expected in (("['fd00::/8', '10.147.99.7/16']", "10.147.0.0/16,fd00::/8", ["10.147.0.0/16", "fd00::/8"]),
                                    ("true", "true", True)):
        permit(managed)
        contains(_puppet(host), f"set allow_managed={said} of {network}", f"run with {managed}")
        equal(_managed(host, network), expected, "allowManaged")
        equal(_puppet(host).status, 0, "exit code of a second run (0: no changes)")
    permit("['10.0.0.0/40']")
    contains(_puppet(host, check=False), 'allow_managed: expected a prefix such as 10.0.0.0/8 or fd00::/8, found "10.0.0.0/40"', "message")


@layers("automation")
def test_planted_links(bench):
    """Ansible and Puppet follow no link and open no pipe that the user of the service has put into the home."""
    host = bench.fresh(installed=True, layers=("automation",))
    host.push(bench.tree / DIST / "ansible")
    host.push(bench.tree / DIST / "puppet")
    host.push(bench.mesh.planet, "/srv")
    host.write("/root/ansible/hosts.ini", INVENTORY)
    token = (bench.mesh.home / "authtoken.secret").read_text(encoding="ascii")
    network = bench.mesh.network()
    role = "cd /root/ansible && ANSIBLE_LIBRARY=roles/backhaul/library ANSIBLE_MODULE_UTILS=roles/backhaul/module_utils"

    def ansible(module, words):
        return host.run(f"{role} timeout 40 ansible member -i hosts.ini -m {module} -a '{words}'", check=False)

    def puppet(manifest):
        host.write("/root/puppet/planted.pp", manifest)
        return host.run("cd /root/puppet && timeout 40 puppet apply --color=false --modulepath . planted.pp", check=False)

    planet = {"ansible": lambda: ansible("backhaul_planet", f"source=/srv/planet home={ZT_HOME}"),
              "puppet": lambda: puppet(f"backhaul_planet {{ '{ZT_HOME}': source => '/srv/planet' }}")}
    for name, run in planet.items():
        for planted in ("ln -s /root/secret", "mkfifo"):
            host.run(f"echo secret >/root/secret; chmod 600 /root/secret; cd {ZT_HOME} && rm -f planet && {planted} planet")
            said = run()
            equal(host.run(f"cat /root/secret; stat -c '%U %a' /root/secret; stat -c '%F %U' {ZT_HOME}/planet").splitlines(),
                  ["secret", "root 600", "regular file zerotier-one"], f"{name} where there was '{planted}', which printed:\n{said}")
    settings = {"ansible": lambda: ansible("copy", f"content={{}} dest={LOCAL_CONF} mode=0644"),
                "puppet": lambda: puppet(f"file {{ '{LOCAL_CONF}': content => '{{}}', mode => '0644' }}")}
    for name, run in settings.items():
        host.run(f"rm -f {LOCAL_CONF} && ln -s /root/secret {LOCAL_CONF}")
        said = run()
        equal(host.run(f"cat /root/secret; stat -c '%U %a' /root/secret; cat {LOCAL_CONF}").splitlines(),
              ["secret", "root 600", "{}"], f"local.conf of {name}, which printed:\n{said}")
    # The address of the node is not read from the file that a link leads to.
    address = host.address()
    host.run(f"cd {ZT_HOME} && mv identity.public /root && ln -s /root/identity.public .")
    member = f"backhaul_member {{ '{network}': authorized => true, url => '{CONTROLLER}', token => '{token}' }}"
    said = puppet(member.replace(CONTROLLER, "http://127.0.0.1:9993").replace(token, host.read(f"{ZT_HOME}/authtoken.secret"))
                  .replace(network, f"{address}000001"))
    contains(said, "identity.public holds no identity", "puppet with a link")
    lines = (bench.tree / DIST / "ansible/roles/backhaul/tasks/networks.yml").read_text(encoding="ascii")
    command = matches(lines, r"cmd: (dd .*)", "networks.yml")[1].replace("{{ backhaul_home }}", ZT_HOME)
    equal(host.run(command, check=False).status, 1, "the role's command with a link")
    host.run(f"cd {ZT_HOME} && rm identity.public && mkfifo identity.public")
    equal(host.run(f"timeout 5 {command}", check=False), "", "the role's command with a pipe")
    said = ansible("backhaul_member", f"url={CONTROLLER} token={token} network={network} address=../../../net")
    contains(said, "expected a node address of 10 hexadecimal digits", "ansible with another text")


@extra
@layers("automation")
def test_cloud_init(bench):
    """cloud-init: the example is valid, and a new host becomes a member at its first boot."""
    network = bench.mesh.network()
    seed = bench.directory / "seed"
    seed.mkdir()
    secret = seed / "identity.secret"
    # The commands of the page, run by an administrator.
    bench.mesh.idtool("generate", secret, seed / "identity.public")
    for text in ("zerotier-idtool generate identity.secret", "base64 --wrap=0 planet", "sha256sum backhaul-*.tar.gz"):
        commands(PAGE, text)
    identity = secret.read_text(encoding="ascii").strip()
    bench.mesh.authorize(network, identity[:10])
    host = bench.fresh(layers=("automation",))
    host.push(bench.mesh.planet)
    planet = host.run("base64 --wrap=0 /root/planet")
    server = serve(bench.package.parent)
    try:
        host.push(bench.package)
        checksum = host.run("cd /root && sha256sum backhaul-*.tar.gz").split()[0]
        user_data = _example(bench, f"{DIST}/cloud-init/user-data", {
            "IDENTITY": identity, "PLANET": planet, "CHECKSUM": checksum, "f4c9e4265b123456": network,
            f"https://packages.example.org/backhaul-{VERSION}-linux-x86_64.tar.gz": f"http://{GATEWAY}:{server.server_port}/{bench.package.name}"})
        host.write("/root/user-data", user_data)
        contains(host.run("cd /root && " + commands(PAGE, "cloud-init schema")), "Valid cloud-config", "cloud-init schema")
        for name, text in (("user-data", user_data), ("meta-data", "instance-id: new\nlocal-hostname: new\n")):
            host.write(f"/var/lib/cloud/seed/nocloud/{name}", text)
        host.write("/etc/cloud/cloud.cfg.d/99-bench.cfg", CLOUD)
        host.run("cloud-init clean --logs; rm -r /root/backhaul-*")
        host.reboot(120)
        equal(host.run("cloud-init status --wait", timeout=120).strip().splitlines()[-1], "status: done", "cloud-init status")
    finally:
        server.shutdown()
    equal(host.info()[2], identity[:10], "address of the node")
    host.wait_until(f"zerotier-cli listnetworks | grep '{network}.* OK '", 30)
    contains(host.read(LOCAL_CONF), "interfacePrefixBlacklist", "local.conf")
    equal(host.api(f"/network/{network}")["allowDNS"], True, "allowDNS")


@extra
@layers("automation")
def test_sources(bench):
    """Ansible and Puppet install from a .deb and from a repository, also with public roots; a second run changes nothing."""
    published = bench.directory / "automation"
    make_key(bench)
    deb = bench.artifact("*_amd64.deb")
    publish(bench, published, deb)
    host, network = _host_with_files(bench)
    for file in (deb, published / "backhaul.asc"):
        host.push(file, "/srv")
    host.run("rm -f /etc/apt/sources.list /etc/apt/sources.list.d/*")
    host.push(bench.tree / DIST / "ansible")
    host.push(bench.tree / DIST / "puppet")
    host.write("/root/ansible/hosts.ini", INVENTORY)
    archive = f"/srv/{bench.package.name}"
    address = f"http://{GATEWAY}:{PORT}/deb"
    playbook = _example(bench, f"{DIST}/ansible/site.yml", {**_words(bench, network), **ANSIBLE_WORDS})
    manifest = _example(bench, f"{DIST}/puppet/site.pp", {**_words(bench, network), **PUPPET_WORDS})
    server = serve(published, PORT)
    try:
        for ansible, puppet in (
                (f"backhaul_source: package\n    backhaul_package: /srv/{deb.name}", f"source => package, package => '/srv/{deb.name}'"),
                (f"backhaul_source: repository\n    backhaul_repository: {{url: {address}, key: /srv/backhaul.asc}}",
                 f"source => repository, repository => '{address} stable main', repository_key => '/srv/backhaul.asc'")):
            host.write("/root/ansible/site.yml", playbook.replace(f"backhaul_archive: {archive}", ansible))
            host.write("/root/puppet/site.pp", re.sub("archive +=> '.*'", puppet, manifest))
            contains(_ansible(host, "--check"), "failed=0", "check mode before the installation")
            lacks(_ansible(host), "changed=0 ", "first run")
            _is_member(bench, host, network, "member")
            contains(_ansible(host), "changed=0 ", "second run")
            _use_public_roots_by_ansible(host)
            _reject_number(host)
            host.run("apt-get -y remove backhaul && rm -f /etc/apt/sources.list.d/* /etc/apt/keyrings/*")
            equal(_puppet(host).status, 2, "exit code of the first run (2: changes)")
            _is_member(bench, host, network, host.name)
            equal(_puppet(host).status, 0, "exit code of the second run (0: no changes)")
            _use_public_roots(host, network)
            host.run("apt-get -y remove backhaul && rm -f /etc/apt/sources.list.d/* /etc/apt/keyrings/*")
    finally:
        server.shutdown()


def _use_public_roots_by_ansible(host):
    """Ansible selects the public roots; a second run changes nothing."""
    playbook = host.read("/root/ansible/site.yml")
    host.write("/root/ansible/site.yml", playbook.replace("backhaul_planet: /srv/planet", "backhaul_planet: public"))
    lacks(_ansible(host), "changed=0 ", "run with public roots")
    equal(host.api("/status")["planetWorldId"], PUBLIC_ROOTS, "planet")
    contains(_ansible(host), "changed=0 ", "second run with public roots")


def _reject_number(host):
    """Ansible reports an id that YAML reads as a number."""
    host.write("/root/ansible/site.yml", re.sub(r'id: ".*"', "id: 17", host.read("/root/ansible/site.yml")))
    contains(_ansible(host, check=False), "expected a network id of 16 hexadecimal digits in quotes, found '17'", "message")


def _use_public_roots(host, network):
    """Puppet selects the public roots and leaves the only network; a second run changes nothing."""
    manifest = host.read("/root/puppet/site.pp")
    host.write("/root/puppet/site.pp", manifest.replace("'/srv/planet'", "'public'")
               .replace(f"'{network}' => {{ 'allow_default' => false }},", ""))
    equal(_puppet(host).status, 2, "exit code with public roots")
    equal(host.api("/status")["planetWorldId"], PUBLIC_ROOTS, "planet")
    equal(host.api("/network"), [], "networks")
    equal(_puppet(host).status, 0, "exit code of another run with public roots")


def _host_with_files(bench):
    """A fresh host with what the examples read from /srv, and the id of a private network."""
    network = bench.mesh.network()
    host = bench.fresh(layers=("automation",))
    for file in (bench.package, bench.mesh.planet, bench.mesh.home / "authtoken.secret"):
        host.push(file, "/srv")
    settings = {"settings": {"allowManagementFrom": ["10.77.0.0/24"]}}
    (bench.mesh.home / "local.conf").write_text(json.dumps(settings), encoding="ascii")
    host.wait_until(f'curl -sSf -H "X-ZT1-Auth: $(cat /srv/authtoken.secret)" {CONTROLLER}/status', 30)
    return host, network


def _words(bench, network):
    return {f"/srv/backhaul-{VERSION}-linux-x86_64.tar.gz": f"/srv/{bench.package.name}", "f4c9e4265b123456": network}


def _example(bench, file, words):
    text = (bench.tree / file).read_text(encoding="utf-8")
    for old, new in words.items():
        if old not in text:
            raise Failed(f"{file}: expected to contain {old!r}")
        text = text.replace(old, new)
    return text


def _ansible(host, options="", check=True):
    """Runs the command of the page, the one with --check if that is the option."""
    lines = commands(PAGE, "ansible-playbook").splitlines()
    line = next(line for line in lines if ("--check" in line) == (options == "--check"))
    output = host.run(f"cd /root/ansible && ANSIBLE_PIPELINING=1 {line}", check=False, timeout=240)
    if check and output.status:
        raise Failed(f"{line} ended with {output.status}, and printed:\n{output}")
    return output


def _puppet(host, options="", check=True):
    """Runs the command of the page, the one with --noop if that is the option."""
    lines = commands(PAGE, "puppet apply").splitlines()
    line = next(line for line in lines if ("--noop" in line) == (options == "--noop"))
    output = host.run(f"cd /root/puppet && {line.replace('apply', 'apply --color=false --detailed-exitcodes')}", check=False, timeout=240)
    if check and (output.status not in (0, 2) or "Warning" in output or "Error" in output):
        raise Failed(f"{line} ended with {output.status}, and printed:\n{output}")
    return output


def _is_member(bench, host, network, name):
    """The controller has authorized the host under a name, its permissions are those of the example, and it is a member."""
    host.online()
    until("the host is a member", lambda: (host.api(f"/network/{network}", check=False) or {}).get("status") == "OK", 30)
    member = bench.mesh.api(f"/controller/network/{network}/member/{host.address()}")
    equal((member["authorized"], member["name"]), (True, name), "record of the member")
    _has(host, network, allow_global=False, docker="docker", others=[])


def _managed(host, network):
    """The permission allowManaged of a network: a list, if it is restricted to prefixes, or a boolean."""
    found = host.api(f"/network/{network}")
    return found.get("allowManagedWithin", found["allowManaged"])


def _has(host, network, allow_global, docker, others):
    until("the API answers", lambda: host.api("/network", check=False) is not None, 30)
    found = {each["id"]: each for each in host.api("/network")}
    equal(sorted(found), sorted([network, *others]), "networks")
    equal((found[network]["allowGlobal"], found[network]["allowDefault"]), (allow_global, False), "permissions")
    contains(host.read(LOCAL_CONF), f'"{docker}"', "local.conf")
