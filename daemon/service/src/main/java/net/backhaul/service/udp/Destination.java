// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** An endpoint that datagrams are sent to: its form for the kernel, and whether runs reach it. */
final class Destination {
  /** Datagrams that are sent singly after a run was rejected, before the next run is tried. */
  static final int SINGLES_AFTER_REJECTION = 10_000;

  final InetSocketAddress address;
  final byte[] socketAddress;

  /** Whether the address is IPv4, for a socket of either family. */
  final boolean v4;

  private final boolean v4Socket;
  private int singlesLeft;

  private Destination(InetSocketAddress address, boolean v4Socket) {
    this.address = address;
    this.v4 = address.getAddress() instanceof Inet4Address;
    this.v4Socket = v4Socket;
    this.socketAddress = SocketAddressCodec.write(address, v4Socket);
  }

  /** Counts a datagram and returns whether it may be part of a run. */
  boolean supportsRuns() {
    if (singlesLeft == 0) {
      return true;
    }
    singlesLeft--;
    return false;
  }

  void runRejected() {
    singlesLeft = SINGLES_AFTER_REJECTION;
  }

  /** Recent destinations, so that those often used cost no object. */
  static final class Cache {
    private static final int DESTINATIONS = 128;

    private final @Nullable Destination[] destinations = new Destination[DESTINATIONS];

    /** Returns the destination for an address; null if a socket of this family can't reach it. */
    @Nullable Destination of(InetSocketAddress to, boolean v4Socket) {
      int place = to.hashCode() * 2 + (v4Socket ? 1 : 0) & (DESTINATIONS - 1);
      Destination known = destinations[place];
      if (known != null
          && known.v4Socket == v4Socket
          && (known.address == to || known.address.equals(to))) {
        return known;
      }
      if (v4Socket && !(to.getAddress() instanceof Inet4Address)) {
        return null;
      }
      var made = new Destination(to, v4Socket);
      destinations[place] = made;
      return made;
    }
  }
}
