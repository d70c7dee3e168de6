// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The paths over which members of our networks have sent packets lately: datagrams from them are
 * relayed, even by a node that is no root (02 section 3.6).
 *
 * <p>Every datagram that is not for us is looked up, so that allocates nothing. Only members can
 * add paths; the one that was added longest ago is evicted.
 */
final class TrustedPaths {
  static final int MAX_PATHS = 4_096;

  private static final long REFRESH_MS = 60_000;

  private final Map<InetSocketAddress, Path> paths = new LinkedHashMap<>();

  int size() {
    return paths.size();
  }

  /** Records that a trusted packet came over a path. */
  void add(Path path, long nowMs) {
    path.lastTrustMs = nowMs;
    if (nowMs - path.lastTrustRefreshMs < REFRESH_MS) {
      return;
    }
    path.lastTrustRefreshMs = nowMs;
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

  void expire(long nowMs) {
    Iterator<Path> all = paths.values().iterator();
    while (all.hasNext()) {
      if (!all.next().isTrusted(nowMs)) {
        all.remove();
      }
    }
  }
}
