// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

import static net.backhaul.testing.Vectors.hex;
import static net.backhaul.testing.Vectors.text;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.backhaul.testing.AllocationMeter;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;

class FragmentsAndCompressionTest {
  @Test
  void reassemblesRecordedFragmentsInAnyOrder() throws Exception {
    for (JsonNode set : Vectors.file("vl1/fragments.json").required("sets")) {
      var datagrams = new ArrayList<byte[]>();
      if (!set.has("datagrams")) {
        continue;
      }
      set.required("datagrams")
          .forEach(hex -> datagrams.add(HexFormat.of().parseHex(hex.asText())));
      boolean delivered = set.required("delivered_by_reference").asBoolean();
      for (long seed = 0; seed < 20; seed++) {
        Collections.shuffle(datagrams, new Random(seed));

        byte[] whole = assemble(datagrams);

        if (delivered && datagrams.size() > 1) {
          assertNotNull(whole, text(set, "title"));
          byte[] digest = MessageDigest.getInstance("SHA-256").digest(whole);
          assertEquals(text(set, "assembled_sha256"), HexFormat.of().formatHex(digest));
        } else {
          assertNull(whole, text(set, "title"));
        }
      }
    }
  }

  private static byte[] assemble(List<byte[]> datagrams) {
    var reassembly = new Reassembly();
    for (byte[] datagram : datagrams) {
      if (datagrams.size() == 1) {
        return null;
      }
      int length =
          FragmentView.isFragment(datagram, 0, datagram.length)
              ? reassembly.fragment(datagram, 0, datagram.length, 1)
              : reassembly.head(datagram, 0, datagram.length, 1);
      if (length > 0) {
        return Arrays.copyOf(reassembly.whole(), length);
      }
    }
    return null;
  }

  @Test
  void reassemblesWithoutAllocation() {
    var reassembly = new Reassembly();
    byte[] head = new byte[1_432];
    byte[] fragment = new byte[1_400];
    Runnable thousandPackets =
        () -> {
          for (int id = 0; id < 1_000; id++) {
            PacketView.writeHeader(head, 0, id, 0x1122334455L, 0x6677889900L, 0);
            FragmentView.writeHeader(fragment, 0, id, 0x1122334455L, 2, 1);
            int early = reassembly.head(head, 0, head.length, 1);
            int whole = reassembly.fragment(fragment, 0, fragment.length, 1);
            if (early != 0 || whole != head.length + fragment.length - 16) {
              throw new AssertionError(early + " and " + whole + " bytes");
            }
          }
        };

    assertEquals(0, AllocationMeter.leastBytes(thousandPackets));
  }

  /** A reused array holds the end of a longer fragment, which must not be returned. */
  @Test
  void reusesArraysWithoutOldContent() {
    var reassembly = new Reassembly();
    var random = new Random(9);
    for (int round = 0; round < 2_000; round++) {
      byte[] head = new byte[28 + random.nextInt(1_700)];
      byte[] fragment = new byte[17 + random.nextInt(1_700)];
      random.nextBytes(head);
      random.nextBytes(fragment);
      PacketView.writeHeader(head, 0, round, 0x1122334455L, 0x6677889900L, 0);
      FragmentView.writeHeader(fragment, 0, round, 0x1122334455L, 2, 1);
      byte[] expected = Arrays.copyOf(head, head.length + fragment.length - 16);
      System.arraycopy(fragment, 16, expected, head.length, fragment.length - 16);

      assertArrayEquals(expected, assembled(reassembly, head, fragment, random.nextBoolean()));
    }
  }

  private static byte[] assembled(
      Reassembly reassembly, byte[] head, byte[] fragment, boolean headFirst) {
    int length;
    if (headFirst) {
      reassembly.head(head, 0, head.length, 1);
      length = reassembly.fragment(fragment, 0, fragment.length, 1);
    } else {
      reassembly.fragment(fragment, 0, fragment.length, 1);
      length = reassembly.head(head, 0, head.length, 1);
    }
    return Arrays.copyOf(reassembly.whole(), length);
  }

  @Test
  void evictsAndExpiresIncompletePackets() {
    var reassembly = new Reassembly();
    byte[] fragment = new byte[20];
    FragmentView.writeHeader(fragment, 0, 1, 0x1122334455L, 2, 1);
    byte[] head = new byte[28];
    PacketView.writeHeader(head, 0, 1, 0x1122334455L, 0x6677889900L, 0);

    reassembly.fragment(fragment, 0, fragment.length, 0);
    int late = reassembly.head(head, 0, head.length, Reassembly.MAX_AGE_MS + 1);

    assertEquals(0, late);

    var crowded = new Reassembly();
    crowded.fragment(fragment, 0, fragment.length, 0);
    for (int id = 2; id <= Reassembly.MAX_SETS + 1; id++) {
      byte[] other = fragment.clone();
      FragmentView.writeHeader(other, 0, id, 0x1122334455L, 2, 1);
      crowded.fragment(other, 0, other.length, 1);
    }
    assertEquals(0, crowded.head(head, 0, head.length, 2));
  }

  @Test
  void decompressesRecordedBlocks() throws Exception {
    for (JsonNode block : Vectors.file("vl1/compression.json").required("blocks")) {
      byte[] in = hex(block, "compressed_payload");
      byte[] out = new byte[Packets.MAX_BYTES - Packets.HEADER_BYTES];

      int length = Compression.decompress(in, 0, in.length, out, 0, out.length);

      assertEquals(block.required("payload_length").asInt(), length);
      var digest = MessageDigest.getInstance("SHA-256");
      digest.update(out, 0, length);
      assertEquals(text(block, "payload_sha256"), HexFormat.of().formatHex(digest.digest()));
    }
  }

  @Test
  void compressesAboveTheMinimumLength() {
    for (JsonNode rule : Vectors.file("vl1/compression.json").required("rules")) {
      byte[] payload = new byte[rule.required("payload_length").asInt()];
      if (!rule.required("compressible").asBoolean()) {
        new Random(1).nextBytes(payload);
      }

      int length = Compression.compress(payload, 0, payload.length, new byte[10_024], 0);

      assertEquals(rule.required("compressed_by_reference").asBoolean(), length > 0);
    }
  }

  @Test
  void decompressesWhatItCompressed() {
    for (long seed = 0; seed < 300; seed++) {
      var random = new Random(seed);
      byte[] in = new byte[random.nextInt(4_000)];
      int letters = 1 + random.nextInt(256);
      for (int i = 0; i < in.length; i++) {
        in[i] = (byte) random.nextInt(letters);
      }
      byte[] packed = new byte[Packets.MAX_BYTES];

      int length = Compression.compress(in, 0, in.length, packed, 0);

      if (length > 0) {
        assertTrue(length < in.length, "seed " + seed);
        byte[] out = new byte[in.length];
        assertEquals(in.length, Compression.decompress(packed, 0, length, out, 0, out.length));
        assertTrue(Arrays.equals(in, out), "seed " + seed);
      }
    }
  }

  @Test
  void rejectsInvalidBlocks() {
    byte[] out = new byte[9_996];
    for (long seed = 0; seed < 20_000; seed++) {
      var random = new Random(seed);
      byte[] in = new byte[random.nextInt(100)];
      random.nextBytes(in);

      int length = Compression.decompress(in, 0, in.length, out, 0, out.length);

      assertTrue(length <= out.length, "seed " + seed);
    }
  }
}
