// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.forwarding;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.service.system.HostProgram;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.Test;

/** Gateways by nftables, in a namespace; {@code member} stands for the device of a network. */
class HostGatewaysTest {
  private static void inNamespace(NetworkNamespace.Action check) throws Exception {
    NetworkNamespace.run(
        () -> {
          ip("link", "add", "member", "type", "veth", "peer", "name", "uplink");
          for (String device : List.of("member", "uplink")) {
            Files.writeString(forwarding(device), "0");
          }
          check.run();
        });
  }

  private static void ip(String... arguments) throws IOException {
    assertEquals("", NetworkNamespace.ip("thread-self", arguments), String.join(" ", arguments));
  }

  private static Path forwarding(String device) {
    return Path.of("/proc/sys/net/ipv4/conf", device, "forwarding");
  }

  private static boolean forwards(String device) throws IOException {
    return Files.readString(forwarding(device)).strip().equals("1");
  }

  private static String nft(String input, String... words) {
    var all = new ArrayList<>(List.of("nft"));
    all.addAll(List.of(words));
    HostProgram.Result result = HostProgram.run(all, input);
    assertTrue(result.succeeded(), result::failure);
    return result.output();
  }

  @Test
  void setsUpAndEndsAGateway() throws Exception {
    inNamespace(
        () -> {
          var gateways = new HostGateways();
          assertEquals(List.of(), gateways.apply("member", "uplink", false));
          assertTrue(forwards("member") && forwards("uplink"), "forwarding");
          String rules = nft("", "list", "ruleset");
          assertTrue(rules.contains("table inet backhaul_member"), rules);
          assertTrue(rules.contains("masquerade"), rules);

          gateways.remove("member");
          assertFalse(forwards("uplink"), "forwarding of the uplink, which was off");
          assertEquals("", nft("", "list", "tables"));
        });
  }

  @Test
  void leavesForwardingThatWasOn() throws Exception {
    inNamespace(
        () -> {
          Files.writeString(forwarding("uplink"), "1");
          var gateways = new HostGateways();
          gateways.apply("member", "uplink", false);
          gateways.remove("member");
          assertTrue(forwards("uplink"), "forwarding of the uplink");
        });
  }

  @Test
  void removesTheTableOfAKilledDaemon() throws Exception {
    inNamespace(
        () -> {
          new HostGateways().apply("member", "uplink", false);
          new HostGateways().removeStale("member"::equals);
          assertTrue(nft("", "list", "tables").contains("backhaul_member"));
          new HostGateways().removeStale(device -> false);
          assertEquals("", nft("", "list", "tables"));
          assertFalse(forwards("uplink"), "forwarding of the uplink, which was off");
        });
  }

  @Test
  void namesWhatCannotWork() throws Exception {
    inNamespace(
        () -> {
          var gateways = new HostGateways();
          assertEquals(
              List.of("there is no device nosuch through which packets could leave"),
              gateways.apply("member", "nosuch", false));
          nft(
              "table ip docker { chain forward { type filter hook forward priority 0;"
                  + " policy drop; }; }\n",
              "-f",
              "-");
          List<String> problems = gateways.apply("member", "uplink", false);
          assertEquals(1, problems.size(), problems::toString);
          assertTrue(
              problems.getFirst().contains("table ip docker, chain forward drops"),
              problems::toString);
        });
  }
}
