// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import net.backhaul.engine.NetworkTraffic;

/** Counts the frames of one network; plain fields, used on the node's thread only. */
final class NetworkCounters {
  private long receivedAccepted;
  private long receivedRejected;
  private long sentAccepted;
  private long sentRejected;

  /** Counts frames that peers have sent. */
  void received(boolean accepted, int frames) {
    if (accepted) {
      receivedAccepted += frames;
    } else {
      receivedRejected += frames;
    }
  }

  /** Counts frames of the device, each once, however many members they are for. */
  void sent(boolean accepted, int frames) {
    if (accepted) {
      sentAccepted += frames;
    } else {
      sentRejected += frames;
    }
  }

  NetworkTraffic snapshot(long networkId) {
    return new NetworkTraffic(
        networkId, receivedAccepted, receivedRejected, sentAccepted, sentRejected);
  }
}
