// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.util.List;
import net.backhaul.service.forwarding.HostBridges.BridgePort;
import net.backhaul.service.state.HostRole;
import net.backhaul.tap.HostNetwork;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.Test;

/** Bridges of the kernel, in a namespace; {@code member} stands for the device of a network. */
class HostBridgesTest {
  private static final BridgePort MEMBER = new BridgePort("member", 1_500, true);

  private static void inNamespace(Check check) throws Exception {
    NetworkNamespace.run(
        () -> {
          try (HostNetwork host = HostNetwork.open()) {
            ip("link", "add", "member", "type", "veth", "peer", "name", "lan");
            check.run(host);
          }
        });
  }

  private interface Check {
    void run(HostNetwork host) throws Exception;
  }

  private static void ip(String... arguments) throws IOException {
    assertEquals("", show(arguments), String.join(" ", arguments));
  }

  private static String show(String... arguments) throws IOException {
    return NetworkNamespace.ip("thread-self", arguments);
  }

  private static HostRole bridge(String name, String... ports) {
    return new HostRole(name, List.of(ports), "");
  }

  private static void assertProblem(String expected, List<String> problems) {
    assertTrue(problems.stream().anyMatch(each -> each.contains(expected)), problems::toString);
  }

  @Test
  void makesAndRemovesItsBridge() throws Exception {
    inNamespace(
        host -> {
          var bridges = new HostBridges(host);
          assertEquals(List.of(), bridges.apply(MEMBER, bridge("br0", "lan")));
          String ports = show("-o", "link", "show", "master", "br0");
          assertTrue(ports.contains("member") && ports.contains("lan"), ports);

          bridges.remove("member");
          assertFalse(show("link").contains("br0"), "the bridge that was made");
        });
  }

  @Test
  void recognizesItsBridgeAfterARestart() throws Exception {
    inNamespace(
        host -> {
          new HostBridges(host).apply(MEMBER, bridge("br0"));
          var restarted = new HostBridges(host);
          restarted.apply(MEMBER, bridge("br0"));
          restarted.remove("member");
          assertFalse(show("link").contains("br0"), "the bridge of the daemon before");
        });
  }

  @Test
  void leavesBridgesOfOthers() throws Exception {
    inNamespace(
        host -> {
          ip("link", "add", "br0", "type", "bridge", "stp_state", "1");
          var bridges = new HostBridges(host);
          assertEquals(List.of(), bridges.apply(MEMBER, bridge("br0")));
          bridges.remove("member");
          assertTrue(show("link").contains("br0"), "the bridge of another");
          assertEquals("", show("-o", "link", "show", "master", "br0"));
        });
  }

  @Test
  void moves() throws Exception {
    inNamespace(
        host -> {
          var bridges = new HostBridges(host);
          bridges.apply(MEMBER, bridge("br0"));
          bridges.apply(MEMBER, bridge("br1"));
          assertFalse(show("link").contains("br0"), "the former bridge");
          assertTrue(show("-o", "link", "show", "master", "br1").contains("member"));
        });
  }

  @Test
  void namesWhatCannotWork() throws Exception {
    inNamespace(
        host -> {
          ip("link", "add", "br0", "type", "bridge");
          ip("link", "add", "other", "type", "bridge");
          ip("link", "add", "used", "type", "veth", "peer", "name", "far");
          ip("link", "set", "used", "master", "other");
          ip("address", "add", "10.1.2.3/24", "dev", "lan");
          var bridges = new HostBridges(host);
          HostRole role = bridge("br0", "lan", "used", "nosuch");
          List<String> problems = bridges.apply(new BridgePort("member", 1_400, false), role);
          assertProblem("lan has the address 10.1.2.3/24", problems);
          assertProblem("used is a port of another bridge", problems);
          assertProblem("there is no device nosuch", problems);
          assertProblem("set activeBridge of this member", problems);
          assertProblem("has no spanning tree protocol", problems);
          assertProblem("is no bridge", bridges.apply(MEMBER, bridge("lan")));
        });
  }

  @Test
  void namesPortsWithAnotherMtu() throws Exception {
    inNamespace(
        host -> {
          var bridges = new HostBridges(host);
          var port = new BridgePort("member", 2_800, true);
          assertProblem(
              "the MTU of the network is 2800", bridges.apply(port, bridge("br0", "lan")));
        });
  }
}
