// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.settings;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import net.backhaul.engine.NodeOptions;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.service.settings.TcpRelays.RelayAddress;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class SettingsTest {
  private final List<String> problems = new ArrayList<>();

  @Test
  void givesDefaultsForEmptyFile() {
    Settings settings = read("{}");

    assertEquals(OptionalInt.empty(), settings.primaryPort());
    assertTrue(settings.allowSecondaryPort());
    assertTrue(settings.portMappingEnabled());
    assertTrue(settings.allowTcpFallbackRelay());
    assertFalse(settings.forceTcpRelay());
    assertEquals(List.of(), settings.managers());
    assertEquals(List.of(), problems);
  }

  @Test
  void readsEverySetting() throws Exception {
    Settings settings =
        read(
            """
            {"settings": {"primaryPort": 9000, "secondaryPort": 9001, "allowSecondaryPort": false,
              "bind": ["127.0.0.1", "::1"], "interfacePrefixBlacklist": ["docker"],
              "allowManagementFrom": ["10.0.0.0/8", "192.0.2.7"], "forceTcpRelay": true},
             "physical": {"10.1.0.0/16": {"blacklist": true},
                          "10.2.0.0/16": {"trustedPathId": 101010024, "mtu": 9000}},
             "virtual": {"0b59471541": {"try": ["192.0.2.1/9993"],
                                        "blacklist": ["198.51.100.0/24"]}}}
            """);

    assertEquals(OptionalInt.of(9000), settings.primaryPort());
    assertEquals(9001, settings.secondaryPort());
    assertFalse(settings.allowSecondaryPort());
    assertEquals(
        List.of(Endpoints.parseIp("127.0.0.1"), Endpoints.parseIp("::1")), settings.bind());
    assertEquals(List.of("docker"), settings.interfaces().skippedPrefixes());
    assertEquals(
        List.of(IpPrefix.parse("10.0.0.0/8"), IpPrefix.parse("192.0.2.7/32")), settings.managers());
    assertTrue(settings.forceTcpRelay());
    assertTrue(settings.forbids(Endpoints.parseIp("10.1.2.3")));
    assertFalse(settings.forbids(Endpoints.parseIp("10.2.2.3")));
    assertEquals(101010024, settings.node().trustedPathId(Endpoints.parseIp("10.2.2.3")));
    assertEquals(9000, settings.node().mtuBytes(Endpoints.parseIp("10.2.2.3")));
    assertEquals(
        List.of(Endpoints.parse("192.0.2.1/9993")), settings.node().hints().get(0x0b59471541L));
    assertTrue(settings.node().forbids(0x0b59471541L, Endpoints.parseIp("198.51.100.9")));
    assertEquals(List.of(), problems);
  }

  @Test
  void readsLimitsOfPeersAndMembers() {
    assertEquals(NodeOptions.DEFAULT_MAX_PEERS, read("{}").node().maxPeers());
    NodeOptions node = read("{\"settings\": {\"maxPeers\": 100000, \"maxMembers\": 200}}").node();
    assertEquals(100_000, node.maxPeers());
    assertEquals(200, node.maxMembers());
    assertEquals(List.of(), problems);

    NodeOptions wrong = read("{\"settings\": {\"maxPeers\": 5, \"maxMembers\": \"all\"}}").node();
    assertEquals(NodeOptions.DEFAULT_MAX_PEERS, wrong.maxPeers());
    assertEquals(NodeOptions.DEFAULT_MAX_MEMBERS, wrong.maxMembers());
    assertEquals(2, problems.size(), problems::toString);
    assertTrue(
        problems.getFirst().contains("a whole number from 100 to 1000000"), problems::toString);
  }

  @Test
  void readsLowBandwidthMode() {
    assertFalse(read("{}").node().lowBandwidth());
    assertTrue(read("{\"settings\": {\"lowBandwidthMode\": true}}").node().lowBandwidth());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "{} | [204.80.128.1/443] | FALLBACK | 0",
        "{`tcpFallbackRelay`: `192.0.2.1/443`} | [192.0.2.1/443] | FALLBACK | 0",
        "{`tcpFallbackRelay`: [`192.0.2.1/443`, `tls:192.0.2.2/8443`]}"
            + " | [192.0.2.1/443, tls:192.0.2.2/8443] | FALLBACK | 0",
        "{`tcpFallbackRelay`: []} | [] | NEVER | 0",
        "{`tcpFallbackRelay`: `relay`} | [204.80.128.1/443] | FALLBACK | 1",
        "{`tcpFallbackRelay`: [`::1/443`, `192.0.2.1`]} | [] | NEVER | 2",
        "{`allowTcpFallbackRelay`: false, `forceTcpRelay`: true} | [204.80.128.1/443] | NEVER | 0",
        "{`forceTcpRelay`: true} | [204.80.128.1/443] | ALWAYS | 0"
      })
  void readsRelays(String object, String relays, NodeOptions.RelayUse use, int reported) {
    Settings settings = read("{\"settings\": " + object.replace('`', '"') + "}");

    assertEquals(relays, settings.tcpRelays().relays().toString());
    assertEquals(use, settings.node().relayUse());
    assertEquals(reported, problems.size(), problems::toString);
  }

  @Test
  void connectsToLimitedNumberOfRelays() {
    var all = new StringBuilder();
    for (int i = 1; i <= TcpRelays.MAX_RELAYS + 1; i++) {
      all.append(i == 1 ? "" : ",").append("\"192.0.2.").append(i).append("/443\"");
    }
    Settings settings = read("{\"settings\": {\"tcpFallbackRelay\": [" + all + "]}}");

    assertEquals(TcpRelays.MAX_RELAYS, settings.tcpRelays().relays().size());
    assertEquals(1, problems.size());
  }

  @ParameterizedTest
  @CsvSource({
    "192.0.2.1/443, 192.0.2.1/443, 0",
    "0.0.0.0/443, 0.0.0.0/443, 0",
    "'', '', 0",
    "::/443, '', 1",
    "443, '', 1",
    "192.0.2.1/0, '', 1"
  })
  void readsWhereToBeRelay(String text, String expected, int reported) {
    Settings settings = read("{\"settings\": {\"tcpRelay\": \"" + text + "\"}}");

    assertEquals(
        expected.isEmpty() ? null : Endpoints.parse(expected), settings.tcpRelays().listen());
    assertEquals(reported, problems.size(), problems::toString);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {"null | 0", "0 | 0", "46 | 46", "63 | 63", "\"46\" | 46", "\"copy\" | -1"})
  void readsDscp(String value, int expected) {
    Settings settings = read("{\"settings\": {\"dscp\": " + value + "}}");

    assertEquals(expected, settings.node().dscp());
    assertEquals(List.of(), problems);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "64 | the value 64",
        "-1 | the value -1",
        "true | the value true",
        "1.5 | the value 1.5",
        "\"ef\" | the string \"ef\"",
        "[46] | an array"
      })
  void reportsInvalidDscp(String value, String found) {
    Settings settings = read("{\"settings\": {\"dscp\": " + value + "}}");

    assertEquals(0, settings.node().dscp());
    assertEquals(
        List.of(
            "local.conf: settings.dscp: expected a whole number from 0 to 63 or \"copy\", found "
                + found
                + "; it is ignored"),
        problems);
  }

  @Test
  void treatsManagementAddressWithoutBitsAsOneHost() {
    Settings settings = read("{\"settings\": {\"allowManagementFrom\": [\"10.44.0.2\"]}}");

    assertFalse(settings.managers().getFirst().contains(Endpoints.parseIp("10.44.0.3")));
  }

  @ParameterizedTest
  @CsvSource({"0.0.0.0, 10.44.0.3, fd00::3, IPv4", "::, fd00::3, 10.44.0.3, IPv6"})
  void treatsUnspecifiedAddressWithoutBitsAsItsFamilyAndReportsIt(
      String entry, String member, String other, String family) {
    Settings settings =
        read(
            """
            {"settings": {"allowManagementFrom": ["%1$s"]}, "physical": {"%1$s": {"mtu": 9000}},
             "virtual": {"0b59471541": {"blacklist": ["%1$s"]}}}
            """
                .formatted(entry));

    assertTrue(settings.managers().getFirst().contains(Endpoints.parseIp(member)));
    assertFalse(settings.managers().getFirst().contains(Endpoints.parseIp(other)));
    assertEquals(9000, settings.node().mtuBytes(Endpoints.parseIp(member)));
    assertTrue(settings.node().forbids(0x0b59471541L, Endpoints.parseIp(member)));
    assertFalse(settings.node().forbids(0x0b59471541L, Endpoints.parseIp(other)));
    String problem =
        "local.conf: %s: %s without /bits is every %s address; write %s/0 if that is meant";
    assertEquals(
        List.of(
            problem.formatted("settings.allowManagementFrom", entry, family, entry),
            problem.formatted("virtual.0b59471541.blacklist", entry, family, entry),
            problem.formatted("physical." + entry, entry, family, entry)),
        problems);
  }

  @Test
  void readsNetworkWithExplicitBitsOfWholeFamilyWithoutReport() {
    Settings settings = read("{\"settings\": {\"allowManagementFrom\": [\"0.0.0.0/0\"]}}");

    assertTrue(settings.managers().getFirst().contains(Endpoints.parseIp("10.44.0.3")));
    assertEquals(List.of(), problems);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'settings': {'primaryPort': 'nine'}}"
            + "| settings.primaryPort: expected a whole number from 0 to 65535,"
            + " found the string \"nine\"",
        "{'settings': {'primaryPort': 70000}}"
            + "| settings.primaryPort: expected a whole number from 0 to 65535,"
            + " found the value 70000",
        "{'settings': {'primaryPort': 1.5}}"
            + "| settings.primaryPort: expected a whole number from 0 to 65535,"
            + " found the value 1.5",
        "{'settings': {'portMappingEnabled': 'yes'}}"
            + "| settings.portMappingEnabled: expected true or false, found the string \"yes\"",
        "{'settings': {'bind': '127.0.0.1'}}"
            + "| settings.bind: expected an array of strings, found the string \"127.0.0.1\"",
        "{'settings': {'bind': ['here']}}"
            + "| settings.bind: expected an IP address, found the string \"here\"",
        "{'settings': {'allowManagementFrom': [7]}}"
            + "| settings.allowManagementFrom: expected IP/bits, found the value 7",
        "{'physical': []}" + "| physical: expected an object, found an array",
        "{'physical': {'somewhere': {}}}"
            + "| physical.somewhere: expected IP/bits as key, found the string \"somewhere\"",
        "{'physical': {'10.0.0.0/8': {'mtu': true}}}"
            + "| physical.10.0.0.0/8.mtu: expected a whole number from 0 to 2147483647,"
            + " found the value true",
        "{'virtual': {'me': {}}}"
            + "| virtual.me: expected an address of 10 hexadecimal digits as key,"
            + " found the string \"me\"",
        "{'virtual': {'0b59471541': {'try': ['x']}}}"
            + "| virtual.0b59471541.try: expected IP/port, found the string \"x\""
      })
  void reportsWrongTypeWithKeyAndTreatsItAsAbsent(String conf, String message) {
    Settings settings = read(conf.strip().replace('\'', '"'));

    assertEquals(List.of("local.conf: " + message.strip() + "; it is ignored"), problems);
    assertEquals(OptionalInt.empty(), settings.primaryPort());
    assertTrue(settings.portMappingEnabled());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{'settings': {'secundaryPort': 1}}| settings.secundaryPort| secondaryPort",
        "{'setings': {}}| setings| settings",
        "{'physical': {'10.0.0.0/8': {'blackList': true}}}| physical.10.0.0.0/8.blackList|"
            + " blacklist",
        "{'virtual': {'0b59471541': {'tri': []}}}| virtual.0b59471541.tri| try",
        "{'settings': {'x': 1}}| settings.x| ''"
      })
  void reportsUnknownKeysWithTheNearestKnownOne(String conf, String key, String nearest) {
    read(conf.strip().replace('\'', '"'));

    assertEquals(
        List.of(
            "local.conf: "
                + key
                + ": unknown key, it is ignored"
                + (nearest.isEmpty() ? "" : "; did you mean " + nearest + "?")),
        problems);
  }

  @Test
  void convertsWhatTheReferenceConverts() {
    Settings settings =
        read(
            """
            {"settings": {"primaryPort": "9000", "portMappingEnabled": 0,
                          "allowSecondaryPort": "false"}}
            """);

    assertEquals(OptionalInt.of(9000), settings.primaryPort());
    assertFalse(settings.portMappingEnabled());
    assertFalse(settings.allowSecondaryPort());
    assertEquals(List.of(), problems);
  }

  /** Every file that the reference was started with and took. */
  static Stream<String> recordedFiles() {
    List<String> files = new ArrayList<>();
    for (JsonNode each : Vectors.file("service/local-conf.json").required("cases")) {
      JsonNode conf = each.get("local.conf");
      // BondingSettingsTest reads those with invalid policies.
      boolean isValid = !each.required("name").asText().contains("polic");
      if (isValid && conf.isObject() && !conf.path("settings").isNumber()) {
        files.add(conf.toString());
      }
    }
    return files.stream();
  }

  @ParameterizedTest
  @MethodSource("recordedFiles")
  void acceptsRecordedFilesWithoutProblems(String conf) {
    read(conf);

    assertEquals(List.of(), problems);
  }

  private Settings read(String conf) {
    return Settings.read(Json.asObject(Json.parse(conf)), problems::add);
  }

  @Test
  void connectsToRelaysFromTheAddressesThatAreBound() {
    var relay = new RelayAddress(Endpoints.parse("192.0.2.1/443"), false);
    InetAddress v4 = Endpoints.parseIp("198.51.100.7");
    InetAddress v6 = Endpoints.parseIp("2001:db8::7");

    assertEquals(Optional.of(relay), relay.from(List.of()));
    assertEquals(
        Optional.of(new RelayAddress(relay.address(), false, v4)), relay.from(List.of(v6, v4)));
    assertEquals(Optional.empty(), relay.from(List.of(v6)));
  }
}
