// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;
import net.backhaul.tap.TapOptions;
import net.backhaul.tap.TapRoute;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Devices of macOS on a host that answers as macOS does. */
class FethTest {
  private static final long ID = 0x8056c2e21c000001L;
  private static final TapOptions OPTIONS = new TapOptions(ID, "", 0x0291a5de125eL, 2_800);

  @TempDir private Path home;
  private final MacHost host = new MacHost();
  private FethTapFactory taps = new FethTapFactory(host.host(), Path.of("unset"));

  @BeforeEach
  void useHome() {
    taps = new FethTapFactory(host.host(), home);
  }

  @Test
  void derivesFreeNumbers() {
    // (id ^ id >> 32 ^ id >> 48) mod 4900 + 100, in unsigned 64-bit arithmetic.
    assertEquals(3533, FethNumbering.choose(ID, number -> false));
    assertEquals(3534, FethNumbering.choose(ID, number -> number == 3533));
    assertEquals(100, FethNumbering.choose(ID, number -> number >= 3533));
    assertEquals(-1, FethNumbering.choose(ID, number -> true));
  }

  @Test
  void createsAPair() throws Exception {
    TapDevice tap = taps.open(OPTIONS);

    assertEquals("feth3533", tap.name());
    assertEquals(2_800, tap.mtuBytes());
    assertEquals(
        List.of(
            "/usr/sbin/sysctl net.link.fake.max_mtu=10000",
            "/sbin/ifconfig -l",
            "/sbin/ifconfig -l",
            "/sbin/ifconfig feth8533 create",
            "/sbin/ifconfig feth3533 create",
            "/sbin/ifconfig feth3533 lladdr 02:91:a5:de:12:5e",
            "/sbin/ifconfig feth8533 peer feth3533",
            "/sbin/ifconfig feth8533 mtu 2800 up",
            "/sbin/ifconfig feth3533 mtu 2800 metric 5000 up",
            "/usr/sbin/ndp -i feth3533 nud",
            "open feth8533"),
        host.taken());

    assertEquals("feth3534", taps.open(OPTIONS).name());
    assertEquals("/sbin/ifconfig -l", host.taken().getFirst());
  }

  @Test
  void removesWhatAKilledDaemonLeftAndNothingElse() throws Exception {
    host.addDevice("feth7", "feth8");
    host.addDevice("feth4242", "feth9242");
    host.addDevice("feth9242", "feth4242");
    taps.open(OPTIONS);

    var restarted = new FethTapFactory(host.host(), home);
    restarted.open(OPTIONS);

    assertEquals(
        List.of("en0", "feth3533", "feth4242", "feth7", "feth8533", "feth9242", "lo0", "utun0"),
        host.devices());
    assertEquals(
        1, host.taken().stream().filter("/sbin/ifconfig feth3533 destroy"::equals).count());
  }

  @Test
  void keepsADeviceOfAnotherProgramThatHasARecordedNumber() throws Exception {
    Files.writeString(home.resolve(CreatedPairs.FILE_NAME), "3533\nnonsense\n7\n99999\n");
    host.addDevice("feth3533", "feth3599");

    assertEquals("feth3534", taps.open(OPTIONS).name());
    assertTrue(host.devices().contains("feth3533"));
  }

  @Test
  void destroysBothDevicesOnce() throws Exception {
    TapDevice tap = taps.open(OPTIONS);
    assertEquals("3533\n", Files.readString(home.resolve(CreatedPairs.FILE_NAME)));
    host.taken();

    tap.close();
    tap.close();

    assertEquals(0, host.openChannels);
    assertEquals(
        List.of("/sbin/ifconfig feth3533 destroy", "/sbin/ifconfig feth8533 destroy"),
        host.taken());
    assertFalse(Files.exists(home.resolve(CreatedPairs.FILE_NAME)));
  }

  @Test
  void destroysIncompletePairs() {
    host.failsAt = "feth3533 lladdr";

    var rejected = assertThrows(TapException.class, () -> taps.open(OPTIONS));

    assertEquals(
        "/sbin/ifconfig feth3533 lladdr 02:91:a5:de:12:5e failed: permission denied",
        rejected.getMessage());
    assertEquals(List.of("en0", "lo0", "utun0"), host.devices());
    assertFalse(Files.exists(home.resolve(CreatedPairs.FILE_NAME)));
  }

  @Test
  void destroysThePairAndNeverRetriesWithoutJna() {
    taps =
        new FethTapFactory(
            host.host(
                peer -> {
                  throw new UnsatisfiedLinkError("no jnidispatch");
                }),
            home);

    var first = assertThrows(TapException.class, () -> taps.open(OPTIONS));
    assertTrue(first.getMessage().contains("no jnidispatch"), first.getMessage());
    assertEquals(List.of("en0", "lo0", "utun0"), host.devices());

    host.taken();
    assertThrows(TapException.class, () -> taps.open(OPTIONS));
    assertEquals(List.of(), host.taken());
  }

  @Test
  void waitsForABusyNumberAndThenTakesTheNext() throws Exception {
    host.busyFor = 2;
    assertEquals("feth3533", taps.open(OPTIONS).name());
    assertEquals(2, host.pauses);

    host.busy.add("feth3534");
    assertEquals("feth3535", taps.open(OPTIONS).name());
    assertFalse(host.devices().contains("feth8534"));
  }

  @Test
  void ignoresFailureOfNeighborDiscovery() throws Exception {
    host.failsAt = "/usr/sbin/ndp";

    assertEquals("feth3533", taps.open(OPTIONS).name());
  }

