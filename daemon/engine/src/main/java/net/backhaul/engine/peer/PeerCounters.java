// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import net.backhaul.engine.LatencyHistogram;
import net.backhaul.engine.PeerStatus;

/** Counts the packets of one peer; plain fields, used on the node's thread only. */
final class PeerCounters {
  final LatencyHistogram.Recorder latency = new LatencyHistogram.Recorder();

  /** Authentic packets from the peer. */
  long received;

  /** Packets that were sealed for the peer. */
  long sent;

  /** Packets in the peer's name that were not authentic or malformed. */
  long invalid;

  PeerStatus.PacketCounts snapshot() {
    return new PeerStatus.PacketCounts(received, sent, invalid);
  }
}
