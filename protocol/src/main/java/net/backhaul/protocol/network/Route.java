// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/**
 * A route that members of a network add (03 section 3.5).
 *
 * @param via the router, null for targets on the link
 */
public record Route(IpPrefix target, @Nullable InetAddress via, int flags, int metric) {
  static Route read(WireReader in) {
    IpPrefix target = IpPrefix.read(in);
    if (target == null) {
      throw new WireException("a route without target");
    }
    InetSocketAddress via = Endpoints.read(in);
    return new Route(target, via == null ? null : via.getAddress(), in.u16(), in.u16());
  }

  void writeTo(WireWriter out) {
    target.writeTo(out);
    Endpoints.write(out, via == null ? null : new InetSocketAddress(via, 0));
    out.u16(flags).u16(metric);
  }
}
