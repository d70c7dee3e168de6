// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.server;

import io.netty.channel.Channel;
import java.util.LinkedHashSet;
import net.backhaul.web.http.WebLimits;

/**
 * Bounds the open connections; used on the thread of the listener. At the limit the one that has
 * waited longest for a request is evicted.
 */
final class ConnectionLimit {
  private final LinkedHashSet<Channel> waiting = new LinkedHashSet<>();
  private int open;

  /** Adds a connection; returns false if none can be evicted for it. */
  boolean add(Channel channel) {
    if (open >= WebLimits.MAX_CONNECTIONS && !waiting.isEmpty()) {
      waiting.getFirst().close();
    }
    if (open >= WebLimits.MAX_CONNECTIONS) {
      return false;
    }
    open++;
    waiting.add(channel);
    channel
        .closeFuture()
        .addListener(
            closed -> {
              open--;
              waiting.remove(channel);
            });
    return true;
  }

  /** Records that a connection waits for a request. */
  void waits(Channel channel) {
    if (channel.isOpen()) {
      waiting.add(channel);
    }
  }

  /** Records that a connection has sent a request. */
  void works(Channel channel) {
    waiting.remove(channel);
  }
}
