// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.network.NetworkCredentials;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/** NETWORK_CREDENTIALS: presents credentials to a peer (02 section 2.10). */
public record Credentials(NetworkCredentials content) implements Message {
  /** Reads the payload. */
  public static Credentials read(WireReader in) {
    return new Credentials(NetworkCredentials.read(in));
  }

  @Override
  public void writeTo(WireWriter out) {
    content.writeTo(out);
  }

  @Override
  public Verb verb() {
    return Verb.NETWORK_CREDENTIALS;
  }
}
