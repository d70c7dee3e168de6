// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/** OK to a WHOIS: identities (02 section 2.4). */
public record WhoisOk(long inRePacketId, List<Identity> identities) implements Ok {
  public WhoisOk {
    identities = List.copyOf(identities);
  }

  /** Reads the first identity and all complete ones after it. */
  public static WhoisOk read(long inRePacketId, WireReader in) {
    var identities = new ArrayList<Identity>();
    do {
      identities.add(Identity.read(in));
    } while (in.remaining() >= Identity.PUBLIC_BYTES);
    return new WhoisOk(inRePacketId, identities);
  }

  @Override
  public void writeTo(WireWriter out) {
    out.u8(Verb.WHOIS.number()).u64(inRePacketId);
    identities.forEach(identity -> identity.writeTo(out));
  }
}
