// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Rule;
import net.backhaul.protocol.packet.WireReader;

/** Compares a configuration with the fields of one in a vector file. */
final class ConfigFields {
  private static final HexFormat HEX = HexFormat.of();

  private ConfigFields() {}

  /** Checks all fields that the vectors of whole nodes have. */
  static void check(JsonNode expect, NetworkConfig config, String where) {
    JsonNode fields = expect.required("configDiffersFromMinimal");
    for (var field : fields.properties()) {
      JsonNode value = field.getValue();
      Object actual =
          switch (field.getKey()) {
            case "networkId" -> HEX.toHexDigits(config.networkId());
            case "timestamp" -> config.timestampMs();
            case "credentialTimeMaxDelta" -> config.credentialWindowMs();
            case "revision" -> config.revision();
            case "flags" -> HEX.toHexDigits(config.flags());
            case "multicastLimit" -> config.multicastLimit();
            case "type" -> config.isPublic() ? 1 : 0;
            case "nameHex" -> HEX.formatHex(config.name().getBytes(StandardCharsets.UTF_8));
            case "com" -> HEX.toHexDigits(config.com().signer(), 10);
            case "specialists" -> config.specialists().stream().map(HEX::toHexDigits).toList();
            case "staticIps" -> config.addresses().stream().map(Object::toString).toList();
            case "rules" -> config.rules().stream().map(ConfigFields::text).toList();
            default -> throw new AssertionError("unknown field " + field.getKey());
          };
      Object wanted =
          switch (field.getKey()) {
            case "com" -> value.required("signedBy").asText();
            case "specialists", "staticIps" -> value.valueStream().map(JsonNode::asText).toList();
            case "rules" -> value.valueStream().map(ConfigFields::text).toList();
            default -> value.asText();
          };
      assertEquals(wanted.toString(), actual.toString(), where + ": " + field.getKey());
    }
  }

  private static String text(JsonNode rule) {
    var text = new StringBuilder();
    rule.properties()
        .forEach(
            field ->
                text.append(field.getKey())
                    .append('=')
                    .append(field.getValue().asText(""))
                    .append(' '));
    return text.toString();
  }

  private static String text(Rule rule) {
    String head = "type=%d not=%b or=%b ".formatted(rule.type(), rule.not(), rule.or());
    WireReader in = rule.fields();
    return head
        + switch (rule.type()) {
          case Rule.MATCH_ETHERTYPE -> "etherType=%d ".formatted(in.u16());
          case Rule.MATCH_IP_PROTOCOL -> "ipProtocol=%d ".formatted(in.u8());
          case Rule.MATCH_IP_DEST_PORT_RANGE -> "start=%d end=%d ".formatted(in.u16(), in.u16());
          case Rule.MATCH_CHARACTERISTICS -> "mask=%s ".formatted(HEX.toHexDigits(in.u64()));
          default -> "";
        };
  }
}
