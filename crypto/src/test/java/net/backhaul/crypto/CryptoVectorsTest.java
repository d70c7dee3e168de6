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
import org.bouncycastle.crypto.params.KeyParameter;
import org.junit.jupiter.api.Test;

class CryptoVectorsTest {
  @Test
  void agreesOnRecordedKeys() {
    for (JsonNode pair : Vectors.file("agreement.json").required("pairs")) {
      byte[] a = padded(hex(pair, "a_x25519_private"));
      byte[] b = padded(hex(pair, "b_x25519_private"));

      byte[] key = Agreement.agree(a, padded(hex(pair, "b_x25519_public"))).orElseThrow();

      assertArrayEquals(hex(pair, "key48"), key);
      assertArrayEquals(
          key, Agreement.agree(b, padded(hex(pair, "a_x25519_public"))).orElseThrow());
      assertArrayEquals(hex(pair, "kbkdf_label_0"), Agreement.kbkdf(key, '0', 0, 0));
      assertArrayEquals(hex(pair, "kbkdf_label_1"), Agreement.kbkdf(key, '1', 0, 0));
    }
  }

  @Test
  void agreesWithUnusualKeysUnlessOfLowOrder() {
    for (JsonNode edge : Vectors.file("agreement.json").required("edge_cases")) {
      byte[] secret = padded(hex(edge, "x25519_private"));
      boolean lowOrder = edge.required("raw_x25519").asText().matches("0*");

      var key = Agreement.agree(secret, padded(hex(edge, "x25519_public")));

      assertEquals(lowOrder, key.isEmpty(), edge.required("name").asText());
      key.ifPresent(bytes -> assertArrayEquals(hex(edge, "key48"), bytes));
    }
  }

  @Test
  void derivesRecordedKeys() {
    for (JsonNode vector : Vectors.file("agreement.json").required("kbkdf_hmac_sha384")) {
      byte[] derived =
          Agreement.kbkdf(
              hex(vector, "key"),
              vector.required("label_char_code").asInt(),
              vector.required("context").asInt(),
              vector.required("iter").asInt());

      assertArrayEquals(hex(vector, "out"), derived);
    }
  }

  /**
   * Each call of the reference starts at a new block; here preceding blocks are generated first.
   */
  @Test
  void continuesRecordedKeyStreams() {
    for (JsonNode vector : Vectors.file("salsa20.json").required("successive_calls")) {
      for (JsonNode call : vector.required("calls")) {
        var salsa = new Salsa20(vector.required("rounds").asInt());
        salsa.start(hex(vector, "key"), 0, hex(vector, "iv"), 0);
        byte[] block = new byte[Salsa20.BLOCK_BYTES];
        for (int i = call.required("starts_at_block").asInt(); i > 0; i--) {
          salsa.nextBlock(block, 0);
        }
        byte[] stream = new byte[call.required("call_length").asInt()];
        salsa.xor(stream, 0, stream.length);

        assertArrayEquals(hex(call, "keystream"), stream);
      }
    }
  }

  @Test
  void signsAndVerifiesRecordedMessages() {
    for (JsonNode vector : Vectors.file("signatures.json").required("valid")) {
      byte[] secret = new byte[KeyPair.KEY_BYTES];
      System.arraycopy(hex(vector, "ed25519_seed"), 0, secret, 32, 32);
      KeyPair pair = KeyPair.ofPrivate(secret);
      byte[] message = hex(vector, "message");

      byte[] signature = Signatures.sign(pair, message);

      assertArrayEquals(hex(vector, "signature"), signature);
      assertTrue(Signatures.verify(pair.publicKey(), message, signature));
    }
  }

  @Test
  void rejectsTamperedSignatures() {
    for (JsonNode vector : Vectors.file("signatures.json").required("tampered")) {
      byte[] key = new byte[KeyPair.KEY_BYTES];
      System.arraycopy(hex(vector, "ed25519_public"), 0, key, 32, 32);
      String name = vector.required("name").asText();
      // The reference accepts an S above the group order, which no honest signer produces.
      boolean expected =
          vector.required("reference_verifies").asBoolean() && !name.equals("S-plus-group-order");

      boolean verifies = Signatures.verify(key, hex(vector, "message"), hex(vector, "signature"));

      assertEquals(expected, verifies, name);
    }
  }

  @Test
  void generatesRecordedKeyStreams() {
    for (JsonNode vector : Vectors.file("salsa20.json").required("keystream")) {
      byte[] expected = hex(vector, "keystream");
      byte[] stream = new byte[expected.length];
      var salsa = new Salsa20(vector.required("rounds").asInt());
      salsa.start(hex(vector, "key"), 0, hex(vector, "iv"), 0);

      salsa.xor(stream, 0, stream.length);

      assertArrayEquals(expected, stream);
    }
  }

  @Test
  void computesRecordedTags() {
    var poly = new Poly1305();
    byte[] tag = new byte[Poly1305.TAG_BYTES];
    for (JsonNode vector : Vectors.file("poly1305.json").required("vectors")) {
      byte[] message = hex(vector, "message");

      poly.tag(hex(vector, "key"), 0, message, 0, message.length, tag);

      assertArrayEquals(hex(vector, "tag"), tag);
    }
  }

  @Test
  void computesTheTagsOfBouncyCastle() {
    var random = new Random(1);
    var poly = new Poly1305();
    for (int round = 0; round < 5_000; round++) {
      byte[] key = new byte[32];
      random.nextBytes(key);
      if (round % 3 == 0) {
        Arrays.fill(key, 0, 16, (byte) 0xff);
      }
      byte[] message = new byte[random.nextInt(200)];
      random.nextBytes(message);
      if (round % 5 == 0) {
        Arrays.fill(message, (byte) 0xff);
      }
      var expectedMac = new org.bouncycastle.crypto.macs.Poly1305();
      expectedMac.init(new KeyParameter(key));
      expectedMac.update(message, 0, message.length);
      byte[] expected = new byte[16];
      expectedMac.doFinal(expected, 0);
      byte[] tag = new byte[16];

      poly.tag(key, 0, message, 0, message.length, tag);

      assertArrayEquals(expected, tag, "round " + round);
    }
  }

  private static byte[] padded(byte[] half) {
    return Arrays.copyOf(half, KeyPair.KEY_BYTES);
  }
}
