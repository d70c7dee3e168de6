// SPDX-License-Identifier: Apache-2.0
package net.backhaul.json;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON text read and written as the reference does. */
class JsonTest {
  @ParameterizedTest
  @CsvSource({
    "0.0, 0.0",
    "-0.0, -0.0",
    "1.0, 1.0",
    "0.125, 0.125",
    "-1.5, -1.5",
    "123456789012345.0, 123456789012345.0",
    "1234567890123456.0, 1.234567890123456e+15",
    "1e20, 1e+20",
    "1.5e-7, 1.5e-07",
    "0.0001, 0.0001",
    "0.00001, 1e-05",
    "1.7976931348623157e308, 1.7976931348623157e+308",
    "18446744073709551615, 18446744073709551615",
    "18446744073709551616, 1.8446744073709552e+19",
    "-9223372036854775808, -9223372036854775808",
    "-5, -5",
  })
  void writesNumbersAsTheReference(String read, String written) {
    assertEquals(written, Json.write(Json.parse(read)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"a":1,"b":2,"a":1}          | a
          {"a":{"b":{"c":1,"c":2}}}    | a.b.c
          {"a":[{"b":1},[{"c":1,"c":2}]]} | a[1][0].c
          [{"b":null,"b":null}]        | [0].b
          """)
  void rejectsRepeatedNamesWhereItIsStrict(String text, String path) {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));

    assertEquals(
        path, assertThrows(RepeatedNameException.class, () -> Json.parseStrictly(bytes)).path());
    Json.parse(bytes);
  }

  @Test
  void writesNonAsciiCharactersUnescaped() {
    String text = "\"\\u0001\\b\\f\\n\\r\\t\\\"\\\\\\u001fé☃\u007f😀/\"";

    assertEquals(text, Json.write(Json.parse(text)));
  }

  @Test
  void readsTextAfterByteOrderMark() {
    String text = "\ufeff{\"a\":\"\ufeffb\"}";

    assertEquals(Map.of("a", "\ufeffb"), Json.parse(text));
    assertEquals(
        Map.of("a", "\ufeffb"), Json.parse(ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8))));
    assertEquals(Map.of("a", "\ufeffb"), Json.parseLeniently(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"\ufeff", "\ufeff\ufeff{}", " \ufeff{}", "{}\ufeff", "{\ufeff}"})
  void rejectsByteOrderMarkElsewhere(String text) {
    assertThrows(InvalidJsonException.class, () -> Json.parse(text));
  }

  @Test
  void sortsKeysBytewise() {
    assertEquals(
        "{\"6plane\":1,\"A\":2,\"a\":3,\"\uffee\":4,\"😀\":5}",
        Json.write(Json.parse("{\"😀\":5,\"\uffee\":4,\"a\":3,\"A\":2,\"6plane\":1}")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "{", "{bad json", "{\"a\":1} x", "[1,]", "nul", "1e999"})
  void rejectsInvalidJson(String text) {
    assertThrows(InvalidJsonException.class, () -> Json.parse(text));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{", "{\"a\":", "[1", "{\"a\": [\"b\""})
  void describesErrorsWithoutTheParsersSource(String text) {
    var invalid = assertThrows(InvalidJsonException.class, () -> Json.parse(text));

    assertFalse(
        String.valueOf(invalid.getMessage()).contains("Source"), () -> invalid.getMessage());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "{bad json", "{\"a\":1} x", "[{\"a\":1}]", "null", "5"})
  void parsesAnythingElseLenientlyAsEmptyObject(String text) {
    assertEquals(Map.of(), Json.parseLeniently(text));
  }

  @Test
  void parsesObjectsLeniently() {
    assertEquals(Map.of("a", List.of(1L, 0.5)), Json.parseLeniently(" {\"a\": [1, 0.5]}\n"));
  }

  @Test
  void indentsMembersAndElements() {
    String indented =
        """
        {
            "": {},
            "a": [
                1,
                {
                    "b": null
                },
                []
            ],
            "c": 1e+20
        }\
        """;

    assertEquals(
        indented,
        Json.writeIndented(Json.parse("{\"c\":1e20,\"a\":[1,{\"b\":null},[]],\"\":{}}"), 4));
  }

  @Test
  void rejectsObjectsThatAreNotJsonValues() {
    assertThrows(IllegalArgumentException.class, () -> Json.write(List.of('a')));
  }

  @Test
  void rejectsDeepNesting() {
    Json.parse("[".repeat(500) + "]".repeat(500));

    assertThrows(InvalidJsonException.class, () -> Json.parse("[".repeat(501) + "]".repeat(501)));
    assertThrows(InvalidJsonException.class, () -> Json.parse("[".repeat(100_000)));
  }

  @Test
  void throwsOnlyInvalidJsonForRandomText() {
    String alphabet = "{}[]\":,0123456789.eE+-truefalsn\\u \n\t\u0000é";
    for (long seed = 0; seed < 20_000; seed++) {
      var random = new Random(seed);
      var text = new StringBuilder();
      for (int i = random.nextInt(24); i > 0; i--) {
        text.append(alphabet.charAt(random.nextInt(alphabet.length())));
      }
      try {
        Object value = Json.parse(text.toString());
        assertEquals(value, Json.parse(Json.write(value)), () -> "text " + text);
      } catch (InvalidJsonException expected) {
        // The only exception that a text can cause.
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        " ",
        "{",
        "[1,]",
        "{\"a\"}",
        "{\"a\":1} x",
        "[] []",
        "nul",
        "01",
        "\"",
        "}",
        "'x'"
      })
  void reportsThePositionOfErrors(String text) {
    var invalid = assertThrows(InvalidJsonException.class, () -> Json.parse(text));

    assertTrue(
        invalid.reason().matches("parse error at line 1, column \\d+: .+"), invalid.reason());
    assertEquals("[json.exception.parse_error.101] " + invalid.reason(), invalid.getMessage());
  }

  @Test
  void reportsNumbersOutOfRange() {
    var invalid = assertThrows(InvalidJsonException.class, () -> Json.parse("[1e999]"));

    assertEquals("number overflow parsing '1e999'", invalid.reason());
    assertEquals(
        "[json.exception.out_of_range.406] number overflow parsing '1e999'", invalid.getMessage());
  }

  @Test
  void rejectsWholeNumbersBeyondTheRangeOfDoubles() {
    for (String sign : List.of("", "-")) {
      String digits = sign + "1" + "0".repeat(400);
      var invalid = assertThrows(InvalidJsonException.class, () -> Json.parse("[" + digits + "]"));

      assertEquals("number overflow parsing '" + digits + "'", invalid.reason());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\udc00\\ud800\"",
        "\"a\\ud800b\"",
        "[\"\\ud800\\ud800\\udc00\"]",
        "{\"a\":\"\\ud800\"}",
        "{\"\\ud800\":1}",
        "{\"\\udc00\":1}"
      })
  void rejectsHalfSurrogatePairs(String text) {
    var invalid = assertThrows(InvalidJsonException.class, () -> Json.parse(text));

    assertTrue(invalid.reason().contains("urrogate"), invalid.reason());
  }

  @Test
  void readsSurrogatePairs() {
    assertEquals("\ud83d\ude00", Json.parse("\"\\ud83d\\ude00\""));
    assertEquals("\ud83d\ude00", Json.parse(bytes("\"\ud83d\ude00\"", "")));
  }

  private static ByteBuffer bytes(String text, String hexAfter) {
    byte[] before = text.getBytes(StandardCharsets.UTF_8);
    byte[] after = HexFormat.of().parseHex(hexAfter);
    return ByteBuffer.allocate(before.length + after.length).put(before).put(after).flip();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ff22", "c322", "c0af22", "eda08022", "f4908080", "e282"})
  void rejectsBytesThatAreNotUtf8(String hex) {
    ByteBuffer text = bytes("\n\"a", hex);

    var invalid = assertThrows(InvalidJsonException.class, () -> Json.parse(text));

    assertEquals(
        "parse error at line 2, column 3: syntax error while parsing value"
            + " - invalid string: ill-formed UTF-8 byte",
        invalid.reason());
  }
}
