// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InterfaceFilterTest {
  private final List<String> problems = new ArrayList<>();

  private InterfaceFilter read(String settings) {
    return Settings.read(
            Json.asObject(Json.parse("{\"settings\": " + settings + "}")), problems::add)
        .interfaces();
  }

  private static boolean permits(InterfaceFilter filter, String device, String address) {
    return filter.permits(device, Endpoints.parseIp(address));
  }

  @ParameterizedTest
  @CsvSource({
    "eth0, eth0, true",
    "eth0, eth01, false",
    "eth0, eth, false",
    "eth*, eth0, true",
    "eth*, eth, true",
    "eth*, weth0, false",
    "*0, eth0, true",
    "*0, eth01, false",
    "en*s?, enp3s0, true",
    "en*s?, enp3s10, false",
    "w?p*, wlp3s0, true",
    "a*b*c, aXbbYc, true",
    "a*b*c, aXcYb, false",
    "**, anything, true",
    "192.0.2.1, eth0, true",
    "192.0.2.2, eth0, false",
    "eth0.2.2.1, eth0.2.2.1, true",
    "?, '', false"
  })
  void matchesNames(String pattern, String device, boolean matches) {
    assertEquals(
        matches, InterfacePattern.parse(pattern).matches(device, Endpoints.parseIp("192.0.2.1")));
  }

  @Test
  void permitsAllWithoutLists() {
    assertTrue(permits(read("{}"), "eth0", "192.0.2.1"));
  }

  @Test
  void permitsNamesAndNetworksThatAreAllowedAlone() {
    InterfaceFilter filter =
        read("{\"allowInterfaces\": [\"eth?\", \"10.0.0.0/8\", \"fd00::/8\"]}");

    assertTrue(permits(filter, "eth0", "192.0.2.1"));
    assertTrue(permits(filter, "wlan0", "10.1.2.3"));
    assertTrue(permits(filter, "wlan0", "fd00::1"));
    assertFalse(permits(filter, "wlan0", "192.0.2.1"));
    assertFalse(permits(filter, "wlan0", "2001:db8::1"));
    assertEquals(List.of(), problems);
  }

  @Test
  void deniesEvenWhatIsAllowed() {
    InterfaceFilter filter =
        read(
            """
            {"allowInterfaces": ["eth*"], "denyInterfaces": ["eth1", "192.0.2.0/24"],
             "interfacePrefixBlacklist": ["eth2"]}
            """);

    assertTrue(permits(filter, "eth0", "198.51.100.1"));
    assertFalse(permits(filter, "eth0", "192.0.2.1"));
    assertFalse(permits(filter, "eth1", "198.51.100.1"));
    assertFalse(permits(filter, "eth22", "198.51.100.1"));
    assertEquals(List.of("eth1"), filter.named().stream().map(InterfacePattern::text).toList());
  }

  @Test
  void reportsEntriesThatAreNeitherNamesNorNetworks() {
    InterfaceFilter filter =
        read(
            """
            {"allowInterfaces": ["", "a name", "10.0.0.0/99", "sixteen-letters-", 7, "eth0"],
             "denyInterfaces": "eth0"}
            """);

    String form =
        "expected an interface's name, with * and ? for any characters, or IP/bits, found ";
    assertEquals(
        Stream.of(
                "allowInterfaces: " + form + "the string \"\"",
                "allowInterfaces: " + form + "the string \"a name\"",
                "allowInterfaces: " + form + "the string \"10.0.0.0/99\"",
                "allowInterfaces: " + form + "the string \"sixteen-letters-\"",
                "allowInterfaces: " + form + "the value 7",
                "denyInterfaces: expected an array of strings, found the string \"eth0\"")
            .map(problem -> "local.conf: settings." + problem + "; it is ignored")
            .toList(),
        problems);
    assertEquals(List.of("eth0"), filter.allowed().stream().map(InterfacePattern::text).toList());
    assertEquals(List.of(), filter.denied());
  }
}
