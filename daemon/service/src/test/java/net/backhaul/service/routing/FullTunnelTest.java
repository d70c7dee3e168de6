// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.routing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import net.backhaul.service.routing.FullTunnel.Family;
import net.backhaul.tap.HostNetwork;
import net.backhaul.tap.TapRoute;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.Test;

/** On a host with the uplinks eth0 and eth1, and the device zt0 of a network. */
class FullTunnelTest {
  private static final long NETWORK = 0x8056c2e21c000001L;
  private static final Set<Family> BOTH = EnumSet.allOf(Family.class);
  private static final String MARKED = " mark " + FullTunnel.MARK;

  private interface Check {
    void run(HostNetwork host, FullTunnel tunnel) throws Exception;
  }

  private static void onHost(Check check) throws Exception {
    NetworkNamespace.run(
        () -> {
          for (String each : List.of("eth0", "eth1", "zt0")) {
            ip("link add " + each + " type veth peer name far-" + each);
            ip("link set " + each + " up");
            ip("link set far-" + each + " up");
          }
          ip("addr add 192.168.1.10/24 dev eth0");
          ip("addr add 192.168.2.10/24 dev eth1");
          ip("addr add 2001:db8:1::10/64 dev eth0 nodad");
          ip("addr add 10.147.17.5/24 dev zt0");
          ip("addr add fd00:147::5/64 dev zt0 nodad");
          ip("route add default via 192.168.1.1");
          ip("-6 route add default via 2001:db8:1::1");
          try (HostNetwork host = HostNetwork.open()) {
            check.run(host, tunnel(host));
          }
        });
  }

  private static FullTunnel tunnel(HostNetwork host) {
    return new FullTunnel(host, List.of(9_993, 30_001), () -> true);
  }

  private static void setDefaultRoutes() throws Exception {
    ip("route add default via 10.147.17.1 dev zt0 table " + FullTunnel.TABLE);
    ip("-6 route add default via fd00:147::1 dev zt0 table " + FullTunnel.TABLE);
  }

  @Test
  void leadsAllTrafficButThatOfMarkedSocketsThroughTheNetwork() throws Exception {
    onHost(
        (host, tunnel) -> {
          setDefaultRoutes();

          assertTrue(tunnel.reconcile(NETWORK, BOTH));

          assertLeads("203.0.113.7", "zt0");
          assertLeads("203.0.113.7" + MARKED, "eth0");
          assertLeads("203.0.113.7 ipproto udp sport 9993 dport 1", "eth0");
          assertLeads("2001:db8:7::7", "zt0");
          assertLeads("2001:db8:7::7" + MARKED, "eth0");
          // The local network stays reachable.
          assertLeads("192.168.1.77", "eth0");
          assertLeads("192.168.2.77", "eth1");
          assertTrue(tunnel.isActive(NETWORK));
        });
  }

  @Test
  void followsEveryChangeOfTheUnderlay() throws Exception {
    onHost(
        (host, tunnel) -> {
          setDefaultRoutes();
          tunnel.reconcile(NETWORK, BOTH);

          ip("route replace default via 192.168.1.254");
          assertTrue(ip("route get 203.0.113.7" + MARKED).contains("via 192.168.1.254"));
          ip("route add default via 192.168.2.1 dev eth1 metric 50");
          ip("route del default via 192.168.1.254");
          assertLeads("203.0.113.7" + MARKED, "eth1");
          assertLeads("203.0.113.7", "zt0");
          // A second uplink with a table of its own, for packets from its address.
          ip("route add default via 192.168.1.1 table 101");
          ip("rule add from 192.168.1.10 lookup 101");
          assertLeads("203.0.113.7 from 192.168.1.10" + MARKED, "eth0");
          assertLeads("203.0.113.7 from 192.168.2.10" + MARKED, "eth1");
        });
  }

  @Test
  void passesStrictReversePathFilter() throws Exception {
    onHost(
        (host, tunnel) -> {
          setDefaultRoutes();
          tunnel.reconcile(NETWORK, BOTH);
          write("/proc/sys/net/ipv4/conf/eth0/rp_filter", "1");
          String arrives = "203.0.113.7 from 192.168.1.10 ipproto udp sport %d dport 40000";

          // The filter looks up the reverse path: the addresses and ports of the packet, exchanged.
          assertLeads(arrives.formatted(9_993), "eth0");
          assertLeads(arrives.formatted(30_001), "eth0");
          assertLeads(arrives.formatted(53), "zt0");
          assertEquals(
              "local",
              ip("route get 192.168.1.10 from 203.0.113.7 iif eth0 ipproto udp sport 1 dport 9993")
                  .split(" ")[0]);
        });
  }

