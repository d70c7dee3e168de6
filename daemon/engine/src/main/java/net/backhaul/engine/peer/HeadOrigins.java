// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * Where the heads of fragmented packets came from: the path of the head is the path of the packet,
 * whichever datagram completes it (02 section 1.6). The oldest of 32 is forgotten.
 */
final class HeadOrigins {
  private static final int MAX_HEADS = 32;

  private final long[] ids = new long[MAX_HEADS];
  private final @Nullable Origin[] origins = new @Nullable Origin[MAX_HEADS];
  private int next;

  record Origin(int socket, InetSocketAddress from) {}

  void note(long packetId, int socket, InetSocketAddress from) {
    ids[next] = packetId;
    origins[next] = new Origin(socket, from);
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
}