  @Test
  void reportsAnMtuThatTheKernelRejects() throws Exception {
    TapDevice tap = taps.open(OPTIONS);
    tap.setMtu(1_400);
    assertEquals(1_400, tap.mtuBytes());

    var rejected = assertThrows(TapException.class, () -> tap.setMtu(10_001));
    assertTrue(
        rejected.getMessage().contains("at 1400 bytes instead of 10001"), rejected::getMessage);
    assertEquals(1_400, tap.mtuBytes());

    host.failsAt = "sysctl";
    host.maxMtuBytes = 2_048;
    var other = new FethTapFactory(host.host(), home);
    assertThrows(TapException.class, () -> other.open(OPTIONS));
    assertEquals(1, host.openChannels);
  }

  @Test
  void setsThePrefixOfTheFirstAddressOfASubnetOnly() throws Exception {
    TapDevice tap = taps.open(OPTIONS);
    host.taken();

    assertTrue(tap.addAddress(address("10.1.0.5", 24)));
    assertTrue(tap.addAddress(address("10.1.0.6", 24)));
    assertTrue(tap.addAddress(address("10.2.0.6", 24)));
    assertTrue(tap.addAddress(address("fd00::5", 64)));
    assertTrue(tap.addAddress(address("fd00::6", 64)));

    assertEquals(
        List.of(
            "/sbin/ifconfig feth3533 inet 10.1.0.5/24 alias",
            "/sbin/ifconfig feth3533 inet 10.1.0.6/32 alias",
            "/sbin/ifconfig feth3533 inet 10.2.0.6/24 alias",
            "/sbin/ifconfig feth3533 inet6 fd00:0:0:0:0:0:0:5/64 alias",
            "/sbin/ifconfig feth3533 inet6 fd00:0:0:0:0:0:0:6/128 alias"),
        host.taken());
    assertEquals(
        List.of(
            address("10.1.0.5", 24),
            address("10.1.0.6", 24),
            address("10.2.0.6", 24),
            address("fd00::5", 64),
            address("fd00::6", 64)),
        tap.addresses());
    assertFalse(tap.addAddress(address("10.1.0.6", 24)));
    assertEquals(List.of(), host.taken(), "polled without a program");
  }

  @Test
  void restoresTheRouteToASubnetThatLostItsFirstAddress() throws Exception {
    TapDevice tap = taps.open(OPTIONS);
    tap.addAddress(address("10.1.0.5", 24));
    tap.addAddress(address("10.1.0.6", 24));

    tap.removeAddress(address("10.1.0.5", 24));
    assertEquals("feth3533", host.routes.get("10.1.0.0/24").device());

    tap.removeAddress(address("10.1.0.6", 24));
    assertFalse(host.routes.containsKey("10.1.0.0/24"));
    assertEquals(List.of(), tap.addresses());
  }

  @Test
  void addsAndRemovesRoutes() throws Exception {
    TapDevice tap = taps.open(OPTIONS);
    tap.addAddress(address("10.1.0.5", 24));
    host.taken();
    TapRoute through = route("10.9.0.0", 16, "10.1.0.1");
    var onLink = new TapRoute(address("fd09::", 48), null, InetAddress.getByName("fd00::5"));

    assertTrue(tap.addRoute(through));
    assertTrue(tap.addRoute(onLink));
    assertFalse(tap.addRoute(through));
    assertEquals(
        List.of(
            "/sbin/route -n add -inet 10.9.0.0/16 10.1.0.1",
            "/sbin/route -n add -inet6 fd09:0:0:0:0:0:0:0/48 -interface feth3533",
            "/sbin/route -n add -inet 10.9.0.0/16 10.1.0.1",
            "/sbin/route -n get -inet 10.9.0.0/16"),
        host.taken());

    tap.removeRoute(through);
    tap.removeRoute(through);
    tap.removeRoute(onLink);
    assertEquals(List.of("10.1.0.0/24"), List.copyOf(host.routes.keySet()));
  }

  @Test
  void reportsRoutesThatTheKernelRejects() throws Exception {
    TapDevice tap = taps.open(OPTIONS);
    var rejected =
        assertThrows(TapException.class, () -> tap.addRoute(route("10.9.0.0", 16, "10.1.0.1")));

    assertEquals(
        "macOS rejects the route to 10.9.0.0/16 via 10.1.0.1: Network is unreachable",
        rejected.getMessage());
    host.routeNeedsRoot = true;
    assertThrows(TapException.class, () -> tap.addRoute(route("10.9.0.0", 16, "10.1.0.1")));
  }

  @Test
  void replacesARouteThatLeadsElsewhereAndLeavesForeignOnes() throws Exception {
    TapDevice tap = taps.open(OPTIONS);
    tap.addAddress(address("10.1.0.5", 24));
    host.routes.put("10.9.0.0/16", new MacHost.Target("192.0.2.7", "en0"));

    tap.removeRoute(route("10.9.0.0", 16, "10.1.0.1"));
    assertEquals("en0", host.routes.get("10.9.0.0/16").device());

    assertTrue(tap.addRoute(route("10.9.0.0", 16, "10.1.0.1")));
    assertEquals("feth3533", host.routes.get("10.9.0.0/16").device());
  }

  private static TapRoute route(String ip, int bits, String via) throws Exception {
    return new TapRoute(address(ip, bits), InetAddress.getByName(via), null);
  }

  private static TapAddress address(String ip, int bits) throws Exception {
    return new TapAddress(InetAddress.getByName(ip), bits);
  }
}
