// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireWriter;
import org.junit.jupiter.api.Test;

class DirectoryUpdateTest {
  private static final DirectoryEntry WEB =
      DirectoryEntry.of(
          0x11_2233_4455L,
          "web",
          "Wéb 1",
          List.of(Endpoints.parseIp("10.1.2.3"), Endpoints.parseIp("fd00::1")));
  private static final DirectoryEntry GONE = DirectoryEntry.removed(0x22_2233_4455L);
  private static final DirectoryUpdate UPDATE = new DirectoryUpdate(5, 7, 9, List.of(WEB, GONE));

  @Test
  void readsWhatItWrites() {
    assertEquals(UPDATE, DirectoryUpdate.read(UPDATE.encode()));
    var empty = new DirectoryUpdate(0, 1, 1, List.of());
    assertEquals(empty, DirectoryUpdate.read(empty.encode()));
    assertTrue(empty.isWhole(), "an update from the start");
    assertFalse(UPDATE.isWhole(), "an update from a revision");
    assertTrue(GONE.isRemoved() && !WEB.isRemoved(), "removed entries");
  }

  @Test
  void isNoConfigurationForANodeThatDoesNotReadTheFlag() {
    String hostile = "\nv=7\nnwid=1\nid=1\n";
    var entry = DirectoryEntry.of(WEB.address(), "a", "v=7", List.of());
    for (DirectoryUpdate each :
        List.of(UPDATE, new DirectoryUpdate(0, 0x0a76_3d37_0a00L, 1L << 60, List.of(entry)))) {
      assertThrows(WireException.class, () -> NetworkConfig.decode(each.encode()));
      assertEquals(0, Dictionary.parse(each.encode()).u64("v", 0), "a key of the dictionary");
    }
    byte[] behind = Arrays.copyOf(UPDATE.encode(), UPDATE.encode().length + hostile.length());
    System.arraycopy(
        hostile.getBytes(StandardCharsets.UTF_8),
        0,
        behind,
        UPDATE.encode().length,
        hostile.length());
    assertThrows(WireException.class, () -> NetworkConfig.decode(behind));
  }

  @Test
  void rejectsTruncatedAndLongerUpdates() {
    byte[] bytes = UPDATE.encode();
    for (int length = 0; length < bytes.length; length++) {
      byte[] truncated = Arrays.copyOf(bytes, length);
      assertThrows(
          WireException.class, () -> DirectoryUpdate.read(truncated), "of " + length + " bytes");
    }
    byte[] longer = Arrays.copyOf(bytes, bytes.length + 1);
    assertThrows(WireException.class, () -> DirectoryUpdate.read(longer));
    byte[] tooLong = Arrays.copyOf(bytes, DirectoryUpdate.MAX_BYTES + 1);
    assertThrows(WireException.class, () -> DirectoryUpdate.read(tooLong));
  }

  @Test
  void rejectsInvalidRevisions() {
    assertRejected(new DirectoryUpdate(0, 0, 0, List.of()));
    assertRejected(new DirectoryUpdate(8, 7, 9, List.of()));
    assertRejected(new DirectoryUpdate(5, 7, 6, List.of()));
    assertRejected(new DirectoryUpdate(-1, 7, 7, List.of()));
    assertRejected(new DirectoryUpdate(1, 7, -7, List.of()));
  }

  @Test
  void rejectsDuplicateAndReservedMembers() {
    assertRejected(new DirectoryUpdate(5, 7, 9, List.of(WEB, WEB)));
    assertRejected(
        new DirectoryUpdate(5, 7, 9, List.of(WEB, DirectoryEntry.removed(WEB.address()))));
    assertRejected(new DirectoryUpdate(5, 7, 9, List.of(DirectoryEntry.removed(0))));
    assertRejected(new DirectoryUpdate(5, 7, 9, List.of(DirectoryEntry.removed(0xff_0000_0001L))));
  }

  @Test
  void rejectsHostileLabelsAndNames() {
    for (String label : List.of("a.b", "-", "A", "a b", "é", "a\0", "x".repeat(64))) {
      assertRejected(entry(new DirectoryEntry(1, label, "", List.of())));
    }
    for (String name : List.of("a\nb", "\0", "\u001b[2J", "\u0085")) {
      assertRejected(entry(new DirectoryEntry(1, "a", name, List.of())));
    }
    byte[] notUtf8 = head(1).address(1).u8(1).u8('a').u8(2).u8(0xc3).u8(0x28).u8(0).toByteArray();
    assertThrows(WireException.class, () -> DirectoryUpdate.read(notUtf8));
  }

