// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HexFormat;
import java.util.List;
import net.backhaul.json.Json;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.network.Rules;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;

class RuleJsonTest {
  private static List<Rule> read(String array) {
    return RuleJson.readAll(Json.parse(array));
  }

  private static String wire(List<Rule> rules) {
    var out = new WireWriter();
    Rules.write(out, rules);
    return HexFormat.of().formatHex(out.toByteArray());
  }

  @Test
  void convertsRulesAsReference() {
    int onWire = 0;
    for (JsonNode vector : Vectors.file("vl2/rules_wire.json").required("json")) {
      String json = "[" + vector.required("json") + "]";
      List<Rule> read = read(json);

      assertEquals(vector.required("controllerAccepts").asBoolean() ? 1 : 0, read.size(), json);
      if (vector.has("wire")) {
        String wire = vector.required("wire").asText();
        byte[] bytes = HexFormat.of().parseHex(wire);
        List<Rule> rendered = Rules.read(bytes, Rules.MAX_BASE_RULES);
        assertEquals(read.isEmpty() ? "" : wire, wire(read), json);
        assertEquals(
            Json.parse("[" + vector.required("renderedJson") + "]"),
            RuleJson.writeAll(rendered),
            json);
        onWire++;
      }
    }
    assertEquals(60, onWire);
  }

  @Test
  void fillsMacFromTheLeft() {
    String json = "[{\"type\":\"MATCH_MAC_SOURCE\",\"mac\":\"02-ab:CD\"}]";

    assertEquals("1d0602abcd000000", wire(read(json)));
  }

  @Test
  void rejectsMaskOfWrongType() {
    assertThrows(
        IllegalArgumentException.class,
        () -> read("[{\"type\":\"MATCH_CHARACTERISTICS\",\"mask\":null}]"));
  }

  @Test
  void keepsIpv4MappedAddressAsIpv6() {
    String json = "[{\"ip\":\"::ffff:10.0.0.0/104\",\"type\":\"MATCH_IPV6_SOURCE\"}]";

    assertEquals("2111" + "0".repeat(20) + "ffff0a000000" + "68", wire(read(json)));
    assertEquals(
        "[{\"ip\":\"::ffff:10.0.0.0/104\",\"not\":false,\"or\":false,\"type\":\"MATCH_IPV6_SOURCE\"}]",
        Json.write(RuleJson.writeAll(read(json))));
  }
}
