// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** JSON as it is read and printed. */
class JsonTest {
  @Test
  void valuesArePrintedSortedAndIndentedByOne() throws Exception {
    String text =
        "{\"z\":[],\"b\":{},\"a\":[1,-2.50,1e300,-0.0,18446744073709551615,null,true,[[]]],"
            + "\"s\":\"\\u0001\\u001f\\\"\\\\\\/\\b\\f\\n\\r\\té\\u007f\"}";

    assertEquals(
        """
        {
         "a": [
          1,
          -2.50,
          1e300,
          -0.0,
          18446744073709551615,
          null,
          true,
          [
           []
          ]
         ],
         "b": {},
         "s": "\\u0001\\u001f\\"\\\\/\\b\\f\\n\\r\\té\u007f",
         "z": []
        }\
        """,
        Json.indented(Json.parse(text)));
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
  void whatIsNoJsonSaysWhere(String text) {
    var invalid = assertThrows(Json.InvalidJson.class, () -> Json.parse(text));

    assertTrue(
        String.valueOf(invalid.getMessage()).matches("line 1, column \\d+: .+"),
        invalid.getMessage());
  }

  @Test
  void depthHasALimit() {
    assertThrows(Json.InvalidJson.class, () -> Json.parse("[".repeat(100_000)));
  }

  @ParameterizedTest
  @CsvSource({
    "1, 1, 1, true",
    "-1, -1, 18446744073709551615, true",
    "0, 0, 0, false",
    "2.9, 2, 2, true",
    "18446744073709551615, -1, 18446744073709551615, true",
    "true, 1, 1, true",
    "false, 0, 0, false",
    "\"12ab\", 12, 12ab, true",
    "\"t\", 0, t, true",
    "\"x\", 0, x, false",
    "null, 77, else, false",
    "[], 77, else, false",
    "{}, 77, else, false",
  })
  void membersAreReadLeniently(String json, long number, String text, boolean flag)
      throws Exception {
    JsonObject object = JsonObject.of(Json.parse("{\"k\":" + json + "}"));

    assertEquals(number, object.number("k", 77));
    assertEquals(text, object.text("k", "else"));
    assertEquals(flag, object.flag("k"));
  }
}
