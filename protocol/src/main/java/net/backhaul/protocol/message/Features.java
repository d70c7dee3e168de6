// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/**
 * What a node of this implementation supports beyond the protocol: the end of HELLO and of its OK,
 * which other implementations ignore (02 section 2.1).
 *
 * @param flags {@link #ECN}; unknown ones are ignored
 */
public record Features(int flags) {
  /** Flag: applies the ECN field of datagrams to frames, and copies it when it relays. */
  public static final int ECN = 0x01;

  /** The features of all other nodes. */
  public static final Features NONE = new Features(0);

  /** Versions 1.2 of the reference read the length of a certificate here. */
  private static final int NO_CERTIFICATE = 0;

  private static final int MAGIC = 0x424b_484c; // "BKHL"
  private static final int MIN_BYTES = 8;

  public Features {
    flags &= 0xff;
  }

  /** Returns whether all of these flags are set. */
  public boolean has(int wanted) {
    return (flags & wanted) == wanted;
  }

  /** Reads what follows the other fields; whatever is not in this format states no feature. */
  static Features read(WireReader in) {
    if (in.remaining() < MIN_BYTES || in.u16() != NO_CERTIFICATE || in.i32() != MAGIC) {
      return NONE;
    }
    int length = in.u8();
    return length == 0 ? NONE : new Features(in.u8());
  }

  /** Writes them; nothing where there are none. */
  void writeTo(WireWriter out) {
    if (flags != 0) {
      out.u16(NO_CERTIFICATE).u32(MAGIC).u8(1).u8(flags);
    }
  }
}
