// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.network.MembershipCertificate;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/**
 * EXT_FRAME: a frame with both MACs (02 section 2.7).
 *
 * @param com a certificate of membership, from old senders only
 */
public record ExtFrame(
    long networkId,
    int flags,
    @Nullable MembershipCertificate com,
    long destinationMac,
    long sourceMac,
    int etherType,
    Bytes data)
    implements Message {
  /** Flag: the sender expects an OK. */
  public static final int ACKNOWLEDGE = 0x10;

  private static final int WITH_COM = 0x01;

  /** Reads the payload. */
  public static ExtFrame read(WireReader in) {
    long networkId = in.u64();
    int flags = in.u8();
    MembershipCertificate com = (flags & WITH_COM) == 0 ? null : MembershipCertificate.read(in);
    return new ExtFrame(
        networkId, flags, com, in.mac(), in.mac(), in.u16(), Bytes.of(in.bytes(in.remaining())));
  }

  @Override
  public void writeTo(WireWriter out) {
    out.u64(networkId).u8(flags);
    if (com != null) {
      com.writeTo(out);
    }
    out.mac(destinationMac).mac(sourceMac).u16(etherType);
    data.writeTo(out);
  }

  @Override
  public Verb verb() {
    return Verb.EXT_FRAME;
  }
}
