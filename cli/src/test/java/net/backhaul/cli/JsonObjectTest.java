// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

import net.backhaul.json.Json;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Members of an answer, read as the reference's client reads them. */
class JsonObjectTest {
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
  void readsMembersLeniently(String json, long number, String text, boolean flag) {
    JsonObject object = JsonObject.of(Json.parse("{\"k\":" + json + "}"));

    assertEquals(number, object.number("k", 77));
    assertEquals(text, object.text("k", "else"));
    assertEquals(flag, object.flag("k"));
  }
}