  @Test
  void rejectsInvalidAddresses() {
    byte[] mapped =
        head(1)
            .address(1)
            .u8(1)
            .u8('a')
            .u8(0)
            .u8(1)
            .u8(16)
            .bytes(new byte[10])
            .u16(0xffff)
            .u32(0x0a00_0001)
            .toByteArray();
    assertThrows(WireException.class, () -> DirectoryUpdate.read(mapped));
    byte[] five =
        head(1).address(1).u8(1).u8('a').u8(0).u8(1).u8(5).bytes(new byte[5]).toByteArray();
    assertThrows(WireException.class, () -> DirectoryUpdate.read(five));
    assertRejected(
        entry(
            new DirectoryEntry(
                1, "a", "", Collections.nCopies(17, Endpoints.parseIp("10.0.0.1")))));
  }

  @Test
  void rejectsOtherVersions() {
    byte[] bytes = UPDATE.encode();
    bytes[1] = 2;
    assertThrows(WireException.class, () -> DirectoryUpdate.read(bytes));
    byte[] dictionary = "v=7".getBytes(StandardCharsets.UTF_8);
    assertThrows(WireException.class, () -> DirectoryUpdate.read(dictionary));
  }

  @Test
  void neverFailsOtherwiseOnDamagedUpdates() {
    long seed = 3;
    var random = new Random(seed);
    byte[] valid = UPDATE.encode();
    int rejected = 0;
    for (int i = 0; i < 20_000; i++) {
      byte[] damaged = valid.clone();
      for (int change = random.nextInt(4); change >= 0; change--) {
        damaged[random.nextInt(damaged.length)] = (byte) random.nextInt();
      }
      try {
        DirectoryUpdate read = DirectoryUpdate.read(damaged);
        assertEquals(read, DirectoryUpdate.read(read.encode()), "seed " + seed + ", round " + i);
      } catch (WireException e) {
        rejected++;
      }
    }
    assertTrue(rejected > 5_000, () -> "most damaged updates are rejected");
  }

  @Test
  void limitsWhatAnEntryHolds() {
    DirectoryEntry entry =
        DirectoryEntry.of(
            1,
            "a",
            "\u202eü".repeat(10_000) + "\n\u001b",
            Collections.nCopies(30, Endpoints.parseIp("10.0.0.1")));
    assertEquals("ü".repeat(63), entry.name(), "the name");
    assertEquals(DirectoryEntry.MAX_ADDRESSES, entry.addresses().size(), "addresses");
    assertEquals("ab\u0301", DirectoryEntry.of(1, "a", "a\nb\u0301", List.of()).name(), "name");
    DirectoryUpdate update = entry(entry);
    assertEquals(update, DirectoryUpdate.read(update.encode()));
  }

  @Test
  void countsTheEntriesThatFit() {
    List<DirectoryEntry> many =
        IntStream.range(1, 5_000)
            .mapToObj(i -> DirectoryEntry.of(i, "label-" + i, "Label " + i, WEB.addresses()))
            .toList();
    int count = DirectoryUpdate.countThatFits(many);
    assertTrue(count > 1_000 && count < many.size(), () -> count + " entries");
    byte[] bytes = new DirectoryUpdate(0, 1, 1, many.subList(0, count)).encode();
    assertTrue(bytes.length > DirectoryUpdate.MAX_BYTES - 100, () -> bytes.length + " bytes");
    assertEquals(count, DirectoryUpdate.read(bytes).entries().size(), "entries");
    assertEquals(2, DirectoryUpdate.countThatFits(UPDATE.entries()), "of two");
  }

  private static DirectoryUpdate entry(DirectoryEntry entry) {
    return new DirectoryUpdate(5, 7, 9, List.of(entry));
  }

  private static WireWriter head(int entries) {
    return new WireWriter().u8(0).u8(1).u64(0).u64(1).u64(1).u16(entries);
  }

  private static void assertRejected(DirectoryUpdate update) {
    byte[] bytes = update.encode();
    assertThrows(WireException.class, () -> DirectoryUpdate.read(bytes), update::toString);
  }
}
