// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sources and what the reference's compiler made of them (03 section 5.9). */
class RulesLanguageTest {
  @Test
  void compilesAsTheReference() throws IOException {
    var differences = new ArrayList<String>();
    List<Map<String, @Nullable Object>> vectors = vectors();
    for (Map<String, @Nullable Object> each : vectors) {
      String source = (String) each.get("source");
      String expected =
          Json.write(each.containsKey("output") ? each.get("output") : each.get("error"));
      String found = Json.write(compile(source));
      if (!found.equals(expected)) {
        differences.add("%s%n expected %s%n found    %s%n".formatted(source, expected, found));
      }
    }

    assertEquals(List.of(), differences);
    assertTrue(vectors.size() > 50, "vectors");
  }

  @Test
  void decompilesWhatItCompiled() throws Exception {
    for (Map<String, @Nullable Object> each : vectors()) {
      if (each.containsKey("output")) {
        Map<String, @Nullable Object> output = Json.asObject(each.get("output"));
        String source = RulesDecompiler.decompile(output);

        assertEquals(
            Json.write(output), Json.write(RulesCompiler.compile(source).json()), () -> source);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"x1, 0", "level2, 0", "-, 0", "-5, 5", "7x, 7", "0x10, 0", "two, 2", "high, 8"})
  void resolvesTheDefaultOfATag(String text, long expected) throws Exception {
    String source = "tag t default %s id 1 enum 2 two flag 3 high;".formatted(text);

    assertEquals(expected, RulesCompiler.compile(source).tags().getFirst().defaultValue());
  }

  @ParameterizedTest
  @CsvSource({
    "::ffff:10.0.0.0/104, MATCH_IPV6_SOURCE",
    "::FFFF:10.0.0.0/104, MATCH_IPV6_SOURCE",
    "::1.2.3.4/128, MATCH_IPV6_SOURCE",
    "1.2.3.4/32, MATCH_IPV4_SOURCE"
  })
  void distinguishesAddressesOfBothVersions(String ip, String type) throws Exception {
    var match = RulesCompiler.compile("accept ipsrc " + ip).rules().getFirst().json();

    assertEquals(type, match.get("type"));
    assertEquals(ip, match.get("ip"));
  }

  @Test
  void writesTypesOfActionsInAscii() throws Exception {
    String kelvin = "brea\u212a";

    assertEquals(
        "ACTION_BREAK", RulesCompiler.compile(kelvin).rules().getFirst().json().get("type"));
  }

  /** Returns the output, or the error. */
  private static Map<String, @Nullable Object> compile(String source) {
    try {
      return RulesCompiler.compile(source).json();
    } catch (RulesException e) {
      Map<String, @Nullable Object> error = Json.object();
      error.put("line", (long) e.line());
      error.put("column", (long) e.column());
      error.put("message", e.getMessage());
      return error;
    }
  }

  static List<Map<String, @Nullable Object>> vectors() throws IOException {
    try (var in = RulesLanguageTest.class.getResourceAsStream("rules_language.json")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return ((List<?>) Json.parse(text)).stream().map(Json::asObject).toList();
    }
  }
}
