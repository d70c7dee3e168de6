// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The paths over which members of our networks have spoken to us lately: packets that come over one
 * are passed on, even by a node that is no root (02 section 3.6).
 *
 * <p>Every datagram that is not for us looks here, so looking allocates nothing. Only members fill
 * it; the path noted longest ago makes room.
 */
final class TrustedPaths {
  static final int MAX_PATHS = 4_096;

  private static final long NOTE_AGAIN_MS = 60_000;

  private final Map<InetSocketAddress, Path> paths = new LinkedHashMap<>();

  int size() {
    return paths.size();
  }

  /** Notes that a trusted packet came over a path. */
  void trusted(Path path, long nowMs) {
    path.lastTrustMs = nowMs;
    if (nowMs - path.lastNotedMs < NOTE_AGAIN_MS) {
      return;
    }
    path.lastNotedMs = nowMs;
    paths.remove(path.endpoint);
    if (paths.size() >= MAX_PATHS) {
      paths.remove(paths.keySet().iterator().next());
    }
    paths.put(path.endpoint, path);
  }

  boolean contains(InetSocketAddress from, long nowMs) {
    @Nullable Path path = paths.get(from);
    return path != null && path.isTrusted(nowMs);
  }

  void forgetOld(long nowMs) {
    Iterator<Path> all = paths.values().iterator();
    while (all.hasNext()) {
      if (!all.next().isTrusted(nowMs)) {
        all.remove();
      }
    }
  }
}
