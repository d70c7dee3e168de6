// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.network.MembershipCertificate;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** MULTICAST_GATHER: requests members of a multicast group (02 section 2.13). */
public record MulticastGather(
    long networkId, MulticastGroup group, long limit, @Nullable MembershipCertificate com)
    implements Message {
  private static final int WITH_COM = 0x01;

  /** Reads the payload. */
  public static MulticastGather read(WireReader in) {
    long networkId = in.u64();
    int flags = in.u8();
    MulticastGroup group = MulticastGroup.read(in);
    long limit = in.u32();
    MembershipCertificate com = null;
    if ((flags & WITH_COM) != 0) {
      com = lenientCom(in);
    }
    return new MulticastGather(networkId, group, limit, com);
  }

  /** Ignores an invalid certificate: the request is valid without it. */
  private static @Nullable MembershipCertificate lenientCom(WireReader in) {
    try {
      return MembershipCertificate.read(in);
    } catch (WireException ignored) {
      return null;
    }
  }

  @Override
  public void writeTo(WireWriter out) {
    out.u64(networkId).u8(com == null ? 0 : WITH_COM);
    group.writeTo(out);
    out.u32(limit);
    if (com != null) {
      com.writeTo(out);
    }
  }

  @Override
  public Verb verb() {
    return Verb.MULTICAST_GATHER;
  }
}
