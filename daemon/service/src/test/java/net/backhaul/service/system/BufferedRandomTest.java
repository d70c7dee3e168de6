// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.SecureRandom;
import java.util.HashSet;
import java.util.Set;
import org.bouncycastle.crypto.engines.Salsa20Engine;
import org.bouncycastle.crypto.params.KeyParameter;
import org.bouncycastle.crypto.params.ParametersWithIV;
import org.junit.jupiter.api.Test;

class BufferedRandomTest {
  private static final int BUFFER_BYTES = BufferedRandom.BUFFER_BYTES;
  private static final int KEY_BYTES = BufferedRandom.KEY_BYTES;

  /** Counts instead of being random. */
  private static final class Counting extends SecureRandom {
    private static final long serialVersionUID = 1;
    private byte last;

    @Override
    public void nextBytes(byte[] bytes) {
      for (int i = 0; i < bytes.length; i++) {
        bytes[i] = last++;
      }
    }
  }

  @Test
  void drawsNumbersFromStreamWithReplacedKeys() {
    var random = new BufferedRandom(new Counting());
    var source = new Counting();
    byte[] key = new byte[KEY_BYTES];
    byte[] fresh = new byte[KEY_BYTES];
    for (int drawing = 0; drawing < 3; drawing++) {
      source.nextBytes(fresh);
      for (int i = 0; i < KEY_BYTES; i++) {
        key[i] ^= fresh[i];
      }
      var salsa = new Salsa20Engine(20);
      salsa.init(true, new ParametersWithIV(new KeyParameter(key), new byte[8]));
      byte[] stream = new byte[BUFFER_BYTES];
      salsa.processBytes(new byte[BUFFER_BYTES], 0, BUFFER_BYTES, stream, 0);
      ByteBuffer numbers = ByteBuffer.wrap(stream).order(ByteOrder.nativeOrder());
      numbers.get(key);
      while (numbers.hasRemaining()) {
        assertEquals(numbers.getLong(), random.nextLong(), "at " + numbers.position());
      }
    }
  }

  @Test
  void drawsDifferentNumbersInTwoInstances() {
    Set<Long> said = new HashSet<>();
    for (int each = 0; each < 2; each++) {
      var random = new BufferedRandom();
      for (int i = 0; i < 5_000; i++) {
        said.add(random.nextLong());
      }
    }
    assertEquals(10_000, said.size());
  }
}
