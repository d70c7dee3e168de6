// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/**
 * What a node states about its NAT in the extended data of a pushed endpoint, which other
 * implementations skip (02 section 4.10).
 *
 * @param step the distance between the ports of mappings that are made one after another; 0 where
 *     they are in no order, or it is unknown
 * @param wantsReply whether the receiver is to state its own
 */
public record NatStatement(Mapping mapping, int step, boolean wantsReply) {
  private static final int MAGIC = 0x424b_484c; // "BKHL"
  private static final int BODY_BYTES = 4;
  private static final int WANTS_REPLY = 0x01;

  /** The length on the wire. */
  static final int BYTES = 5 + BODY_BYTES;

  /** How a NAT maps ports (RFC 4787 section 4.1), in the order of the numbers on the wire. */
  public enum Mapping {
    /** Each destination sees the same port of a socket, or there is no NAT. */
    ENDPOINT_INDEPENDENT,
    /** There is a NAT of unknown kind that changes ports. */
    UNDETERMINED,
    /** Each destination sees another port. */
    ENDPOINT_DEPENDENT
  }

  public NatStatement {
    step = Math.clamp(step, Short.MIN_VALUE, Short.MAX_VALUE);
  }

  /** Reads extended data of a length; null where it is in another format. */
  static @Nullable NatStatement read(WireReader in, int length) {
    if (length < BYTES || in.i32() != MAGIC || in.u8() < BODY_BYTES) {
      return null;
    }
    int mapping = in.u8();
    int flags = in.u8();
    short step = (short) in.u16();
    Mapping[] all = Mapping.values();
    return mapping < all.length
        ? new NatStatement(all[mapping], step, (flags & WANTS_REPLY) != 0)
        : null;
  }

  @SuppressWarnings("EnumOrdinal") // The numbers on the wire, which readsWhatItWrites tests.
  void writeTo(WireWriter out) {
    out.u32(MAGIC).u8(BODY_BYTES).u8(mapping.ordinal()).u8(wantsReply ? WANTS_REPLY : 0);
    out.u16(step & 0xffff);
  }
}
