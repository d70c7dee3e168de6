// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireWriter;

/** OK to an ECHO, with its data (02 section 2.8). */
public record EchoOk(long inRePacketId, Bytes data) implements Ok {
  @Override
  public void writeTo(WireWriter out) {
    out.u8(Verb.ECHO.number()).u64(inRePacketId);
    data.writeTo(out);
  }
}
