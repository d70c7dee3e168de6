// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Random;
import net.backhaul.testing.AllocationMeter;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PacketCipherTest {
  private static final int PACKET_BYTES = 1_432;
  private static final int ROUNDS = 2_000;

  private final byte[] key48 = new byte[48];
  private final byte[] packet = new byte[PACKET_BYTES];

  PacketCipherTest() {
    var random = new Random(3);
    random.nextBytes(key48);
    random.nextBytes(packet);
  }

  private void sealAndOpen(PacketCipher cipher, int suite) {
    cipher.seal(suite, packet, 0, packet.length);
    if (!cipher.open(packet, 0, packet.length)) {
      throw new AssertionError("suite " + suite);
    }
  }

  /** The minimum of several measurements: code that the JIT replaces may still allocate. */
  @ParameterizedTest
  @ValueSource(ints = {Packets.SUITE_POLY, Packets.SUITE_SALSA, Packets.SUITE_AES})
  void sealsAndOpensWithoutAllocation(int suite) {
    PacketCipher cipher = PacketCipher.of(key48);
    long least =
        AllocationMeter.leastBytes(
            () -> {
              for (int i = 0; i < ROUNDS; i++) {
                sealAndOpen(cipher, suite);
              }
            });

    assertEquals(0, least, "bytes in " + ROUNDS + " rounds");
  }

  @ParameterizedTest
  @ValueSource(ints = {Packets.SUITE_POLY, Packets.SUITE_SALSA, Packets.SUITE_AES})
  void rejectsAllPacketsAfterWipe(int suite) {
    PacketCipher cipher = PacketCipher.of(key48);
    sealAndOpen(cipher, suite);
    cipher.seal(suite, packet, 0, packet.length);
    byte[] before = packet.clone();

    cipher.wipe();

    assertArrayEquals(new byte[48], key48);
    assertFalse(cipher.open(packet, 0, packet.length));
    assertThrows(IllegalStateException.class, () -> cipher.seal(suite, packet, 0, packet.length));
    assertArrayEquals(before, packet);
  }
}