  @Test
  void removesWhatItHasSet() throws Exception {
    onHost(
        (host, tunnel) -> {
          String before = ip("-4 rule") + ip("-6 rule");
          setDefaultRoutes();
          tunnel.reconcile(NETWORK, BOTH);

          tunnel.reconcile(NETWORK, EnumSet.of(Family.V4));
          assertLeads("2001:db8:7::7", "eth0");
          assertLeads("203.0.113.7", "zt0");
          tunnel.remove(NETWORK);

          assertEquals(before, ip("-4 rule") + ip("-6 rule"));
          assertLeads("203.0.113.7", "eth0");
          assertFalse(tunnel.isActive(NETWORK));
        });
  }

  @Test
  void repairsRulesThatOthersHaveRemoved() throws Exception {
    onHost(
        (host, tunnel) -> {
          setDefaultRoutes();
          tunnel.reconcile(NETWORK, BOTH);
          String set = ip("-4 rule");
          ip("rule del pref 9992");
          ip("rule del pref 9990 fwmark " + FullTunnel.MARK);

          tunnel.reconcile(NETWORK, BOTH);

          assertEquals(
              List.of(set.lines().sorted().toList()),
              List.of(ip("-4 rule").lines().sorted().toList()));
        });
  }

  @Test
  void removesRulesOfKilledDaemonAndKeepsThoseOfRunningOne() throws Exception {
    onHost(
        (host, killed) -> {
          String before = ip("-4 rule") + ip("-6 rule");
          setDefaultRoutes();
          killed.reconcile(NETWORK, BOTH);

          FullTunnel other = tunnel(host);
          other.removeStale();
          assertLeads("203.0.113.7", "zt0");
          assertEquals(
              "another daemon on this host has the default route", other.unavailable(NETWORK));

          ip("link del zt0"); // The kernel does so when the process ends.
          other.removeStale();

          assertEquals(before, ip("-4 rule") + ip("-6 rule"));
          assertNull(other.unavailable(NETWORK));
        });
  }

  @Test
  void hasOneNetworkAtMost() throws Exception {
    onHost(
        (host, tunnel) -> {
          setDefaultRoutes();
          tunnel.reconcile(NETWORK, BOTH);

          assertNull(tunnel.unavailable(NETWORK));
          assertEquals(
              "network 8056c2e21c000001 has the default route of this host",
              tunnel.unavailable(NETWORK + 1));
          tunnel.remove(NETWORK + 1);
          assertTrue(tunnel.isActive(NETWORK));
        });
  }

  @Test
  void usesHalvesWithoutRulesOrMarks() throws Exception {
    var without = new FullTunnel(HostNetwork.NONE, List.of(), () -> true);
    assertEquals(TapRoute.MAIN_TABLE, without.table());
    assertTrue(without.limitation().contains("no rules for routing tables"));
    onHost(
        (host, tunnel) -> {
          var unmarked = new FullTunnel(host, List.of(), () -> false);
          assertEquals(TapRoute.MAIN_TABLE, unmarked.table());
          assertTrue(unmarked.limitation().contains("NET_ADMIN"));
          assertEquals("", tunnel.limitation());
        });
  }

  private static void assertLeads(String to, String device) throws Exception {
    String route = ip("route get " + to);
    assertTrue(route.contains(" dev " + device + " "), to + ": " + route);
  }

  private static void write(String file, String value) throws Exception {
    Files.writeString(Path.of(file), value);
  }

  private static String ip(String arguments) throws Exception {
    var words = new ArrayList<>(List.of("ip"));
    words.addAll(List.of(arguments.split(" ")));
    Process ip = new ProcessBuilder(words).redirectErrorStream(true).start();
    String output = new String(ip.getInputStream().readAllBytes());
    assertEquals(0, ip.waitFor(), arguments + ": " + output);
    return output;
  }
}
