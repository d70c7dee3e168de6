// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/** WHOIS: requests the identities of addresses (02 section 2.4). */
public record Whois(List<Long> addresses) implements Message {
  private static final int ADDRESS_BYTES = 5;

  public Whois {
    addresses = List.copyOf(addresses);
  }

  /** Reads all complete addresses. */
  public static Whois read(WireReader in) {
    var addresses = new ArrayList<Long>();
    while (in.remaining() >= ADDRESS_BYTES) {
      addresses.add(in.address());
    }
    return new Whois(addresses);
  }

  @Override
  public void writeTo(WireWriter out) {
    addresses.forEach(out::address);
  }

  @Override
  public Verb verb() {
    return Verb.WHOIS;
  }
}
