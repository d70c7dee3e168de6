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
  private final @Nullable Origin[] origins = new @Nullable Origin[MAX_HEADS];
  private int next;

  record Origin(int socket, InetSocketAddress from, long sinceMs) {}

  void note(long packetId, int socket, InetSocketAddress from, long nowMs) {
    ids[next] = packetId;
    origins[next] = new Origin(socket, from, nowMs);
    next = (next + 1) % MAX_HEADS;
  }

  @Nullable Origin take(long packetId) {
    for (int i = 0; i < MAX_HEADS; i++) {
      if (ids[i] == packetId && origins[i] != null) {
        Origin found = origins[i];
        origins[i] = null;
        return found;
      }
    }
    return null;
  }

  int held() {
    int held = 0;
    for (Origin origin : origins) {
      held += origin == null ? 0 : 1;
    }
    return held;
  }

  void forgetOld(long nowMs) {
    for (int i = 0; i < MAX_HEADS; i++) {
      Origin origin = origins[i];
      if (origin != null && nowMs - origin.sinceMs() > Reassembly.MAX_AGE_MS) {
        origins[i] = null;
      }
    }
  }
}
