// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/** OK to a NETWORK_CONFIG: the configuration is complete (02 section 2.12). */
public record NetworkConfigOk(long inRePacketId, long networkId, long updateId) implements Ok {
  /** The length of the payload after the packet id. */
  public static final int BODY_BYTES = 16;

  /** Reads the payload after the packet id. */
  public static NetworkConfigOk read(long inRePacketId, WireReader in) {
    return new NetworkConfigOk(inRePacketId, in.u64(), in.u64());
  }

  @Override
  public void writeTo(WireWriter out) {
    // ECHO instead of NETWORK_CONFIG, as in the reference.
    out.u8(Verb.ECHO.number()).u64(inRePacketId).u64(networkId).u64(updateId);
  }
}
