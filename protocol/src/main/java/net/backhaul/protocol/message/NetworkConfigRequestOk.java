// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.network.ConfigChunk;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/** OK to a NETWORK_CONFIG_REQUEST: a chunk of the configuration (02 section 2.11). */
public record NetworkConfigRequestOk(long inRePacketId, ConfigChunk chunk) implements Ok {
  /** Reads the payload after the packet id. */
  public static NetworkConfigRequestOk read(long inRePacketId, WireReader in) {
    return new NetworkConfigRequestOk(inRePacketId, ConfigChunk.read(in));
  }

  @Override
  public void writeTo(WireWriter out) {
    out.u8(Verb.NETWORK_CONFIG_REQUEST.number()).u64(inRePacketId);
    chunk.writeTo(out);
  }
}
