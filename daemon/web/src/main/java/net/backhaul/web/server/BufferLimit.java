// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.server;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * Bounds the bytes that all connections together keep in memory; used on the thread of the
 * listener. Above it the connections that have kept theirs longest are evicted, so that clients who
 * send or read slowly exclude no others.
 */
final class BufferLimit {
  private final long maxBytes;
  private final Map<Channel, Integer> kept = new LinkedHashMap<>();
  private final Set<Channel> inUse = new HashSet<>();
  private long totalBytes;

  BufferLimit(long maxBytes) {
    this.maxBytes = maxBytes;
  }

  /**
   * Records what a connection keeps from now on; returns false if it must not, since no other can
   * be evicted for it.
   */
  boolean keep(Channel channel, int bytes) {
    Integer before = kept.put(channel, bytes);
    totalBytes += bytes - (before == null ? 0 : before);
    for (Channel oldest : new ArrayList<>(kept.keySet())) {
      if (totalBytes <= maxBytes) {
        return true;
      }
      if (oldest != channel && !inUse.contains(oldest)) {
        release(oldest);
        close(oldest);
      }
    }
    if (totalBytes > maxBytes && kept.size() > 1) {
      release(channel);
      return false;
    }
    return true;
  }

  /** Closes a connection at once; closing by TLS would first try to send what waits. */
  private static void close(Channel channel) {
    ChannelHandlerContext first = channel.pipeline().firstContext();
    if (first == null) {
      channel.close();
    } else {
      first.close();
    }
  }

  /** Records that what a connection keeps is in use, so that closing it would free nothing. */
  void use(Channel channel) {
    if (kept.containsKey(channel)) {
      inUse.add(channel);
    }
  }

  /** Records that a connection keeps nothing any more. */
  void release(Channel channel) {
    Integer bytes = kept.remove(channel);
    totalBytes -= bytes == null ? 0 : bytes;
    inUse.remove(channel);
  }

  /** Records that a connection was closed; what is in use is kept all the same. */
  void closed(Channel channel) {
    if (!inUse.contains(channel)) {
      release(channel);
    }
  }

  long totalBytes() {
    return totalBytes;
  }
}
