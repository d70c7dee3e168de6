// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import net.backhaul.protocol.packet.Reassembly;
import org.jspecify.annotations.Nullable;

/**
 * Where the heads of fragmented packets came from: the path of the head is the path of the packet,
 * whichever datagram completes it (02 section 1.6). The oldest makes room.
 */
final class HeadOrigins {
  static final int MAX_HEADS = Reassembly.MAX_SETS;

  private final long[] ids = new long[MAX_HEADS];
  private final int[] sockets = new int[MAX_HEADS];
  private final @Nullable InetSocketAddress[] origins = new @Nullable InetSocketAddress[MAX_HEADS];
  private final long[] sinceMs = new long[MAX_HEADS];
  private int next;

  void note(long packetId, int socket, InetSocketAddress from, long nowMs) {
    ids[next] = packetId;
    sockets[next] = socket;
    origins[next] = from;
    sinceMs[next] = nowMs;
    next = (next + 1) % MAX_HEADS;
  }

  /** Returns the index of the head of a packet, or a negative number. */
  int find(long packetId) {
    for (int i = 0; i < MAX_HEADS; i++) {
      if (ids[i] == packetId && origins[i] != null) {
        return i;
      }
    }
    return -1;
  }

  int socket(int head) {
    return sockets[head];
  }

  /** Returns where a head that was found came from, and forgets it. */
  InetSocketAddress take(int head) {
    InetSocketAddress from = origins[head];
    if (from == null) {
      throw new IllegalStateException("no head " + head);
    }
    origins[head] = null;
    return from;
  }

  int held() {
    int held = 0;
    for (InetSocketAddress origin : origins) {
      held += origin == null ? 0 : 1;
    }
    return held;
  }

  void forgetOld(long nowMs) {
    for (int i = 0; i < MAX_HEADS; i++) {
      if (nowMs - sinceMs[i] > Reassembly.MAX_AGE_MS) {
        origins[i] = null;
      }
    }
  }
}
