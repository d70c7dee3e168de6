// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.tap.HostNetwork;
import net.backhaul.testing.NetworkNamespace;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** On a host whose eth0 is the uplink, and whose zt0 is the device of a network. */
class RouteConflictsTest {
  private static final int METRIC = 5_000;

  private interface Check {
    void run(RouteConflicts conflicts) throws Exception;
  }

  private static void onHost(Check check) throws Exception {
    NetworkNamespace.run(
        () -> {
          ip("link add eth0 type veth peer name far");
          ip("link add zt0 type veth peer name ztfar");
          ip("link add down0 type veth peer name downfar");
          for (String each : List.of("eth0", "far", "zt0", "ztfar")) {
            ip("link set " + each + " up");
          }
          ip("addr add 192.168.1.10/24 dev eth0");
          ip("addr add 2001:db8:1::10/64 dev eth0 nodad");
          ip("addr add 172.16.0.1/24 dev down0");
          ip("route add default via 192.168.1.1");
          ip("-6 route add default via 2001:db8:1::1 metric 9000");
          ip("route add 10.9.0.0/16 via 192.168.1.2");
          ip("addr add 10.147.17.5/24 dev zt0");
          var underlay =
              new UnderlayEndpoints(
                  Map.of(
                      address("203.0.113.7"), "root 62f865ae71",
                      address("10.9.1.1"), "controller 8056c2e21c",
                      address("2001:db8:7::7"), "peer 0b59471541"));
          try (HostNetwork host = HostNetwork.open()) {
            check.run(new RouteConflicts(host, Set.of("zt0"), underlay));
          }
        });
  }

  @Test
  void rejectsSubnetsThatHostIsConnectedTo() throws Exception {
    onHost(
        conflicts -> {
          String reason = "eth0 is directly connected to 192.168.1.0/24";
          assertEquals(reason, reason(conflicts, "192.168.1.0/24"));
          assertEquals(reason, reason(conflicts, "192.168.1.128/25"));
          assertEquals(reason, reason(conflicts, "192.168.1.77/32"));
          assertEquals(
              "eth0 is directly connected to 2001:db8:1::/64",
              reason(conflicts, "2001:db8:1::/64"));
          // Wider routes leave the subnet to its device; others are elsewhere.
          assertNull(reason(conflicts, "192.168.0.0/16"));
          assertNull(reason(conflicts, "192.168.2.0/24"));
          assertNull(reason(conflicts, "10.147.17.0/24"), "the device of a network");
          assertNull(reason(conflicts, "172.16.0.0/24"), "a device that is down");
        });
  }

  @Test
  void rejectsRoutesThatCutTheUnderlay() throws Exception {
    onHost(
        conflicts -> {
          assertEquals(
              "it would cut the path to root 62f865ae71 at 203.0.113.7 through eth0",
              reason(conflicts, "203.0.113.0/24"));
          assertEquals(
              "it would cut the path to controller 8056c2e21c at 10.9.1.1 through eth0",
              reason(conflicts, "10.9.1.0/24"));
          assertNull(reason(conflicts, "10.0.0.0/8"), "the host's own route is more specific");
          assertNull(reason(conflicts, "10.9.0.0/16"), "the host's own route has a lower metric");
          assertNull(reason(conflicts, "203.0.112.0/24"));
          assertNull(reason(conflicts, "0.0.0.0/0"));
          assertEquals(
              "it would cut the path to peer 0b59471541 at 2001:db8:7::7 through eth0",
              reason(conflicts, "2001:db8:7::/48"));
          assertNull(reason(conflicts, "2001:db8:8::/48"));
        });
  }

  @Test
  void rejectsAddressWhoseSubnetTakesOverAnEqualRoute() throws Exception {
    onHost(
        conflicts -> {
          assertNull(conflicts.reason(IpPrefix.parse("10.9.0.0/16"), 0));
          ip("route del 10.9.0.0/16");
          ip("route add 10.9.0.0/16 via 192.168.1.2 metric 7");
          assertEquals(
              "it would cut the path to controller 8056c2e21c at 10.9.1.1 through eth0",
              conflicts.reason(IpPrefix.parse("10.9.0.0/16"), 0));
        });
  }

  @Test
  void rejectsRouteThatIsSetAlready() throws Exception {
    onHost(
        conflicts -> {
          ip("route add 203.0.113.0/24 dev zt0 metric " + METRIC);

          assertEquals(
              "it would cut the path to root 62f865ae71 at 203.0.113.7",
              reason(conflicts, "203.0.113.0/24"));
          assertNull(reason(conflicts, "203.0.112.0/23"), "the other one takes precedence");
        });
  }

  private static @Nullable String reason(RouteConflicts conflicts, String target) {
    return conflicts.reason(IpPrefix.parse(target), METRIC);
  }

  private static InetAddress address(String ip) throws Exception {
    return InetAddress.getByName(ip);
  }

  private static void ip(String arguments) throws Exception {
    var words = new ArrayList<>(List.of("ip"));
    words.addAll(List.of(arguments.split(" ")));
    Process ip = new ProcessBuilder(words).redirectErrorStream(true).start();
    String output = new String(ip.getInputStream().readAllBytes());
    assertEquals(0, ip.waitFor(), output);
  }
}
