// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The pumps by network, looked up for every frame; lives on the node loop. */
final class PumpTable {
  private long[] networkIds = new long[8];
  private @Nullable FramePump[] pumps = new @Nullable FramePump[8];
  private int count;
  private int last;

  @Nullable FramePump find(long networkId) {
    if (last < count && networkIds[last] == networkId) {
      return pumps[last];
    }
    for (int i = 0; i < count; i++) {
      if (networkIds[i] == networkId) {
        last = i;
        return pumps[i];
      }
    }
    return null;
  }

  void flush() {
    for (int i = 0; i < count; i++) {
      FramePump pump = pumps[i];
      if (pump != null) {
        pump.flush();
      }
    }
  }

  void put(long networkId, FramePump pump) {
    remove(networkId);
    if (count == pumps.length) {
      networkIds = Arrays.copyOf(networkIds, 2 * count);
      pumps = Arrays.copyOf(pumps, 2 * count);
    }
    networkIds[count] = networkId;
    pumps[count++] = pump;
  }

  void remove(long networkId) {
    for (int i = 0; i < count; i++) {
      if (networkIds[i] == networkId) {
        count--;
        networkIds[i] = networkIds[count];
        pumps[i] = pumps[count];
        pumps[count] = null;
        return;
      }
    }
  }
}
