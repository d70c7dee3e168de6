// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/**
 * PATH_NEGOTIATION_REQUEST: requests that a bonded peer uses the path that the packet takes (02
 * section 2.22).
 *
 * @param utility how much better that path is for the sender than the one that the peer uses
 */
public record PathNegotiationRequest(short utility) implements Message {
  /** Reads the payload. */
  public static PathNegotiationRequest read(WireReader in) {
    return new PathNegotiationRequest((short) in.u16());
  }

  @Override
  public void writeTo(WireWriter out) {
    out.u16(utility & 0xffff);
  }

  @Override
  public Verb verb() {
    return Verb.PATH_NEGOTIATION_REQUEST;
  }
}
