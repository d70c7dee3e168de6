// SPDX-License-Identifier: Apache-2.0
package net.backhaul.json;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;

class UnsafeCharactersTest {
  @Test
  void containsControlAndBidirectionalCharacters() {
    String unsafe =
        "\0\n\r\t\u001b\u007f\u009b\u061c\u200e\u200f\u2028\u2029\u202a\u202e\u2066\u2069";
    assertEquals(unsafe.length(), unsafe.codePoints().filter(UnsafeCharacters::contains).count());
    assertEquals(
        0,
        "aZ 0-~\u00a0\u00fc\u05d0\u0627\u200d\u4e2d\ud83d\ude00"
            .codePoints()
            .filter(UnsafeCharacters::contains)
            .count());
  }
}
