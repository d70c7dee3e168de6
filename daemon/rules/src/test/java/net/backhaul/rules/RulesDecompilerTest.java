// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

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

  private static String decompile(String json) {
    return RulesDecompiler.decompile(Json.asObject(Json.parse(json)));
  }
}
