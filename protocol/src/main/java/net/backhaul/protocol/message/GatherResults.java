// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/** Members of a multicast group: some of them, and how many are known (02 section 2.13). */
public record GatherResults(long totalKnown, List<Long> members) {
  public GatherResults {
    members = List.copyOf(members);
  }

  /** Reads the total and the listed members. */
  public static GatherResults read(WireReader in) {
    long total = in.u32();
    int count = in.u16();
    var members = new ArrayList<Long>();
    for (int i = 0; i < count; i++) {
      members.add(in.address());
    }
    return new GatherResults(total, members);
  }

  /** Writes the total and the listed members. */
  public void writeTo(WireWriter out) {
    out.u32(totalKnown).u16(members.size());
    members.forEach(out::address);
  }
}
