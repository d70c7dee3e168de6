// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/**
 * A part of the directory of a network: the entries that have changed between two revisions (03
 * section 3.8). Signed chunks with the flag {@link ConfigChunk#DIRECTORY} carry it.
 *
 * @param base the revision that the changes follow; 0 for a directory from its start
 * @param revision the revision that a member holds after the update, not below the base
 * @param latest the revision of the controller; if it is higher, another update follows
 */
public record DirectoryUpdate(long base, long revision, long latest, List<DirectoryEntry> entries) {
  /** Maximum length of an update. */
  public static final int MAX_BYTES = 65_536;

  /** Maximum members of a directory; further ones have no names. */
  public static final int MAX_MEMBERS = 32_768;

  /** Ends a dictionary: a node that takes an update for a configuration finds it empty. */
  private static final int NO_DICTIONARY = 0;

  private static final int VERSION = 1;
  private static final int HEAD_BYTES = 28;

  public DirectoryUpdate {
    entries = List.copyOf(entries);
  }

  /** Returns whether the update replaces what a member holds. */
  public boolean isWhole() {
    return base == 0;
  }

  /**
   * Reads an update.
   *
   * @throws WireException if it is truncated, too long or of another version, has an invalid entry,
   *     two entries of one member, or revisions that decrease
   */
  public static DirectoryUpdate read(byte[] bytes) {
    if (bytes.length > MAX_BYTES) {
      throw new WireException("directory update too long");
    }
    var in = new WireReader(bytes, 0, bytes.length);
    if (in.u8() != NO_DICTIONARY || in.u8() != VERSION) {
      throw new WireException("no directory update of a known version");
    }
    long base = in.u64();
    long revision = in.u64();
    long latest = in.u64();
    if (base < 0 || revision < base || revision == 0 || latest < revision) {
      throw new WireException("directory update with invalid revisions");
    }
    int count = in.u16();
    var entries = new ArrayList<DirectoryEntry>();
    Set<Long> seen = new HashSet<>();
    for (int i = 0; i < count; i++) {
      DirectoryEntry entry = DirectoryEntry.read(in);
      if (!seen.add(entry.address())) {
        throw new WireException("directory update with two entries of one member");
      }
      entries.add(entry);
    }
    if (!in.atEnd()) {
      throw new WireException("directory update with bytes after its end");
    }
    return new DirectoryUpdate(base, revision, latest, entries);
  }

  /** Returns the bytes of the update. */
  public byte[] encode() {
    var out = new WireWriter(MAX_BYTES);
    out.u8(NO_DICTIONARY).u8(VERSION);
    out.u64(base).u64(revision).u64(latest).u16(entries.size());
    entries.forEach(entry -> entry.writeTo(out));
    return out.toByteArray();
  }

  /** Returns how many of the entries, from the first one, fit into one update. */
  public static int countThatFits(List<DirectoryEntry> entries) {
    int bytes = HEAD_BYTES;
    for (int i = 0; i < entries.size(); i++) {
      var out = new WireWriter();
      entries.get(i).writeTo(out);
      bytes += out.size();
      if (bytes > MAX_BYTES || i == 0xffff) {
        return i;
      }
    }
    return entries.size();
  }
}
