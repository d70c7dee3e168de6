// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.identity;

import static net.backhaul.protocol.WireBytes.reader;
import static net.backhaul.protocol.WireBytes.written;
import static net.backhaul.testing.Vectors.hex;
import static net.backhaul.testing.Vectors.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Locale;
import java.util.Random;
import net.backhaul.crypto.MemoryHardDigest;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;

class IdentityVectorsTest {
  private final JsonNode file = Vectors.file("crypto/identities.json");

  @Test
  void readsAndValidatesRecordedIdentities() {
    var digests = new MemoryHardDigest();
    for (JsonNode vector : file.required("valid")) {
      Identity identity = Identity.parse(text(vector, "string_secret"));

      assertEquals(text(vector, "address"), Addresses.text(identity.address()));
      assertEquals(text(vector, "string_public"), identity.publicText());
      assertEquals(text(vector, "string_secret"), identity.secretText());
      assertEquals(text(vector, "binary_public"), written(identity::writeTo));
      assertArrayEquals(hex(vector, "memory_hard_digest"), digests.digest(identity.publicKey()));
      assertArrayEquals(hex(vector, "public_key_hash_sha384"), identity.fingerprint());
      assertTrue(identity.validates(digests));
      assertTrue(identity.keysMatch());
      assertEquals(identity, Identity.read(reader(hex(vector, "binary_secret"))));
    }
  }

  @Test
  void rejectsRecordedInvalidIdentities() {
    for (JsonNode vector : file.required("invalid")) {
      String string = text(vector, "string");
      if (text(vector, "rejected_at").equals("parse")) {
        assertThrows(
            IllegalArgumentException.class, () -> Identity.parse(string), text(vector, "name"));
      } else {
        assertFalse(Identity.parse(string).validates(), text(vector, "name"));
      }
    }
  }

  @Test
  void readsOrRejectsRecordedBinaryForms() {
    for (JsonNode vector : file.required("binary")) {
      WireReader in = reader(hex(vector, "binary"));
      if (vector.required("reference_accepts").asBoolean()) {
        Identity identity = Identity.read(in);
        assertEquals(vector.required("consumed").asInt(), in.position());
        assertEquals(text(vector, "string_public"), identity.publicText());
      } else {
        assertThrows(WireException.class, () -> Identity.read(in), text(vector, "name"));
      }
    }
  }

  /**
   * Text as in hand-edited files is accepted; other text that the reference tolerates is not (01
   * section 2.6).
   */
  @Test
  void parsesOrRejectsTolerableText() {
    for (JsonNode vector : file.required("reference_leniency")) {
      String string = text(vector, "string");
      String name = text(vector, "name");
      switch (name) {
        case "uppercase-hex",
            "trailing-newline-public",
            "trailing-newline-secret",
            "private-key-does-not-match-public" -> {
          Identity identity = Identity.parse(string);
          assertEquals(text(vector, "reference_string_public"), identity.publicText(), name);
          assertEquals(
              vector.required("reference_has_private").asBoolean(), identity.hasPrivateKey());
          assertEquals(!name.startsWith("private-key"), identity.keysMatch(), name);
        }
        default -> assertThrows(IllegalArgumentException.class, () -> Identity.parse(string), name);
      }
    }
  }

  @Test
  void acceptsUpperCaseAndWhiteSpace() {
    String string = text(file.required("valid").get(0), "string_public");

    assertEquals(Identity.parse(string), Identity.parse(string.toUpperCase(Locale.ROOT) + "\n"));
  }

  @Test
  void generatesValidIdentities() {
    Identity identity = Identity.generate(new Random(7));

    assertTrue(identity.validates());
    assertEquals(identity, Identity.parse(identity.secretText()));
  }
}
