// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.network.Route;
import net.backhaul.service.CapturedLog;
import net.backhaul.service.state.LocalNetworkSettings;
import net.backhaul.tap.MemoryTap;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapOptions;
import net.backhaul.tap.TapRoute;
import net.backhaul.tap.linux.LinuxTapFactory;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class ManagedDeviceTest {
  private static final LocalNetworkSettings ALL = LocalNetworkSettings.of(true, true, true, true);
  private static final LocalNetworkSettings NONE = LocalNetworkSettings.of(false, true, true, true);

  @RegisterExtension final CapturedLog log = new CapturedLog(ManagedDevice.class);

  @Test
  void matchesRecordedStateOfLinux() throws Exception {
    NetworkNamespace.run(
        () -> {
          var options = new TapOptions(RecordedStages.NETWORK_ID, "", RecordedStages.MAC, 2_800);
          try (TapDevice tap = new LinuxTapFactory().open(options)) {
            assertEquals(RecordedStages.DEVICE, tap.name());
            var managed = new ManagedDevice(tap);
            for (RecordedStages.Stage stage : RecordedStages.read()) {
              managed.apply(
                  Configurations.of(stage.assigned(), stage.routes(), stage.mtuBytes()),
                  stage.settings(),
                  HostState.ONLINE);

              var expected = new TreeSet<>(stage.ipRoutes());
              if (stage.settings().managed().granted()) {
                // Intended by the reference, whose request the kernel rejects.
                expected.add(
                    "192.0.2.0/24 dev ztdymewfka proto static scope link src 10.230.0.105"
                        + " metric 5000");
              }
              assertEquals(
                  List.copyOf(expected),
                  RecordedStages.routesIn(ip("-4", "route") + ip("-6", "route")),
                  stage.note());
              assertEquals(
                  stage.ipAddresses(), RecordedStages.addressesIn(ip("addr")), stage.note());
              assertTrue(ip("link").contains("mtu " + stage.mtuBytes()), stage.note());
            }
          }
        });
  }

  @Test
  void removesOnlyWhatWasAdded() throws Exception {
    var tap = new MemoryTap("zt0", 1, 2_800);
    TapAddress users = address("10.0.0.9", 24);
    TapRoute usersRoute =
        new TapRoute(address("10.9.0.0", 16), InetAddress.getByName("10.0.0.1"), null);
    tap.addAddress(users);
    tap.addRoute(usersRoute);
    var managed = new ManagedDevice(tap);
    List<IpPrefix> assigned = List.of(IpPrefix.parse("10.0.0.9/24"), IpPrefix.parse("10.0.0.5/24"));
    Route equal = route("10.9.0.0/16", "10.0.0.1");
    Route other = route("10.8.0.0/16", "10.0.0.1");

    managed.apply(Configurations.of(assigned, List.of(equal, other), 2_800), ALL, HostState.ONLINE);
    assertEquals(List.of(users, address("10.0.0.5", 24)), tap.addresses());
    assertEquals(2, tap.routes().size());
    assertEquals(2, managed.appliedAddresses().size());
    assertEquals(List.of(equal, other), managed.appliedRoutes());

    managed.apply(
        Configurations.of(assigned, List.of(equal, other), 2_800), NONE, HostState.ONLINE);
    assertEquals(List.of(users), tap.addresses());
    assertEquals(List.of(usersRoute), tap.routes());
    assertEquals(List.of(), managed.appliedAddresses());
    assertEquals(List.of(), managed.appliedRoutes());
  }

  @Test
  void replacesAddressWithOtherPrefixLength() throws Exception {
    var tap = new MemoryTap("zt0", 1, 2_800);
    var managed = new ManagedDevice(tap);
    managed.apply(
        Configurations.of(List.of(IpPrefix.parse("10.0.0.5/24")), List.of(), 2_800),
        ALL,
        HostState.ONLINE);

    managed.apply(
        Configurations.of(List.of(IpPrefix.parse("10.0.0.5/16")), List.of(), 1_500),
        ALL,
        HostState.ONLINE);

    assertEquals(List.of(address("10.0.0.5", 16)), tap.addresses());
    assertEquals(1_500, tap.mtuBytes());
  }

  @Test
  void limitsMtuToWhatPacketsCarryAndReportsItOnce() {
    var tap = new MemoryTap("zt0", 1, 2_800);
    var managed = new ManagedDevice(tap);

    managed.apply(Configurations.of(List.of(), List.of(), 10_000), ALL, HostState.ONLINE);
    managed.apply(Configurations.of(List.of(), List.of(), 10_000), ALL, HostState.ONLINE);

    assertEquals(9_861, tap.mtuBytes());
    assertEquals(
        List.of(
            "WARN zt0: the network's MTU is 10000, and packets carry at most 9861: the device has"
                + " an MTU of 9861"),
        log.lines());
    managed.apply(Configurations.of(List.of(), List.of(), 9_861), ALL, HostState.ONLINE);
    assertEquals(9_861, tap.mtuBytes());
    assertEquals(1, log.lines().size());
  }

  @Test
  void reportsIpv6SwitchedOffOnceAndAppliesItWhenItIsOn() throws Exception {
    var tap = new MemoryTap("zt0", 1, 2_800);
    tap.switchIpv6(false);
    var managed = new ManagedDevice(tap);
    List<IpPrefix> assigned =
        List.of(
            IpPrefix.parse("10.0.0.5/24"),
            IpPrefix.parse("fd30::1/64"),
            IpPrefix.parse("fd31::1/64"));
    var config = Configurations.of(assigned, List.of(route("fd32::/64", "fd30::2")), 2_800);

    managed.apply(config, ALL, HostState.ONLINE);
    managed.apply(config, ALL, HostState.ONLINE);

    assertEquals(List.of(address("10.0.0.5", 24)), tap.addresses());
    assertEquals(List.of(assigned.getFirst()), managed.appliedAddresses());
    List<String> warning = List.of("WARN zt0: IPv6 is switched off on this host");
    assertEquals(warning, warnings());

    tap.switchIpv6(true);
    managed.apply(config, ALL, HostState.ONLINE);
    assertEquals(3, tap.addresses().size());
    assertEquals(1, tap.routes().size());
    assertEquals(warning, warnings());
    tap.switchIpv6(false);
    managed.apply(config, NONE, HostState.ONLINE);
    assertEquals(warning, warnings());
  }

  @Test
  void reportsDeviceThatWasSetDownOnce() {
    var tap = new MemoryTap("zt0", 1, 2_800);
    var managed = new ManagedDevice(tap);
    managed.pollState();
    assertEquals(List.of(), log.lines());

    tap.setUp(false);
    managed.pollState();
    managed.pollState();
    tap.setUp(true);
    managed.pollState();

    assertEquals(
        List.of(
            "WARN zt0 was set down by another program or an administrator, so it carries no frames"
                + " until: ip link set zt0 up",
            "INFO zt0 is up again"),
        log.lines());
  }

  private List<String> warnings() {
    return log.lines().stream().filter(line -> line.startsWith("WARN")).toList();
  }

  @Test
  void appliesNothingWithoutConfiguration() throws Exception {
    var tap = new MemoryTap("zt0", 1, 1_500);
    var managed = new ManagedDevice(tap);

    managed.apply(null, ALL, HostState.ONLINE);

    assertEquals(2_800, tap.mtuBytes());
    assertEquals(List.of(), tap.addresses());
  }

  @Test
  void derivesAddressResolutionGroups() throws Exception {
    var tap = new MemoryTap("zt0", 1, 2_800);
    tap.listenTo(List.of(0x01005e000001L));
    tap.addAddress(address("10.230.0.105", 24));
    tap.addAddress(address("fd30::91:a99f:719", 64));

    assertEquals(
        List.of(
            new MulticastGroup(0x01005e000001L, 0),
            new MulticastGroup(0x3333ff9f0719L, 0),
            new MulticastGroup(0xffffffffffffL, 182845545)),
        new ManagedDevice(tap).groups(tap.addresses()));
  }

  private static Route route(String target, String via) throws Exception {
    return new Route(IpPrefix.parse(target), InetAddress.getByName(via), 0, 0);
  }

  private static TapAddress address(String ip, int bits) throws Exception {
    return new TapAddress(InetAddress.getByName(ip), bits);
  }

  private static String ip(String... arguments) throws Exception {
    var words = new ArrayList<>(List.of("ip"));
    words.addAll(List.of(arguments));
    Process ip = new ProcessBuilder(words).redirectErrorStream(true).start();
    return new String(ip.getInputStream().readAllBytes());
  }
}
