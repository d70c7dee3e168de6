// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.engine.BondPolicy;
import net.backhaul.engine.BondPolicy.Base;
import net.backhaul.engine.BondPolicy.IpPreference;
import net.backhaul.engine.BondPolicy.Limit;
import net.backhaul.engine.BondPolicy.Link;
import net.backhaul.engine.BondPolicy.QualityLimits;
import net.backhaul.engine.BondPolicy.Selection;
import net.backhaul.engine.BondPolicy.Timing;
import net.backhaul.engine.BondingOptions;
import net.backhaul.engine.NodeOptions.RelayUse;
import net.backhaul.json.Json;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BondingSettingsTest {
  private final List<String> problems = new ArrayList<>();

  private Settings read(String text) {
    return Settings.read(Json.asObject(Json.parse(text)), problems::add);
  }

  private BondingOptions bonding(String settings) {
    return read("{\"settings\": {" + settings + "}}").node().bonding();
  }

  @Test
  void bondsNobodyByDefault() {
    assertEquals(BondingOptions.NONE, bonding(""));
    assertEquals(BondingOptions.NONE, bonding("\"defaultBondingPolicy\": \"\""));
    assertEquals(List.of(), problems);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"active-backup", "broadcast", "balance-rr", "balance-xor", "balance-aware"})
  void readsStandardPolicies(String name) {
    BondPolicy policy = bonding("\"defaultBondingPolicy\": \"" + name + "\"").policy(1);

    assertEquals(BondPolicy.of(Base.of(name)), policy);
    assertEquals(name, policy.base().text());
    assertEquals(5_000, policy.timing().failoverIntervalMs());
    assertEquals(64, policy.packetsPerLink());
    assertEquals(List.of(), problems);
  }

  @Test
  void readsEverySettingOfCustomPolicy() {
    BondingOptions bonding =
        bonding(
            """
            "peerSpecificBonds": {"0b59471541": "mine", "0b59471542": "balance-rr"},
            "policies": {"mine": {"basePolicy": "balance-aware", "failoverInterval": 2000,
              "upDelay": 100, "downDelay": "200", "packetsPerLink": 16,
              "activeReselect": "optimize",
              "linkQuality": {"lat_max": 400, "pdv_max": 20, "plr_max": 0.5, "per_max": 0.1,
                "lat_weight": 0.25, "pdv_weight": 0.25, "plr_weight": 0.4, "per_weight": 0.1},
              "links": {"eth0": {"capacity": 1000, "ipvPref": 46, "mtu": 1400,
                                 "mode": "primary", "failoverTo": "eth1"},
                        "eth1": {"enabled": false}}}}\
            """);

    assertNull(bonding.policy(1));
    assertEquals(Base.BALANCE_RR, bonding.policy(0x0b59471542L).base());
    BondPolicy mine = bonding.policy(0x0b59471541L);
    assertEquals(
        new BondPolicy(
            "mine",
            Base.BALANCE_AWARE,
            new Timing(2_000, 100, 200),
            Selection.OPTIMIZE,
            16,
            new QualityLimits(
                new Limit(400, 0.25),
                new Limit(20, 0.25),
                new Limit(0.5, 0.4),
                new Limit(0.1, 0.1)),
            Map.of(
                "eth0",
                new Link(true, 1_000, IpPreference.IPV4_FIRST, 1_400, true, "eth1"),
                "eth1",
                Link.DISABLED)),
        mine);
    assertFalse(mine.link("eth2").enabled());
    assertEquals(List.of(), problems);
  }

  /** Each invalid value is named, and the rest of the file applies. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "'defaultBondingPolicy': 'nosuch' | settings.defaultBondingPolicy: expected one of",
        "'peerSpecificBonds': {'x': 'broadcast'} | settings.peerSpecificBonds.x: expected an"
            + " address",
        "'peerSpecificBonds': {'0b59471541': 'x'} | settings.peerSpecificBonds.0b59471541:"
            + " expected",
        "'policies': {'p': {}} | settings.policies.p.basePolicy: expected one of active-backup",
        "'policies': {'p': {'basePolicy': 'x'}} | found the string \"x\"",
        "'policies': {'broadcast': {'basePolicy': 'broadcast'}} | settings.policies.broadcast:",
        "'policies': {'p': {'basePolicy': 'broadcast', 'upDely': 1}} | upDely: unknown key",
        "'policies': {'p': {'basePolicy': 'broadcast', 'failoverInterval': 499}} | from 500 to",
        "'policies': {'p': {'basePolicy': 'broadcast', 'packetsPerLink': 0}} | from 1 to",
        "'policies': {'p': {'basePolicy': 'broadcast', 'activeReselect': 'x'}} | activeReselect:",
        "'policies': {'p': {'basePolicy': 'broadcast', 'linkQuality': {'lat_max': 1}}} | pdv_max:",
        "'policies': {'p': {'basePolicy': 'broadcast', 'links': {'e': {'ipvPref': 5}}}} | ipvPref:",
        "'policies': {'p': {'basePolicy': 'broadcast', 'links': {'e': {'mode': 'x'}}}} | .e.mode:",
        "'policies': {'p': {'basePolicy': 'broadcast', 'links': {'e': {'failoverTo': 'f'}}}} |"
            + " spare",
      })
  void reportsInvalidValues(String settings, String problem) {
    bonding(settings.replace('\'', '"'));

    assertEquals(1, problems.size(), problems::toString);
    assertTrue(problems.getFirst().contains(problem), problems::toString);
  }

  /** As the recorded daemon, which names the same five policies and two links. */
  @Test
  void usesWhatIsLeftOfRecordedFileWithErrors() {
    JsonNode recorded = null;
    for (JsonNode each : Vectors.file("service/local-conf.json").required("cases")) {
      if (each.required("name").asText().equals("custom policies with errors")) {
        recorded = each;
      }
    }
    assertNotNull(recorded);

    BondingOptions bonding = read(recorded.required("local.conf").toString()).node().bonding();

    BondPolicy policy = bonding.policy(1);
    assertEquals("p1", policy.name());
    assertFalse(policy.link("ws4c").enabled());
    assertFalse(policy.link("xs4c").enabled());
    assertEquals(6, problems.size(), problems::toString);
  }

  @Test
  void bondsExcludeTcpRelays() {
    Settings settings =
        read(
            """
            {"settings": {"defaultBondingPolicy": "broadcast", "allowTcpFallbackRelay": true,
              "forceTcpRelay": true}}\
            """);

    assertFalse(settings.allowTcpFallbackRelay());
    assertFalse(settings.forceTcpRelay());
    assertEquals(RelayUse.NEVER, settings.node().relayUse());
    assertEquals(1, problems.size(), problems::toString);
  }
}
