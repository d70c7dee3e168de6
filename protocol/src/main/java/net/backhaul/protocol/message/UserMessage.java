// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/** USER_MESSAGE: data for applications (02 section 2.20). */
public record UserMessage(long type, Bytes data) implements Message {
  /** Reads the payload. */
  public static UserMessage read(WireReader in) {
    return new UserMessage(in.u64(), Bytes.of(in.bytes(in.remaining())));
  }

  @Override
  public void writeTo(WireWriter out) {
    out.u64(type);
    data.writeTo(out);
  }

  @Override
  public Verb verb() {
    return Verb.USER_MESSAGE;
  }
}
