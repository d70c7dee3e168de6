# SPDX-License-Identifier: Apache-2.0
"""The container image, run by podman on a host, with the commands of docs/container.md."""
import base64
import json
import time

from bench import extra, layers
from failure import at_most, contains, equal, matches, until
from pages import VERSION, commands

PAGE = "docs/container.md"
COMPOSE = "scripts/dist/container/compose.yaml"
KUBERNETES = "scripts/dist/container/kubernetes.yaml"
IMAGE = "backhaul-*.oci.tar"
IMAGE_LIMIT_MB = 90
DEVICE = "--cap-drop ALL --cap-add NET_ADMIN --device /dev/net/tun"
# crun raises the limit of locked memory, for which the machine of the tests may lack CAP_SYS_RESOURCE; runc tries.
# The bench has no controller of processes: pids_limit.
# The file system of a container is an overlay, which cannot be above that of the host. At the boot, podman has recorded
# that the host's does not support overlays. Its networks are netavark's, not CNI's.
PREPARE = """
rm -rf /run/containers /run/libpod /etc/cni
mount -t tmpfs tmpfs /var/lib/containers
mkdir -p /etc/containers
printf '[engine]\\nruntime = "runc"\\n[containers]\\npids_limit = 0\\n' >/etc/containers/containers.conf
"""


@layers("container")
def test_container(bench):
    """Two containers and a host ping each other; health check, PID 1, SIGTERM and SIGKILL are right."""
    at_most(bench.artifact(IMAGE).stat().st_size / 1e6, IMAGE_LIMIT_MB, "size of the image in MB")
    host, name = _host_with_image(bench)
    host.push(bench.mesh.planet)
    network = bench.mesh.network(private=False)
    other_host = bench.host()
    other_address = bench.mesh.join(other_host, network)

    # As in the page, with the roots of this run.
    words = {f"localhost/backhaul:{VERSION}": name, "f4c9e4265b123456": network,
             "--read-only": "--read-only --volume /root/planet:/etc/zerotier-one/planet:ro"}
    host.run(commands(PAGE, "podman run --detach", replace=words))
    host.run(commands(PAGE, "podman run --detach", replace={
        **words, "--name backhaul": f"--name second --env ZEROTIER_JOIN_NETWORKS={network} --env ZEROTIER_API_SECRET=secret",
        f":{VERSION} f4c9e4265b123456": name.rpartition(":")[1], "backhaul:/var": "second:/var", f"{name} {network}": name}))
    for container in ("backhaul", "second"):
        host.wait_until(f"podman exec {container} backhaul-health --ready", 30)
    equal(host.run(commands(PAGE, "backhaul-health --ready")), "", "health check")
    contains(host.run(commands(PAGE, "zerotier-cli listnetworks")), f"{network} ", "listnetworks")
    equal(host.run("podman exec second cat /var/lib/zerotier-one/authtoken.secret"), "secret", "ZEROTIER_API_SECRET")

    first, second = (_address(host, container, network) for container in ("backhaul", "second"))
    _ping(host, "backhaul", second)
    _ping(host, "backhaul", other_address)
    other_host.wait_until(f"ping -c 1 -W 1 {first}", 30)
    other_host.wait_until(f"ping -c 1 -W 1 {second}", 30)

    # Process 1 reaps orphans.
    host.run("podman exec backhaul sh -c 'sleep 0.1 & exit'")
    time.sleep(0.3)
    equal(host.run("podman exec backhaul ps -o stat,args | grep -c '^Z' || true").strip(), "0", "zombies")
    # A killed container leaves a home directory with which the next one starts.
    node = host.run("podman exec backhaul zerotier-cli info").split()[2]
    host.run("podman kill --signal KILL backhaul && podman wait backhaul; podman start backhaul")
    host.wait_until("podman exec backhaul backhaul-health --ready", 30)
    equal(host.run("podman exec backhaul zerotier-cli info").split()[2], node, "address after SIGKILL")
    began = time.monotonic()
    host.run("podman stop backhaul", log=False)
    bench.figure("container, SIGTERM to its end", time.monotonic() - began, 1)
    equal(host.run("podman inspect --format '{{.State.ExitCode}}' backhaul").strip(), "0", "exit code")
    equal(host.run("podman exec backhaul true; podman start backhaul", check=True).strip().splitlines()[-1], "backhaul", "start")
    host.run("podman rm --force --all --time 1")
    other_host.run(f"zerotier-cli leave {network}")


