// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/** ECHO: requests an OK with the same data (02 section 2.8). */
public record Echo(Bytes data) implements Message {
  /** Reads the payload. */
  public static Echo read(WireReader in) {
    return new Echo(Bytes.of(in.bytes(in.remaining())));
  }

  @Override
  public void writeTo(WireWriter out) {
    data.writeTo(out);
  }

  @Override
  public Verb verb() {
    return Verb.ECHO;
  }
}
