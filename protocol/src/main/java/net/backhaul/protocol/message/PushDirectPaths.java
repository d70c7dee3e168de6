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
public record PushDirectPaths(List<Path> paths) implements Message {
  private static final int IPV4 = 4;
  private static final int IPV6 = 6;
  private static final int PORT_BYTES = 2;

  /** An endpoint with its flags (02 section 4.2). */
  public record Path(int flags, InetSocketAddress endpoint) {
    /** Reads one record; null for an unknown address type. */
    public static @Nullable Path read(WireReader in) {
      int flags = in.u8();
      in.skip(in.u16());
      int type = in.u8();
      int length = in.u8();
      int ipBytes = type == IPV4 ? 4 : type == IPV6 ? 16 : 0;
      Path path = null;
      if (ipBytes > 0) {
        var address = new WireReader(in.array(), in.position(), in.remaining());
        byte[] ip = address.bytes(ipBytes);
        path = new Path(flags, Endpoints.of(ip, address.u16()));
      }
      in.skip(length);
      return path;
    }
  }

  public PushDirectPaths {
    paths = List.copyOf(paths);
  }

  /** Reads the payload; unknown address types are skipped. */
  public static PushDirectPaths read(WireReader in) {
    var paths = new ArrayList<Path>();
    for (int left = in.u16(); left > 0; left--) {
      Path path = Path.read(in);
      if (path != null) {
        paths.add(path);
      }
    }
    return new PushDirectPaths(paths);
  }

  @Override
  public void writeTo(WireWriter out) {
    out.u16(paths.size());
    for (Path path : paths) {
      byte[] ip = path.endpoint.getAddress().getAddress();
      out.u8(path.flags).u16(0).u8(ip.length == 4 ? IPV4 : IPV6).u8(ip.length + PORT_BYTES);
      out.bytes(ip).u16(path.endpoint.getPort());
    }
  }

  @Override
  public Verb verb() {
    return Verb.PUSH_DIRECT_PATHS;
  }
}
