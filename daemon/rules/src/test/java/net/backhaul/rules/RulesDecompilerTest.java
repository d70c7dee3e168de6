// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import net.backhaul.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sources for the JSON of networks. */
class RulesDecompilerTest {
  @Test
  void writesTheRulesOfANetwork() {
    String source =
        decompile(
            """
            {"name": "x",
             "tags": [{"id": 7, "default": null}],
             "capabilities": [{"id": 1, "default": true, "rules": [{"type": "ACTION_ACCEPT"}]}],
             "rules": [
               {"type": "MATCH_ETHERTYPE", "not": true, "or": false, "etherType": 2048},
               {"type": "MATCH_IPV6_DEST", "not": false, "or": true, "ip": "fd00::/8"},
               {"type": "ACTION_DROP"},
               {"type": "ACTION_BREAK"},
               {"type": "MATCH_TAG_SENDER", "id": 7, "value": 3},
               {"type": "ACTION_ACCEPT"},
               {"type": "MATCH_ETHERTYPE", "etherType": 1}]}
            """);

    assertEquals(
        """
        tag tag_7
          id 7
        ;

        cap cap_1
          id 1
          default
          accept and;
        ;

        drop
          not ethertype ipv4
          or ipdest fd00::/8
        ;
        break and;
        accept
          tseq tag_7 3
        ;
        """,
        source);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[{\"type\": \"MATCH_ETHERTYPE\"}, {\"type\": \"ACTION_DROP\"}]",
        "[{\"type\": \"INTEGER_RANGE\"}, {\"type\": \"ACTION_DROP\"}]",
        "[{\"type\": \"ACTION_PRIORITY\"}]",
        "[{\"type\": \"MATCH_IPV4_SOURCE\", \"ip\": \"1.2.3.4/8; accept\"}, {\"type\":"
            + " \"ACTION_DROP\"}]",
        "[{\"type\": \"MATCH_CHARACTERISTICS\", \"mask\": \"c000000000000000\"}, {\"type\":"
            + " \"ACTION_DROP\"}]",
        "[{\"type\": \"MATCH_CHARACTERISTICS\", \"mask\": \"12\"}, {\"type\": \"ACTION_DROP\"}]"
      })
  void rejectsWhatTheLanguageCannotExpress(String rules) {
    var error =
        assertThrows(IllegalArgumentException.class, () -> decompile("{\"rules\": " + rules + "}"));

    assertTrue(error.getMessage().length() > 20, error.getMessage());
  }

  @Test
  void writesFlagsAndEnumsThatAreKeywords() throws Exception {
    String json =
        """
        {"config": {"tags": [{"id": 1, "default": -2147483648}], "rules": []},
         "tagsByName": {"t": {"id": 1, "default": -2147483648,
           "enums": {"drop": 1, "high": 7}, "flags": {"drop": 2, "high": -2147483648,
             "top": -2147483648}}}}
        """;

    String source = decompile(json);

    assertTrue(source.contains("default top"), source);
    assertEquals(
        Json.asObject(Json.parse(json)).get("tagsByName"),
        RulesCompiler.compile(source).json().get("tagsByName"));
  }

  @Test
  void choosesNamesThatNothingElseHas() throws Exception {
    String source =
        decompile(
            """
            {"tags": [{"id": 1, "default": null}, {"id": 1, "default": null},
                      {"id": 2, "default": null}],
             "capabilities": [{"id": 1}, {"id": 2}],
             "tagsByName": {"tag_1": {"id": 2, "default": null}},
             "capabilitiesByName": {"cap_1": 2}}
            """);

    CompiledRules rules = RulesCompiler.compile(source);
    assertEquals(
        List.of("tag_1_2", "tag_1_3", "tag_1"), rules.tags().stream().map(NamedTag::name).toList());
    assertEquals(
        List.of("cap_1_4", "cap_1"),
        rules.capabilities().stream().map(NamedCapability::name).toList());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "[]",
        "{}",
        "null",
        "{\"rules\": 5}",
        "{\"rules\": [5]}",
        "{\"rules\": [{\"type\": \"drop\"}]}",
        "{\"rules\": [{\"type\": \"ACTION_drop\"}]}",
        "{\"rules\": [{\"type\": \"ACTION_TEE\", \"length\": 18446744073709551615,"
            + " \"address\": \"a1b2c3d4e5\"}]}",
        "{\"rules\": [{\"type\": \"ACTION_REDIRECT\", \"address\": \"a1b2c3d4e5\","
            + " \"flags\": 1}]}",
        "{\"rules\": [{\"type\": \"ACTION_REDIRECT\"}]}",
        "{\"rules\": [{\"type\": \"MATCH_IP_SOURCE\", \"ip\": \"1.2.3.4/8\"}]}",
        "{\"rules\": [{\"type\": \"MATCH_IPV6_SOURCE\", \"ip\": \"1.2.3.4/8\"}]}",
        "{\"rules\": [{\"type\": \"MATCH_VLAN_ID\", \"vlanId\": 1.5}]}",
        "{\"rules\": [{\"type\": \"MATCH_VLAN_ID\", \"vlanId\": 1, \"not\": 1}]}",
        "{\"rules\": [{\"type\": \"MATCH_ICMP\", \"icmpType\": 1, \"icmpCode\": -5}]}",
        "{\"capabilities\": [{\"id\": 1}, {\"id\": 1}]}",
        "{\"capabilities\": [{\"id\": 1}], \"capabilitiesByName\": {\"drop\": 1}}",
        "{\"tags\": [{\"id\": 1}], \"tagsByName\": {\"T\": {\"id\": 1}}}",
        "{\"tags\": [{\"id\": 1, \"default\": -5}]}",
        "{\"tags\": [{\"id\": 1}], \"tagsByName\": {\"t\": {\"id\": 1, \"flags\":"
            + " {\"f\": 0}}}}"
      })
  void rejectsWhatIsNoNetwork(String json) {
    var error = assertThrows(IllegalArgumentException.class, () -> decompile(json));

    assertTrue(error.getMessage().length() > 20, error.getMessage());
  }

  private static String decompile(String json) {
    return RulesDecompiler.decompile(Json.parse(json));
  }
}
