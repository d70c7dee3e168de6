// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.network.MembershipCertificate;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/**
 * MULTICAST_FRAME: a frame to a multicast group (02 section 2.14).
 *
 * @param replicate whether the recipient sends the frame to further members
 * @param com a certificate of membership, from old senders only
 * @param gatherLimit the number of members that the sender requests; 0 for none
 * @param sourceMac 0 for the MAC of the sender
 */
public record MulticastFrame(
    long networkId,
    boolean replicate,
    @Nullable MembershipCertificate com,
    long gatherLimit,
    long sourceMac,
    long destinationMac,
    int adi,
    int etherType,
    Bytes data)
    implements Message {
  private static final int WITH_COM = 0x01;
  private static final int WITH_GATHER_LIMIT = 0x02;
  private static final int WITH_SOURCE = 0x04;
  private static final int REPLICATE = 0x08;

  /** Reads the payload. */
  public static MulticastFrame read(WireReader in) {
    long networkId = in.u64();
    int flags = in.u8();
    MembershipCertificate com = (flags & WITH_COM) == 0 ? null : MembershipCertificate.read(in);
    long gatherLimit = (flags & WITH_GATHER_LIMIT) == 0 ? 0 : in.u32();
    long sourceMac = (flags & WITH_SOURCE) == 0 ? 0 : in.mac();
    return new MulticastFrame(
        networkId,
        (flags & REPLICATE) != 0,
        com,
        gatherLimit,
        sourceMac,
        in.mac(),
        in.i32(),
        in.u16(),
        Bytes.of(in.bytes(in.remaining())));
  }

  @Override
  public void writeTo(WireWriter out) {
    int flags =
        (com == null ? 0 : WITH_COM)
            | (gatherLimit == 0 ? 0 : WITH_GATHER_LIMIT)
            | (sourceMac == 0 ? 0 : WITH_SOURCE)
            | (replicate ? REPLICATE : 0);
    out.u64(networkId).u8(flags);
    if (com != null) {
      com.writeTo(out);
    }
    if (gatherLimit != 0) {
      out.u32(gatherLimit);
    }
    if (sourceMac != 0) {
      out.mac(sourceMac);
    }
    out.mac(destinationMac).u32(adi).u16(etherType);
    data.writeTo(out);
  }

  @Override
  public Verb verb() {
    return Verb.MULTICAST_FRAME;
  }
}
