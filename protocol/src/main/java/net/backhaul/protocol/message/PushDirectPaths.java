// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** PUSH_DIRECT_PATHS: endpoints at which the sender may be reachable (02 section 2.15). */
public record PushDirectPaths(List<PushedEndpoint> endpoints) implements Message {
  private static final int IPV4 = 4;
  private static final int IPV6 = 6;
  private static final int PORT_BYTES = 2;

  /**
   * An endpoint with its flags (02 section 4.2).
   *
   * @param nat what the sender states about the NAT that made this endpoint, the one of its latest
   *     mapping; null for an ordinary endpoint
   */
  public record PushedEndpoint(int flags, InetSocketAddress endpoint, @Nullable NatStatement nat) {
    public PushedEndpoint(int flags, InetSocketAddress endpoint) {
      this(flags, endpoint, null);
    }

    /** Reads one record; null for an unknown address type. */
    public static @Nullable PushedEndpoint read(WireReader in) {
      int flags = in.u8();
      int extendedBytes = in.u16();
      NatStatement nat = NatStatement.read(in.copy(), Math.min(extendedBytes, in.remaining()));
      in.skip(extendedBytes);
      int type = in.u8();
      int length = in.u8();
      int ipBytes = type == IPV4 ? 4 : type == IPV6 ? 16 : 0;
      PushedEndpoint pushed = null;
      if (ipBytes > 0) {
        var address = new WireReader(in.array(), in.position(), in.remaining());
        byte[] ip = address.bytes(ipBytes);
        pushed = new PushedEndpoint(flags, Endpoints.of(ip, address.u16()), nat);
      }
      in.skip(length);
      return pushed;
    }
  }

  public PushDirectPaths {
    endpoints = List.copyOf(endpoints);
  }

  /** Reads the payload; unknown address types are skipped. */
  public static PushDirectPaths read(WireReader in) {
    var endpoints = new ArrayList<PushedEndpoint>();
    for (int left = in.u16(); left > 0; left--) {
      PushedEndpoint pushed = PushedEndpoint.read(in);
      if (pushed != null) {
        endpoints.add(pushed);
      }
    }
    return new PushDirectPaths(endpoints);
  }

  @Override
  public void writeTo(WireWriter out) {
    out.u16(endpoints.size());
    for (PushedEndpoint each : endpoints) {
      byte[] ip = each.endpoint.getAddress().getAddress();
      NatStatement nat = each.nat;
      out.u8(each.flags);
      if (nat == null) {
        out.u16(0);
      } else {
        out.u16(NatStatement.BYTES);
        nat.writeTo(out);
      }
      out.u8(ip.length == 4 ? IPV4 : IPV6).u8(ip.length + PORT_BYTES);
      out.bytes(ip).u16(each.endpoint.getPort());
    }
  }

  @Override
  public Verb verb() {
    return Verb.PUSH_DIRECT_PATHS;
  }
}
