// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/** NETWORK_CONFIG_REQUEST: requests the configuration of a network (02 section 2.11). */
public record NetworkConfigRequest(
    long networkId, Bytes metaData, long heldRevision, long heldTimestampMs) implements Message {
  private static final int HELD_BYTES = 16;

  /** Reads the payload. */
  public static NetworkConfigRequest read(WireReader in) {
    long networkId = in.u64();
    Bytes metaData = Bytes.of(in.bytes(in.u16()));
    boolean held = in.remaining() >= HELD_BYTES;
    return new NetworkConfigRequest(networkId, metaData, held ? in.u64() : 0, held ? in.u64() : 0);
  }

  @Override
  public void writeTo(WireWriter out) {
    out.u64(networkId).u16(metaData.length());
    metaData.writeTo(out);
    out.u64(heldRevision).u64(heldTimestampMs);
  }

  @Override
  public Verb verb() {
    return Verb.NETWORK_CONFIG_REQUEST;
  }
}
