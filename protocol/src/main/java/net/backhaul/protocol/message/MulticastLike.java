// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/** MULTICAST_LIKE: subscribes to multicast groups (02 section 2.9). */
public record MulticastLike(List<Entry> entries) implements Message {
  /** The length of an entry. */
  public static final int ENTRY_BYTES = 8 + MulticastGroup.BYTES;

  /** A group in a network. */
  public record Entry(long networkId, MulticastGroup group) {
    /** Reads one entry. */
    public static Entry read(WireReader in) {
      return new Entry(in.u64(), MulticastGroup.read(in));
    }
  }

  public MulticastLike {
    entries = List.copyOf(entries);
  }

  /** Reads the payload. */
  public static MulticastLike read(WireReader in) {
    var entries = new ArrayList<Entry>();
    while (!in.atEnd()) {
      entries.add(Entry.read(in));
    }
    return new MulticastLike(entries);
  }

  @Override
  public void writeTo(WireWriter out) {
    for (Entry entry : entries) {
      out.u64(entry.networkId);
      entry.group.writeTo(out);
    }
  }

  @Override
  public Verb verb() {
    return Verb.MULTICAST_LIKE;
  }
}
