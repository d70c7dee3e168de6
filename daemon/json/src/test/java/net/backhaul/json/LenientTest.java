// SPDX-License-Identifier: Apache-2.0
package net.backhaul.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Conversions between types, as the reference makes them. */
class LenientTest {
  @ParameterizedTest
  @CsvSource({
    "5, 5",
    "'\"abc\"', 0",
    "'\" 12x\"', 12",
    "1.9, 1",
    "true, 1",
    "false, 0",
    "null, 7",
    "{}, 7",
    "-1, -1",
    "'\"-1\"', -1",
    "'\"99999999999999999999\"', -1",
    "'\"\"', 0"
  })
  void readsIntegersFromOtherTypes(String json, long expected) {
    assertEquals(expected, Lenient.integer(Json.parse(json), 7));
  }

  @ParameterizedTest
  @CsvSource({
    "0, false",
    "-1, true",
    "0.5, false",
    "'\"true\"', true",
    "'\"Tx\"', true",
    "'\"1\"', true",
    "'\"yes\"', false",
    "'\"\"', false",
    "null, true",
    "[], true"
  })
  void readsBooleansFromOtherTypes(String json, boolean expected) {
    assertEquals(expected, Lenient.bool(Json.parse(json), true));
  }
}
