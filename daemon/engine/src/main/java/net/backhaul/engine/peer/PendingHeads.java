// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import net.backhaul.protocol.packet.Reassembly;
import org.jspecify.annotations.Nullable;

/**
 * The origins of first fragments: a packet's path is that of its first fragment, whichever datagram
 * completes it (02 section 1.6). The oldest is evicted.
 */
final class PendingHeads {
  static final int MAX_HEADS = Reassembly.MAX_SETS;

  private final long[] ids = new long[MAX_HEADS];
  private final int[] sockets = new int[MAX_HEADS];
  private final @Nullable InetSocketAddress[] endpoints =
      new @Nullable InetSocketAddress[MAX_HEADS];
  private final long[] receivedAtMs = new long[MAX_HEADS];
  private int next;

  void add(long packetId, InboundPacket head) {
    ids[next] = packetId;
    sockets[next] = head.socket();
    endpoints[next] = head.endpoint();
    receivedAtMs[next] = head.nowMs();
    next = (next + 1) % MAX_HEADS;
  }

  /** Returns the index of the head of a packet, or a negative number. */
  int find(long packetId) {
    for (int i = 0; i < MAX_HEADS; i++) {
      if (ids[i] == packetId && endpoints[i] != null) {
        return i;
      }
    }
    return -1;
  }

  int socket(int head) {
    return sockets[head];
  }

  /** Removes a head that was found and returns the endpoint that it came from. */
  InetSocketAddress remove(int head) {
    InetSocketAddress from = endpoints[head];
    if (from == null) {
      throw new IllegalStateException("no head " + head);
    }
    endpoints[head] = null;
    return from;
  }

  int size() {
    int size = 0;
    for (InetSocketAddress endpoint : endpoints) {
      size += endpoint == null ? 0 : 1;
    }
    return size;
  }

  void expire(long nowMs) {
    for (int i = 0; i < MAX_HEADS; i++) {
      if (nowMs - receivedAtMs[i] > Reassembly.MAX_AGE_MS) {
        endpoints[i] = null;
      }
    }
  }
}
