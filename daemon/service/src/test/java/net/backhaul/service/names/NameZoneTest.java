// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.names;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.List;
import net.backhaul.engine.NetworkDirectory;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.ethernet.ManagedAddresses;
import net.backhaul.protocol.network.DirectoryEntry;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Route;
import net.backhaul.protocol.network.Sso;
import org.junit.jupiter.api.Test;

class NameZoneTest {
  private static final long NETWORK = 0x1122334455000001L;
  private static final InetAddress INSIDE = Endpoints.parseIp("10.1.0.5");
  private static final InetAddress OUTSIDE = Endpoints.parseIp("192.0.2.1");

  private static NetworkConfig config(String domain, String... routes) {
    return new NetworkConfig(
        NETWORK,
        1,
        1,
        1,
        1,
        0,
        0,
        0,
        0,
        false,
        "",
        2_800,
        null,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        List.of(routes).stream()
            .map(route -> new Route(IpPrefix.parse(route), null, 0, 0))
            .toList(),
        List.of(),
        List.of(),
        domain,
        List.of(),
        Sso.NONE);
  }

  private static NetworkDirectory directory(DirectoryEntry... members) {
    return new NetworkDirectory(NETWORK, 1, true, List.of(members));
  }

  @Test
  void leavesOutAddressesThatTheNetworkCannotAssign() {
    InetAddress derived = ManagedAddresses.rfc4193(NETWORK, 7);
    InetAddress ofAnother = ManagedAddresses.rfc4193(NETWORK, 8);
    NameZone zone =
        NameZone.of(
            directory(
                DirectoryEntry.of(7, "web", "", List.of(INSIDE, OUTSIDE, derived, ofAnother))),
            config("corp.example", "10.1.0.0/16", "0.0.0.0/0"));
    assertNotNull(zone);
    assertEquals(List.of(INSIDE, derived), zone.addresses().get("web"));
    assertEquals(List.of(INSIDE, derived), zone.addresses().get("0000000007"));
    assertNull(zone.labels().get(OUTSIDE));
    assertTrue(zone.contains(INSIDE) && zone.contains(derived) && !zone.contains(OUTSIDE), "zone");
  }

  @Test
  void givesAnAddressOfTwoMembersToTheFirst() {
    NameZone zone =
        NameZone.of(
            directory(
                DirectoryEntry.of(7, "a", "", List.of(INSIDE)),
                DirectoryEntry.of(8, "b", "", List.of(INSIDE))),
            config("corp.example", "10.1.0.0/16"));
    assertNotNull(zone);
    assertEquals("a", zone.labels().get(INSIDE));
  }

  @Test
  void hasNoNamesWithoutAValidDomain() {
    NetworkDirectory directory = directory(DirectoryEntry.of(7, "a", "", List.of(INSIDE)));
    for (String domain : List.of("", ".", "..", "a..b", "a b", "-", "é", "x".repeat(64))) {
      assertNull(NameZone.of(directory, config(domain, "10.1.0.0/16")), domain);
    }
    NameZone zone = NameZone.of(directory, config("Corp.Example.", "10.1.0.0/16"));
    assertNotNull(zone);
    assertEquals("corp.example", zone.domain());
  }
}
