// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.network.MembershipCertificate;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** OK to a MULTICAST_FRAME that requested members (02 section 2.14). */
public record MulticastFrameOk(
    long inRePacketId,
    long networkId,
    MulticastGroup group,
    @Nullable MembershipCertificate com,
    @Nullable GatherResults results)
    implements Ok {
  private static final int WITH_COM = 0x01;
  private static final int WITH_RESULTS = 0x02;

  /** Reads the payload after the packet id. */
  public static MulticastFrameOk read(long inRePacketId, WireReader in) {
    long networkId = in.u64();
    MulticastGroup group = MulticastGroup.read(in);
    int flags = in.u8();
    return new MulticastFrameOk(
        inRePacketId,
        networkId,
        group,
        (flags & WITH_COM) == 0 ? null : MembershipCertificate.read(in),
        (flags & WITH_RESULTS) == 0 ? null : GatherResults.read(in));
  }

  @Override
  public void writeTo(WireWriter out) {
    out.u8(Verb.MULTICAST_FRAME.number()).u64(inRePacketId).u64(networkId);
    group.writeTo(out);
    out.u8((com == null ? 0 : WITH_COM) | (results == null ? 0 : WITH_RESULTS));
    if (com != null) {
      com.writeTo(out);
    }
    if (results != null) {
      results.writeTo(out);
    }
  }
}
