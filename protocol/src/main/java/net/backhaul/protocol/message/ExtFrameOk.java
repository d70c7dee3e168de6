// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.packet.WireWriter;

/** OK to an EXT_FRAME (02 section 2.7). */
public record ExtFrameOk(long inRePacketId, long networkId) implements Ok {
  @Override
  public void writeTo(WireWriter out) {
    out.u8(Verb.EXT_FRAME.number()).u64(inRePacketId).u64(networkId);
  }
}
