# SPDX-License-Identifier: Apache-2.0
"""Times until the service answers and gaps in the traffic of two members, beside their targets."""
import time

from bench import alone
from failure import until


@alone
def test_first_start(bench):
    """A fresh host answers "200 info … ONLINE" soon after install.sh begins."""
    host = bench.fresh()
    bench.use_root(host)
    host.push(bench.package, "/root")
    began = time.monotonic()
    host.run(f"cd /root && tar -xzf {bench.package.name} && backhaul-*/install.sh")
    until("zerotier-cli info says ONLINE", lambda: host.info()[4:] == ["ONLINE"])
    bench.figure("fresh host to ONLINE, tar and install.sh", time.monotonic() - began, 6)


@alone
def test_start(bench):
    """`systemctl start` returns when the daemon has its device, address and routes."""
    one, other, address = bench.pair()
    other.run("systemctl stop zerotier-one")
    began = time.monotonic()
    other.run("systemctl start zerotier-one", log=False)
    bench.figure("systemctl start", time.monotonic() - began, 0.6)
    one.wait_until(f"ping -c 1 -W 1 {address}")


@alone
def test_kill(bench):
    """kill -9 of the daemon interrupts the traffic of its network for a moment."""
    one, other, address = bench.pair()
    with bench.pings(one, address) as pings:
        other.run(f"kill -9 {other.main_pid()}")
        time.sleep(1)
    bench.figure("gap after kill -9", pings.gap_s, 1.5)


@alone
def test_upgrade(bench):
    """An upgrade by install.sh interrupts the traffic of its network for a moment."""
    one, other, address = bench.pair()
    with bench.pings(one, address) as pings:
        bench.install(other)
    bench.figure("gap of an upgrade, install.sh", pings.gap_s, 1)


@alone
def test_reboot(bench):
    """After a reboot the network answers soon after the host's own network does."""
    one, other, address = bench.pair()
    with bench.pings(one, address) as inner, bench.pings(one, other.ip) as outer:
        other.reboot()
    returned = [_return(pings.times()) for pings in (inner, outer)]
    bench.figure("reboot: VPN answers after the host does", returned[0] - returned[1], 1)


def _return(times):
    """The time of the first reply after the longest gap."""
    return max(zip(times, times[1:]), key=lambda pair: pair[1] - pair[0])[1]
