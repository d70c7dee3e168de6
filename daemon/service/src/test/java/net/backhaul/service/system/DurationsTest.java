// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationsTest {
  @ParameterizedTest
  @CsvSource({
    "0, 0 s",
    "59999, 59 s",
    "60000, 1 min",
    "61000, 1 min 1 s",
    "3599999, 59 min 59 s",
    "10800000, 3 h",
    "11100000, 3 h 5 min",
    "86400000, 1 d",
    "31536000000, 365 d",
    "93600000, 1 d 2 h",
  })
  void showsTheTwoLargestUnits(long ms, String text) {
    assertEquals(text, Durations.text(ms));
  }
}
