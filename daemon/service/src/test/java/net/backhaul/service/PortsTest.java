// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Random;
import net.backhaul.json.Json;
import net.backhaul.service.settings.Settings;
import org.junit.jupiter.api.Test;

/** Ports of a run, as recorded in local-conf.json (02 section 4.4, 04 section 3.4). */
class PortsTest {
  private static final long SEED = 11;

  @Test
  void choosesThreePortsByDefault() throws Exception {
    Ports ports = choose("");

    assertTrue(ports.secondary() >= 20_000, ports.toString());
    assertTrue(ports.tertiary() >= 20_000, ports.toString());
    assertNotEquals(ports.secondary(), ports.tertiary());
    assertEquals(List.of(ports.primary(), ports.secondary(), ports.tertiary()), ports.udp());
  }

  @Test
  void usesTheConfiguredPorts() throws Exception {
    Ports ports = choose("'secondaryPort': 9444, 'tertiaryPort': 9445");

    assertEquals(List.of(ports.primary(), 9444, 9445), ports.udp());
  }

  @Test
  void hasNoTertiaryPortWithoutPortMapping() throws Exception {
    Ports ports = choose("'portMappingEnabled': false, 'tertiaryPort': 9445");

    assertEquals(0, ports.tertiary());
    assertEquals(List.of(ports.primary(), ports.secondary()), ports.udp());
  }

  @Test
  void hasThePrimaryPortAloneWithoutBothOthers() throws Exception {
    Ports ports = choose("'portMappingEnabled': false, 'allowSecondaryPort': false");

    assertEquals(List.of(ports.primary()), ports.udp());
  }

  private static Ports choose(String settings) throws Exception {
    String conf = "{'settings': {" + settings + "}}";
    return Ports.choose(
        0,
        Settings.read(Json.asObject(Json.parse(conf.replace('\'', '"'))), problem -> {}),
        new Random(SEED));
  }
}
