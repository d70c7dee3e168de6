// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.tap.HostAddress;
import net.backhaul.tap.HostDevice;
import net.backhaul.tap.HostNetwork;
import net.backhaul.tap.HostRoute;
import net.backhaul.tap.PolicyRule;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapException;
import net.backhaul.tap.TapRoute;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.Test;

class LinuxHostNetworkTest {
  private static final int TABLE = 23_124;
  private static final int MARK = 0x5a54;

  @Test
  void listsDevicesAndAddresses() throws Exception {
    NetworkNamespace.run(
        () -> {
          ip("link add eth0 mtu 1400 type veth peer name far");
          ip("link add br0 type bridge");
          ip("link set far master br0");
          ip("link set eth0 up");
          ip("addr add 192.0.2.7/24 dev eth0");
          try (HostNetwork host = new LinuxHostNetwork()) {
            HostDevice eth0 = device(host, "eth0");
            HostDevice bridge = device(host, "br0");
            assertEquals(
                new HostDevice(eth0.index(), "eth0", true, 1_400, 0, "veth", "", false), eth0);
            assertEquals("bridge", bridge.kind());
            assertEquals(bridge.index(), device(host, "far").master());
            assertTrue(
                host.addresses()
                    .contains(
                        new HostAddress(
                            eth0.index(), new TapAddress(InetAddress.getByName("192.0.2.7"), 24))),
                host.addresses().toString());
          }
        });
  }

  @Test
  void findsRoutesByAddressAndMark() throws Exception {
    NetworkNamespace.run(
        () -> {
          ip("link add eth0 type veth peer name far");
          ip("link set eth0 up");
          ip("link set far up");
          ip("addr add 192.0.2.7/24 dev eth0");
          ip("route add 198.51.100.0/25 via 192.0.2.1 metric 7");
          ip("route add default dev far table " + TABLE);
          ip("rule add fwmark " + MARK + " lookup " + TABLE);
          try (HostNetwork host = new LinuxHostNetwork()) {
            int eth0 = device(host, "eth0").index();
            InetAddress routed = InetAddress.getByName("198.51.100.3");

            assertEquals(
                new HostRoute(25, eth0, 7, TapRoute.MAIN_TABLE, InetAddress.getByName("192.0.2.1")),
                host.route(routed, 0));
            assertEquals(
                new HostRoute(0, device(host, "far").index(), 0, TABLE), host.route(routed, MARK));
            assertNull(host.route(InetAddress.getByName("203.0.113.1"), 0));
          }
        });
  }

  @Test
  void addsListsAndRemovesRules() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (HostNetwork host = new LinuxHostNetwork()) {
            String before4 = ip("-4 rule");
            String before6 = ip("-6 rule");
            for (boolean v4 : new boolean[] {true, false}) {
              ip((v4 ? "-4" : "-6") + " rule add pref 9991 lookup 77");
              List<PolicyRule> rules =
                  List.of(
                      new PolicyRule(v4, 9_990, PolicyRule.Kind.SKIP_MARK, MARK),
                      new PolicyRule(v4, 9_990, PolicyRule.Kind.SKIP_UDP_PORT, 9_993),
                      new PolicyRule(v4, 9_991, PolicyRule.Kind.MAIN_WITHOUT_DEFAULT, 0),
                      new PolicyRule(v4, 9_992, PolicyRule.Kind.TABLE, TABLE),
                      new PolicyRule(v4, PolicyRule.END_PRIORITY, PolicyRule.Kind.END, 0));
              for (PolicyRule each : rules) {
                host.addRule(each);
                host.addRule(each);
              }
              assertEquals(rules, host.rules(v4));
              String shown = ip((v4 ? "-4" : "-6") + " rule");
              assertTrue(shown.contains("from all fwmark 0x5a54 goto 9994"), shown);
              assertTrue(shown.contains("ipproto udp sport 9993 goto 9994"), shown);
              assertTrue(shown.contains("lookup main suppress_prefixlength 0"), shown);
              assertTrue(shown.contains("lookup " + TABLE), shown);
              for (PolicyRule each : host.rules(v4)) {
                host.removeRule(each);
                host.removeRule(each);
              }
              ip((v4 ? "-4" : "-6") + " rule del pref 9991 lookup 77");
            }
            assertEquals(before4, ip("-4 rule"));
            assertEquals(before6, ip("-6 rule"));
          }
        });
  }

  @Test
  void makesBridgeWithPorts() throws Exception {
    NetworkNamespace.run(
        () -> {
          ip("link add eth0 type veth peer name far");
          try (HostNetwork host = new LinuxHostNetwork()) {
            host.addBridge("br0", "mine");
            assertThrows(TapException.class, () -> host.addBridge("br0", "mine"));
            HostDevice bridge = device(host, "br0");
            host.setMaster(device(host, "eth0").index(), bridge.index());

            assertTrue(bridge.up());
            assertTrue(bridge.stp());
            assertEquals("mine", bridge.alias());
            assertEquals(bridge.index(), device(host, "eth0").master());
            assertTrue(device(host, "eth0").up());
            String shown = ip("-d link show br0");
            assertTrue(shown.contains("stp_state 1"), shown);
            assertTrue(shown.contains("forward_delay 200"), shown);

            host.setMaster(device(host, "eth0").index(), 0);
            assertEquals(0, device(host, "eth0").master());
            host.removeDevice("br0");
            host.removeDevice("br0");
            assertEquals("", ip("link show type bridge"));
          }
        });
  }

  private static HostDevice device(HostNetwork host, String name) throws TapException {
    return host.devices().stream()
        .filter(each -> each.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  private static String ip(String arguments) throws Exception {
    var words = new ArrayList<>(List.of("ip"));
    words.addAll(List.of(arguments.split(" ")));
    Process ip = new ProcessBuilder(words).redirectErrorStream(true).start();
    String output = new String(ip.getInputStream().readAllBytes());
    assertEquals(0, ip.waitFor(), output);
    return output;
  }
}
