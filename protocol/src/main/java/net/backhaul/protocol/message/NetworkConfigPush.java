// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.network.ConfigChunk;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/** NETWORK_CONFIG: a chunk of a configuration that was not requested (02 section 2.12). */
public record NetworkConfigPush(ConfigChunk chunk) implements Message {
  /** Reads the payload. */
  public static NetworkConfigPush read(WireReader in) {
    return new NetworkConfigPush(ConfigChunk.read(in));
  }

  @Override
  public void writeTo(WireWriter out) {
    chunk.writeTo(out);
  }

  @Override
  public Verb verb() {
    return Verb.NETWORK_CONFIG;
  }
}
