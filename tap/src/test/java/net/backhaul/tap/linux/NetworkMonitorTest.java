// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import net.backhaul.tap.HostNetworkMonitor;
import net.backhaul.tap.HostNetworkMonitor.Changes;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NetworkMonitorTest {
  private static final Changes NONE = new Changes(false, false, Set.of());

  @TempDir Path directory;

  /** The kernel notifies before the program that makes a change has ended. */
  private static void ip(String arguments) throws Exception {
    Process ip = new ProcessBuilder(("ip " + arguments).split(" ")).inheritIO().start();
    assertEquals(0, ip.waitFor(), arguments);
  }

  private static void addUplink() throws Exception {
    ip("link add eth0 type veth peer name far");
    ip("link set far up");
    ip("link set eth0 up");
    ip("addr add 192.0.2.7/24 dev eth0");
  }

  /** Adds routes, of which each is a notification; more than the kernel keeps for a socket. */
  private void addRoutes(int count) throws Exception {
    var script = new StringBuilder();
    for (int i = 0; i < count; i++) {
      script.append("route add 10.%d.%d.0/24 dev eth0\n".formatted(i / 256, i % 256));
    }
    ip("-batch " + Files.writeString(directory.resolve("script"), script));
  }

  @Test
  void reportsLinksThatGoDownAndUp() throws Exception {
    NetworkNamespace.run(
        () -> {
          addUplink();
          try (HostNetworkMonitor monitor = HostNetworkMonitor.open("far"::equals)) {
            assertEquals(NONE, monitor.poll(), "the links as they are");

            ip("link set eth0 down");
            assertEquals(Set.of("eth0"), monitor.poll().links());
            assertEquals(NONE, monitor.poll());

            ip("link set eth0 up");
            assertEquals(Set.of("eth0"), monitor.poll().links());

            ip("link set far down");
            assertEquals(
                Set.of("eth0"), monitor.poll().links(), "without a carrier; far is ignored");

            ip("link set eth0 mtu 1400");
            assertEquals(Set.of(), monitor.poll().links());
          }
        });
  }

  @Test
  void reportsAddresses() throws Exception {
    NetworkNamespace.run(
        () -> {
          addUplink();
          try (HostNetworkMonitor monitor = HostNetworkMonitor.open(name -> false);
              HostNetworkMonitor ofAddresses = NetworkMonitor.ofAddresses()) {
            monitor.poll();

            ip("addr add 192.0.2.8/24 dev eth0");
            assertTrue(monitor.poll().addresses());
            assertTrue(ofAddresses.poll().addresses());
            assertFalse(monitor.poll().addresses());

            ip("addr del 192.0.2.8/24 dev eth0");
            assertTrue(monitor.poll().addresses());

            ofAddresses.poll();
            ip("link set eth0 mtu 1400");
            ip("route add default via 192.0.2.1");
            assertEquals(NONE, ofAddresses.poll());
          }
        });
  }

  @Test
  void reportsDefaultRoutesThatDiffer() throws Exception {
    NetworkNamespace.run(
        () -> {
          addUplink();
          ip("link add zt0 type veth peer name zt1");
          ip("link set zt1 up");
          ip("link set zt0 up");
          try (HostNetworkMonitor monitor =
              HostNetworkMonitor.open(name -> name.startsWith("zt"))) {
            monitor.poll();

            ip("route add default via 192.0.2.1");
            assertTrue(monitor.poll().defaultRoutes());
            ip("route replace default via 192.0.2.1");
            assertFalse(monitor.poll().defaultRoutes(), "the same route again");
            ip("route replace default via 192.0.2.2");
            assertTrue(monitor.poll().defaultRoutes());
            ip("route add 198.51.100.0/24 via 192.0.2.3");
            assertFalse(monitor.poll().defaultRoutes(), "another target");
            ip("route add default dev zt0 metric 7");
            assertFalse(monitor.poll().defaultRoutes(), "an ignored device");
            ip("route del default via 192.0.2.2");
            assertTrue(monitor.poll().defaultRoutes());
          }
        });
  }

  @Test
  void reportsEachReplacementOfDefaultRoute() throws Exception {
    NetworkNamespace.run(
        () -> {
          addUplink();
          ip("addr add 2001:db8::7/64 dev eth0 nodad");
          try (HostNetworkMonitor monitor = HostNetworkMonitor.open(name -> false)) {
            ip("route add default via 192.0.2.1");
            ip("route add default via 192.0.2.3 metric 500");
            ip("-6 route add default via 2001:db8::1 metric 100");
            monitor.poll();

            for (int i = 0; i < 3; i++) {
              ip("route replace default via 192.0.2.2");
              assertTrue(monitor.poll().defaultRoutes(), "to the second router");
              ip("route replace default via 192.0.2.1");
              assertTrue(monitor.poll().defaultRoutes(), "back");
              ip("route change default via 192.0.2.4 metric 500");
              assertTrue(monitor.poll().defaultRoutes(), "that of another metric");
              ip("route replace default via 192.0.2.3 metric 500");
              assertTrue(monitor.poll().defaultRoutes(), "and back");
              ip("-6 route replace default via 2001:db8::2 metric 100");
              assertTrue(monitor.poll().defaultRoutes(), "IPv6");
              ip("-6 route replace default via 2001:db8::1 metric 100");
              assertTrue(monitor.poll().defaultRoutes(), "IPv6 back");
            }
            ip("route replace default via 192.0.2.1");
            ip("route replace default via 192.0.2.3 metric 500");
            assertFalse(monitor.poll().defaultRoutes(), "both as they are");
          }
        });
  }

  @Test
  void reportsDefaultRouteThatReturnsWithItsLink() throws Exception {
    NetworkNamespace.run(
        () -> {
          addUplink();
          try (HostNetworkMonitor monitor = HostNetworkMonitor.open(name -> false)) {
            ip("route add default via 192.0.2.1");
            monitor.poll();
            ip("link set eth0 down");
            ip("link set eth0 up");
            monitor.poll();

            ip("route add default via 192.0.2.1");

            assertTrue(monitor.poll().defaultRoutes());
          }
        });
  }

  @Test
  void reportsAddressesWhereNotificationsWereDropped() throws Exception {
    NetworkNamespace.run(
        () -> {
          addUplink();
          try (HostNetworkMonitor monitor = HostNetworkMonitor.open("far"::equals)) {
            monitor.poll();
            addRoutes(2_000);
            ip("link set eth0 down");

            Changes changes = monitor.poll();
            assertTrue(changes.addresses());
            Set<String> links =
                changes.links().isEmpty() ? monitor.poll().links() : changes.links();
            assertEquals(Set.of("eth0"), links);
          }
        });
  }
}
