// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.backhaul.testing.AllocationMeter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Sealing and opening allocate nothing, for short packets and long ones. */
class CipherAllocationTest {
  private static final int START = 27;

  private final byte[] bytes = new byte[4_096];
  private final byte[] aad = new byte[16];
  private final byte[] tag = new byte[16];

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 64, 1_373, 2_773})
  void sealsAndOpensByAesWithoutAllocation(int length) {
    assertTrue(AesGmacSiv.isFast());
    var siv = new AesGmacSiv(new byte[32], new byte[32]);

    assertEquals(
        0,
        AllocationMeter.bytesPerRun(
            () -> {
              siv.seal(bytes, 0, aad, bytes, START, length, tag);
              siv.open(tag, aad, bytes, START, length);
            }));
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 64, 1_373, 2_773})
  void sealsAndOpensBySalsaWithoutAllocation(int length) {
    var salsa = new Salsa20(12);
    var poly = new Poly1305();

    assertEquals(
        0,
        AllocationMeter.bytesPerRun(
            () -> {
              salsa.start(bytes, 0, bytes, 0);
              salsa.xor(bytes, START, length);
              poly.tag(bytes, 0, bytes, START, length, tag);
            }));
  }
}
