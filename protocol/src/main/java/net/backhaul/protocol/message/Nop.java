// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.packet.WireWriter;

/** NOP: has no payload and no effect (02 section 2.0). */
public record Nop() implements Message {
  @Override
  public void writeTo(WireWriter out) {
    // no payload
  }

  @Override
  public Verb verb() {
    return Verb.NOP;
  }
}