@extra
@layers("container")
def test_messages(bench):
    """A container that lacks a device, a capability, a valid id, a volume or an identity names what is missing."""
    host, name = _host_with_image(bench)
    network = "0123456789abcdef"
    run = "podman run --rm --volume home:/var/lib/zerotier-one"
    for options, lacking in (("--cap-drop ALL --cap-add NET_ADMIN", "--device /dev/net/tun"),
                             ("--cap-drop ALL --device /dev/net/tun", "--cap-add NET_ADMIN")):
        text = host.run(f"{run} {options} {name} {network}", check=False)
        equal(text.status, 1, "exit code")
        contains(text, f"the network {network} needs a virtual network device: give the container", "message")
        contains(text, lacking, "message")
    text = host.run(f"{run} {DEVICE} {name} 1234", check=False)
    contains(text, "expected network ids of 16 hexadecimal digits, found '1234'", "message")
    text = host.run(f"podman run --rm --read-only --tmpfs /var/lib/zerotier-one:ro {DEVICE} {name} {network}", check=False)
    contains(text, "/var/lib/zerotier-one is not writable", "message")
    identities = [host.run(commands(PAGE, "zerotier-idtool generate", replace={f"localhost/backhaul:{VERSION}": name})).strip()
                  for _ in range(2)]
    matches(identities[0], r"^[0-9a-f]{10}:0:[0-9a-f]{128}:[0-9a-f]{128}$", "zerotier-idtool generate")
    public = identities[1].rpartition(":")[0]
    text = host.run(f"{run} --env ZEROTIER_IDENTITY_SECRET={identities[0]} --env ZEROTIER_IDENTITY_PUBLIC={public} {DEVICE} {name}",
                    check=False)
    contains(text, "ZEROTIER_IDENTITY_PUBLIC belongs to another secret identity", "message")
    # A controller or a root takes neither the capability nor the device.
    host.run(f"podman run --detach --name root --cap-drop ALL --env ZEROTIER_IDENTITY_SECRET={identities[1]} {name}")
    host.wait_until("podman exec root backhaul-health", 30)
    equal(host.run("podman exec root cat /var/lib/zerotier-one/identity.public").strip(), public, "identity.public")
    text = host.run("podman exec root backhaul-health --ready", check=False)
    equal((text.status, text.strip()), (1, "offline: no root answers"), "health check without roots")
    host.run("podman rm --force --time 1 root")


@extra
@layers("container")
def test_compose_and_kubernetes(bench):
    """The examples for compose and Kubernetes: the container beside Backhaul's is reached in the network."""
    host, name = _host_with_image(bench)
    network = bench.mesh.network(private=False)
    other = bench.host()
    bench.mesh.join(other, network)
    host.push(bench.mesh.planet)
    host.push(bench.mesh.planet, "/srv")
    identity = bench.mesh.idtool("generate").strip()
    words = {f"localhost/backhaul:{VERSION}": name, "f4c9e4265b123456": network, ": IDENTITY": f": {identity}"}

    # No image of a web server here: that of Backhaul has busybox's.
    web = "sh -c 'mkdir -p /srv/web; echo found >/srv/web/index.html; exec busybox httpd -f -p 80 -h /srv/web'"
    # podman-compose 1.0 adds a second network to network_mode, and so runs only the first of the two.
    host.write("/root/compose.yaml", _replace(bench, COMPOSE, words))
    host.run("cd /root && podman-compose up --detach backhaul", timeout=120)
    container = host.run("podman ps --format '{{.Names}}' | grep backhaul").strip()
    host.run(f"podman run --detach --network container:{container} {name} {web}")
    _reach(host, other, container, network)
    host.run("cd /root && podman-compose down --timeout 1 --volumes", check=False)
    host.run("podman rm --force --all --time 0", check=False)
    host.run("podman rm --force --all --time 1")

    example = _replace(bench, KUBERNETES, words).replace(
        "image: docker.io/library/nginx:stable", f"image: {name}\n      args: [sh, -c, {json.dumps(web[7:-1])}]")
    # podman 4.3 does not read the secrets that it makes of YAML: the secret is made as it reads it.
    secret = json.dumps({"identity": base64.b64encode(identity.encode()).decode()})
    host.run(f"echo '{secret}' | podman secret create backhaul -", log=False)
    host.write("/root/kubernetes.yaml", example.partition("---\n")[2])
    host.run("podman kube play /root/kubernetes.yaml", timeout=120)
    _reach(host, other, "web-backhaul", network)
    equal(host.run("podman exec web-backhaul zerotier-cli info").split()[2], identity[:10], "address of the pod")
    other.run(f"zerotier-cli leave {network}")


def _host_with_image(bench):
    """A fresh host that has the image, and the image's name."""
    host = bench.fresh(layers=("container",))
    host.run(PREPARE)
    host.push(bench.artifact(IMAGE))
    host.run("cd /root && " + commands(PAGE, "podman load"))
    return host, host.run("podman images --format '{{.Repository}}:{{.Tag}}'").strip()


def _replace(bench, file, words):
    text = (bench.tree / file).read_text(encoding="utf-8")
    for old, new in words.items():
        text = text.replace(old, new)
    return text


def _reach(host, other, container, network):
    """Reads the page of the web server beside a container, by its address in the network."""
    host.wait_until(f"podman exec {container} backhaul-health --ready", 30)
    address = _address(host, container, network)
    found = other.wait_until(f"curl -sS -m 2 http://{address}/", 30)
    equal(found.strip(), "found", "page of the web server")


def _address(host, container, network):
    """The IPv4 address of a container in the network, once its device has it."""
    def assigned():
        text = host.run(f"podman exec {container} zerotier-cli listnetworks | grep {network}", check=False, log=False)
        address = text.split()[-1].split("/")[0] if text.count(".") >= 3 else None
        return address if address and address in host.run(f"podman exec {container} ip -4 addr", log=False) else None
    return until(f"{container} has an address of {network}", assigned, 30)


def _ping(host, container, address):
    """Pings from the network namespace of a container, which itself lacks CAP_NET_RAW."""
    process = host.run(f"podman inspect --format '{{{{.State.Pid}}}}' {container}").strip()
    host.wait_until(f"nsenter --net --target {process} ping -c 1 -W 1 {address}", 30)
