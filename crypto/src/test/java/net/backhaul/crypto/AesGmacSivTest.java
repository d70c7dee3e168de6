// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import static net.backhaul.testing.Vectors.hex;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.Random;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** AES-GMAC-SIV with the JDK's intrinsics and without (01 section 6). */
class AesGmacSivTest {
  @Test
  void usesIntrinsicsOfThisJava() {
    assertTrue(AesGmacSiv.isFast(), () -> AesGmacSiv.whySlow().orElseThrow());
    assertArrayEquals(AesGmacSiv.knownAnswer(false), AesGmacSiv.knownAnswer(true));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void sealsAndOpensRecordedPackets(boolean intrinsic) {
    JsonNode file = Vectors.file("aes-gmac-siv.json");
    for (String list : new String[] {"aes_gmac_siv", "counter_mask_cases"}) {
      for (JsonNode vector : file.required(list)) {
        var siv = new AesGmacSiv(hex(vector, "k0"), hex(vector, "k1"), intrinsic);
        byte[] plaintext = hex(vector, "plaintext");
        byte[] aad = padded16(hex(vector, "aad"));
        byte[] bytes = plaintext.clone();
        byte[] tag = new byte[AesGmacSiv.TAG_BYTES];

        siv.seal(hex(vector, "iv64"), 0, aad, bytes, 0, bytes.length, tag);

        assertArrayEquals(hex(vector, "ciphertext"), bytes);
        assertArrayEquals(hex(vector, "tag"), tag);
        assertTrue(siv.open(tag, aad, bytes, 0, bytes.length));
        assertArrayEquals(plaintext, bytes);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void opensTheSameBytesTwice(boolean intrinsic) {
    JsonNode vector = Vectors.file("aes-gmac-siv.json").required("aes_gmac_siv").get(5);
    var siv = new AesGmacSiv(hex(vector, "k0"), hex(vector, "k1"), intrinsic);
    byte[] aad = padded16(hex(vector, "aad"));

    for (int i = 0; i < 3; i++) {
      byte[] bytes = hex(vector, "ciphertext");
      assertTrue(siv.open(hex(vector, "tag"), aad, bytes, 0, bytes.length));
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void rejectsTamperedPackets(boolean intrinsic) {
    for (JsonNode vector : Vectors.file("aes-gmac-siv.json").required("tampered")) {
      var siv = new AesGmacSiv(hex(vector, "k0"), hex(vector, "k1"), intrinsic);
      byte[] bytes = hex(vector, "ciphertext");

      boolean authentic =
          siv.open(hex(vector, "tag"), padded16(hex(vector, "aad")), bytes, 0, bytes.length);

      assertEquals(
          vector.required("authentic").asBoolean(), authentic, vector.required("name").asText());
    }
  }

  @Test
  void givesEqualResultsWithIntrinsicsAndJca() {
    var random = new Random(7);
    for (int round = 0; round < 2_000; round++) {
      byte[] k0 = new byte[32];
      byte[] k1 = new byte[32];
      byte[] iv = new byte[8];
      byte[] aad = new byte[16];
      byte[] bytes = new byte[random.nextInt(300) + (round % 100 == 0 ? 10_000 : 1)];
      random.nextBytes(k0);
      random.nextBytes(k1);
      random.nextBytes(iv);
      random.nextBytes(aad);
      random.nextBytes(bytes);
      byte[] copy = bytes.clone();
      int start = random.nextInt(bytes.length);
      byte[] tag = new byte[16];
      byte[] copyTag = new byte[16];

      new AesGmacSiv(k0, k1, true).seal(iv, 0, aad, bytes, start, bytes.length - start, tag);
      new AesGmacSiv(k0, k1, false).seal(iv, 0, aad, copy, start, copy.length - start, copyTag);

      assertArrayEquals(copyTag, tag, "round " + round);
      assertArrayEquals(copy, bytes, "round " + round);
    }
  }

  static byte[] padded16(byte[] aad) {
    return Arrays.copyOf(aad, (aad.length + 15) / 16 * 16);
  }
}
