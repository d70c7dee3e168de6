// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.net.Inet4Address;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** An address that datagrams go to: how the kernel writes it, and whether its way takes runs. */
final class Target {
  /** How many datagrams go singly before a run is tried again where one was refused. */
  static final int SINGLES_AFTER_REFUSAL = 10_000;

  final InetSocketAddress address;
  final byte[] socketAddress;
  private final boolean v4Socket;
  private int singlesLeft;

  private Target(InetSocketAddress address, boolean v4Socket) {
    this.address = address;
    this.v4Socket = v4Socket;
    this.socketAddress = SocketAddresses.write(address, v4Socket);
  }

  /** Counts a datagram and returns whether it may be part of a run. */
  boolean takesRuns() {
    if (singlesLeft == 0) {
      return true;
    }
    singlesLeft--;
    return false;
  }

  void runRefused() {
    singlesLeft = SINGLES_AFTER_REFUSAL;
  }

  /** The last targets, so that those often used cost no object. */
  static final class Cache {
    private static final int TARGETS = 128;

    private final @Nullable Target[] targets = new Target[TARGETS];

    /** Returns the target for an address; null if a socket of this family can't reach it. */
    @Nullable Target of(InetSocketAddress to, boolean v4Socket) {
      int place = to.hashCode() * 2 + (v4Socket ? 1 : 0) & (TARGETS - 1);
      Target known = targets[place];
      if (known != null
          && known.v4Socket == v4Socket
          && (known.address == to || known.address.equals(to))) {
        return known;
      }
      if (v4Socket && !(to.getAddress() instanceof Inet4Address)) {
        return null;
      }
      var made = new Target(to, v4Socket);
      targets[place] = made;
      return made;
    }
  }
}
