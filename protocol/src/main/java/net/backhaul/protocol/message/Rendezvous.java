// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import java.net.InetSocketAddress;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/** Introduces a peer: it can be met at this physical address (02 section 2.5). */
public record Rendezvous(int flags, long peer, InetSocketAddress endpoint) implements Message {
  public static Rendezvous read(WireReader in) {
    int flags = in.u8();
    long peer = in.address();
    int port = in.u16();
    int length = in.u8();
    if (length != 4 && length != 16) {
      throw new WireException("odd length of an address");
    }
    return new Rendezvous(flags, peer, Endpoints.of(in.bytes(length), port));
  }

  @Override
  public void writeTo(WireWriter out) {
    byte[] ip = endpoint.getAddress().getAddress();
    out.u8(flags).address(peer).u16(endpoint.getPort()).u8(ip.length).bytes(ip);
  }

  @Override
  public Verb verb() {
    return Verb.RENDEZVOUS;
  }
}
