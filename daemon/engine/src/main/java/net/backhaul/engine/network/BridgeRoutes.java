// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.HashMap;
import java.util.Map;
import net.backhaul.engine.LongMap;

/**
 * The bridge of each MAC behind one, learned from received frames (03 section 6.4).
 *
 * <p>Active bridges fill this, so it has a limit: at it the bridge with most MACs is evicted.
 */
final class BridgeRoutes {
  static final int MAX_ROUTES = 65_536;

  private final LongMap<BridgeRoute> byMac = new LongMap<>();

  private record BridgeRoute(long mac, long bridge) {}

  /** Returns the bridge to a MAC, or 0. */
  long bridgeTo(long mac) {
    BridgeRoute route = byMac.get(mac);
    return route == null ? 0 : route.bridge;
  }

  void learn(long mac, long bridge) {
    if (mac == 0 || bridgeTo(mac) == bridge) {
      return;
    }
    byMac.put(mac, new BridgeRoute(mac, bridge));
    if (byMac.size() > MAX_ROUTES) {
      evictLargest();
    }
  }

  private void evictLargest() {
    var counts = new HashMap<Long, Integer>();
    byMac.values().forEach(route -> counts.merge(route.bridge, 1, Integer::sum));
    long largest =
        counts.entrySet().stream().max(Map.Entry.comparingByValue()).orElseThrow().getKey();
    for (BridgeRoute route : byMac.values()) {
      if (route.bridge == largest) {
        byMac.remove(route.mac);
      }
    }
  }
}
