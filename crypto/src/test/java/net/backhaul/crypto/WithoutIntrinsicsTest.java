// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import static net.backhaul.testing.Vectors.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Without access to the internals of the JDK ciphers give the same results, but slower. */
@Tag("without-intrinsics")
class WithoutIntrinsicsTest {
  @Test
  void givesTheReason() {
    assertFalse(AesGmacSiv.isFast());
    assertEquals("Java does not open com.sun.crypto.provider", AesGmacSiv.whySlow().orElseThrow());
  }

  @Test
  void sealsAndOpensRecordedPackets() {
    JsonNode vectors = Vectors.file("aes-gmac-siv.json").required("aes_gmac_siv");
    assertTrue(vectors.size() > 10);
    for (JsonNode vector : vectors) {
      var siv = new AesGmacSiv(hex(vector, "k0"), hex(vector, "k1"));
      byte[] aad = AesGmacSivTest.padded16(hex(vector, "aad"));
      byte[] bytes = hex(vector, "plaintext");
      byte[] tag = new byte[AesGmacSiv.TAG_BYTES];

      siv.seal(hex(vector, "iv64"), 0, aad, bytes, 0, bytes.length, tag);

      assertArrayEquals(hex(vector, "ciphertext"), bytes);
      assertArrayEquals(hex(vector, "tag"), tag);
      assertTrue(siv.open(tag, aad, bytes, 0, bytes.length));
      assertArrayEquals(hex(vector, "plaintext"), bytes);
    }
  }

  @Test
  void opensNothingAfterWipe() {
    var siv = new AesGmacSiv(new byte[] {1, 2, 3}, new byte[] {4, 5, 6});
    byte[] bytes = new byte[100];
    byte[] tag = new byte[AesGmacSiv.TAG_BYTES];
    siv.seal(bytes, 0, new byte[16], bytes, 8, 80, tag);

    siv.wipe();

    byte[] copy = bytes.clone();
    assertFalse(siv.open(tag, new byte[16], copy, 8, 80));
  }
}
