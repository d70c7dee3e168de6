// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import java.net.InetSocketAddress;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/**
 * RENDEZVOUS: the endpoint of another peer, which gets ours (02 section 2.5).
 *
 * @param peer the address of the other peer
 * @param endpoint null for an unknown address type
 */
public record Rendezvous(int flags, long peer, @Nullable InetSocketAddress endpoint)
    implements Message {
  /** Reads the payload. */
  public static Rendezvous read(WireReader in) {
    int flags = in.u8();
    long peer = in.address();
    int port = in.u16();
    int length = in.u8();
    boolean known = length == 4 || length == 16;
    byte[] ip = in.bytes(length);
    return new Rendezvous(flags, peer, known ? Endpoints.of(ip, port) : null);
  }

  @Override
  public void writeTo(WireWriter out) {
    byte[] ip = endpoint == null ? new byte[0] : endpoint.getAddress().getAddress();
    int port = endpoint == null ? 0 : endpoint.getPort();
    out.u8(flags).address(peer).u16(port).u8(ip.length).bytes(ip);
  }

  @Override
  public Verb verb() {
    return Verb.RENDEZVOUS;
  }
}
