// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.backhaul.engine.LocalSocket;
import org.jspecify.annotations.Nullable;

/**
 * Sockets that are open while ports are searched: a NAT with endpoint-dependent mapping has one
 * mapping for each of them. Searches share them, and one with a path stays as long as the path.
 */
final class SearchSockets {
  /** Sockets that are requested at once: opening them takes the node's thread some time. */
  static final int AT_ONCE = 16;

  /** A request that was not answered for so long has failed, and may be repeated. */
  private static final long REPEAT_AFTER_MS = 2_000;

  private final PeerContext context;
  private List<LocalSocket> ordinary = List.of();
  private List<LocalSocket> open = List.of();
  private boolean requested;
  private long requestedMs = Peer.NEVER;
  private int lastTaken;

  SearchSockets(PeerContext context) {
    this.context = context;
  }

  /** Sets our other sockets. */
  void ordinary(List<LocalSocket> sockets) {
    ordinary = sockets;
  }

  /** Sets the temporary sockets that are open. */
  void changed(List<LocalSocket> nowOpen) {
    open = nowOpen;
    requested = false;
  }

  /** Returns all that are open. */
  List<LocalSocket> all() {
    return open;
  }

  /** Returns those that are open and have the IP address of another socket. */
  List<LocalSocket> like(int socket) {
    InetAddress ip = addressOf(socket);
    return ip == null
        ? List.of()
        : open.stream().filter(each -> each.address().getAddress().equals(ip)).toList();
  }

  private @Nullable InetAddress addressOf(int socket) {
    for (LocalSocket each : ordinary) {
      if (each.number() == socket) {
        return each.address().getAddress();
      }
    }
    return null;
  }

  /** Requests more, until there are some number of them with the address of another socket. */
  void request(int socket, int wanted, long nowMs) {
    int missing = Math.min(wanted - like(socket).size(), LocalSocket.MAX_TEMPORARY - open.size());
    boolean pending = requested && nowMs - requestedMs < REPEAT_AFTER_MS;
    if (missing > 0 && !pending && addressOf(socket) != null) {
      requested = true;
      requestedMs = nowMs;
      context.output.openSockets(socket, Math.min(missing, AT_ONCE));
    }
  }

  /**
   * Returns some that have not been returned by this before and have the address of another socket,
   * in the order in which they were opened; none, and requests more, while they are too few.
   */
  List<LocalSocket> takeFresh(int socket, int count, long nowMs) {
    List<LocalSocket> all = like(socket);
    List<LocalSocket> fresh = all.stream().filter(each -> each.number() > lastTaken).toList();
    if (fresh.size() < count) {
      request(socket, all.size() + count, nowMs);
      return List.of();
    }
    lastTaken = fresh.get(count - 1).number();
    return fresh.subList(0, count);
  }

  /** Closes those that are not in use. */
  void closeExcept(Set<Integer> used) {
    var unused = new ArrayList<Integer>();
    for (LocalSocket each : open) {
      if (!used.contains(each.number())) {
        unused.add(each.number());
      }
    }
    if (!unused.isEmpty()) {
      context.output.closeSockets(unused);
    }
  }
}
