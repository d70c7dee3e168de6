// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/** OK to a MULTICAST_GATHER, with members of the group (02 section 2.13). */
public record MulticastGatherOk(
    long inRePacketId, long networkId, MulticastGroup group, GatherResults results) implements Ok {
  /** Reads the payload after the packet id. */
  public static MulticastGatherOk read(long inRePacketId, WireReader in) {
    return new MulticastGatherOk(
        inRePacketId, in.u64(), MulticastGroup.read(in), GatherResults.read(in));
  }

  @Override
  public void writeTo(WireWriter out) {
    out.u8(Verb.MULTICAST_GATHER.number()).u64(inRePacketId).u64(networkId);
    group.writeTo(out);
    results.writeTo(out);
  }
}
