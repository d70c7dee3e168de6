// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

import static net.backhaul.testing.Vectors.hex;
import static net.backhaul.testing.Vectors.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Arrays;
import java.util.HexFormat;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;

class PacketCipherVectorsTest {
  private final JsonNode file = Vectors.file("crypto/packets.json");

  private PacketCipher cipher(int link) {
    return PacketCipher.of(hex(file.required("links").get(link), "key48"));
  }

  @Test
  void sealsAndOpensRecordedPackets() {
    for (JsonNode vector : file.required("armored")) {
      PacketCipher cipher = cipher(vector.required("link").asInt());
      byte[] plain = hex(vector, "plain");
      byte[] packet = plain.clone();

      cipher.seal(vector.required("suite").asInt(), packet, 0, packet.length);

      assertArrayEquals(hex(vector, "armored"), packet, text(vector, "name"));
      assertOpens(cipher, packet, plain);
      if (vector.has("armored_at_hop_5")) {
        assertOpens(cipher, hex(vector, "armored_at_hop_5"), plain);
      }
    }
  }

  private static void assertOpens(PacketCipher cipher, byte[] packet, byte[] plain) {
    assertTrue(cipher.open(packet, 0, packet.length));
    assertArrayEquals(
        Arrays.copyOfRange(plain, 27, plain.length), Arrays.copyOfRange(packet, 27, packet.length));
  }

  @Test
  void rejectsTamperedPackets() {
    for (JsonNode vector : file.required("tampered")) {
      byte[] packet = hex(vector, "packet");

      boolean opened = cipher(vector.required("link").asInt()).open(packet, 0, packet.length);

      assertEquals(vector.required("authentic").asBoolean(), opened, text(vector, "name"));
    }
  }

  @Test
  void readsTrustedPathIds() {
    for (JsonNode vector : file.required("suite2_trusted_path")) {
      byte[] packet = hex(vector, "plain");
      var view = new PacketView();
      view.wrap(packet, 0, packet.length);

      view.suite(Packets.SUITE_TRUSTED);
      view.mac(HexFormat.fromHexDigitsToLong(text(vector, "trusted_path_id")));

      assertArrayEquals(hex(vector, "on_wire"), packet);
      assertFalse(cipher(0).open(packet, 0, packet.length));
    }
  }

  @Test
  void rejectsPacketsOfOtherKeys() {
    for (JsonNode vector : file.required("wrong_key")) {
      byte[] packet = hex(vector, "packet");

      assertFalse(
          cipher(vector.required("opened_with_link").asInt()).open(packet, 0, packet.length));
    }
  }

  @Test
  void rejectsUnknownSuites() {
    for (JsonNode vector : file.required("suites_never_opened_by_dearmor")) {
      byte[] packet = hex(vector, "packet");

      assertFalse(cipher(0).open(packet, 0, packet.length));
    }
  }

  @Test
  void writesTrustedPathIds() {
    for (JsonNode vector : file.required("suite2_trusted_path")) {
      byte[] packet = hex(vector, "plain");
      var view = new PacketView();
      view.wrap(packet, 0, packet.length);

      view.suite(Packets.SUITE_TRUSTED);
      view.mac(Long.parseUnsignedLong(text(vector, "trusted_path_id"), 16));

      assertArrayEquals(hex(vector, "on_wire"), packet);
    }
  }

  @Test
  void masksRecordedHellos() {
    for (JsonNode vector : file.required("crypt_field")) {
      byte[] field = hex(vector, "field_plain");
      int start = vector.required("start").asInt();
      byte[] packet = new byte[start + field.length];
      System.arraycopy(hex(vector, "packet_id"), 0, packet, 0, 8);
      System.arraycopy(field, 0, packet, start, field.length);

      cipher(vector.required("link").asInt()).maskHello(packet, 0, start, packet.length);

      assertArrayEquals(
          hex(vector, "field_crypted"), Arrays.copyOfRange(packet, start, packet.length));
    }
  }

  @Test
  void writesRecordedHellos() {
    for (JsonNode vector : file.required("hello")) {
      PacketCipher cipher = cipher(vector.required("link").asInt());
      byte[] packet = hex(vector, "plain_before_crypt_field");

      cipher.maskHello(packet, 0, vector.required("crypted_from").asInt(), packet.length);
      cipher.seal(Packets.SUITE_POLY, packet, 0, packet.length);

      assertArrayEquals(hex(vector, "armored"), packet);
    }
  }
}
