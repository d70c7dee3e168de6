// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The ports that our NAT has assigned to new sockets one after another, as a root sees them. */
final class PortAllocation {
  /** Sockets that are observed. */
  static final int SAMPLES = 3;

  /** Ports at a greater distance are in no order. */
  private static final int MAX_STEP = 8;

  private final Map<Integer, InetSocketAddress> seen = new TreeMap<>();

  /** Records the endpoint at which a root sees a socket; sockets are numbered in order. */
  void observed(int socket, InetSocketAddress surface) {
    if (seen.size() < SAMPLES) {
      seen.putIfAbsent(socket, surface);
    }
  }

  boolean isComplete() {
    return seen.size() >= SAMPLES;
  }

  /** Returns the endpoint of the latest mapping, or null without any. */
  @Nullable InetSocketAddress latest() {
    InetSocketAddress latest = null;
    for (InetSocketAddress each : seen.values()) {
      latest = each;
    }
    return latest;
  }

  /** Returns the distance of successive ports, or 0 where they are in no order. */
  int step() {
    var ports = new ArrayList<Integer>();
    seen.values().forEach(each -> ports.add(each.getPort()));
    int step = 0;
    for (int i = 1; i < ports.size(); i++) {
      int distance = ports.get(i) - ports.get(i - 1);
      boolean fits = distance != 0 && Math.abs(distance) <= MAX_STEP;
      if (!fits || (step != 0 && Integer.signum(distance) != Integer.signum(step))) {
        return 0;
      }
      // Others may have got ports in between.
      step = step == 0 || Math.abs(distance) < Math.abs(step) ? distance : step;
    }
    return step;
  }
}
