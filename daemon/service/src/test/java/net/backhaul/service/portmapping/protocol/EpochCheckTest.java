// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rule of RFC 6887 section 8.5. */
class EpochCheckTest {
  @ParameterizedTest
  @CsvSource({
    "1000, 60, 1060, true",
    "1000, 60, 1000, false",
    "1000, 0, 999, true",
    "1000, 0, 998, false",
    "1000, 160, 1152, true",
    "1000, 160, 1147, false",
    "1000, 160, 1172, true",
    "1000, 160, 1175, false",
    "1000, 5, 0, false"
  })
  void comparesBothClocks(long firstS, long passedS, long secondS, boolean consistent) {
    var check = new EpochCheck();
    assertTrue(check.accept(firstS, 5_000));
    assertEquals(consistent, check.accept(secondS, 5_000 + passedS * 1_000));
    assertTrue(check.accept(secondS, 5_000 + passedS * 1_000), "the new one replaces it");
  }
}
