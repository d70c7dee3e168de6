// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import net.backhaul.engine.Drop;
import net.backhaul.engine.Event;
import net.backhaul.engine.Output;
import net.backhaul.engine.peer.PeerLink;
import org.jspecify.annotations.Nullable;

/**
 * Drops and reports what circulates in a loop through this node, where it is a bridge of the
 * network: groups, broadcasts, and frames to unknown devices, since these are flooded.
 */
final class LoopGuard {
  private static final long HASH_FACTOR = 0x9e37_79b9_7f4a_7c15L;

  /** Made with the first frame of a bridge, since few nodes are one. */
  private @Nullable LoopDetector detector;

  /** Returns whether a frame passes; one that circulates is counted as dropped. */
  boolean accepts(FrameView frame, boolean fromDevice, PeerLink link, Output output) {
    if (!frame.policy.amBridge) {
      return true;
    }
    LoopDetector mine = detector;
    if (mine == null) {
      mine = new LoopDetector();
      detector = mine;
    }
    if (mine.accepts(hash(frame), fromDevice, frame.nowMs)) {
      return true;
    }
    frame.drop(link, Drop.BRIDGE_LOOP);
    if (mine.isReportDue(frame.nowMs)) {
      output.event(new Event.BridgeLoop(frame.network.id, frame.sourceMac()));
    }
    return false;
  }

  /** Returns a hash of the addresses, the type and all data. */
  private static long hash(FrameView frame) {
    long hash = frame.destinationMac() * HASH_FACTOR + frame.sourceMac();
    hash = mix(hash, frame.etherType());
    int length = frame.length();
    int i = 0;
    for (; i <= length - Long.BYTES; i += Long.BYTES) {
      hash = mix(hash, frame.int64(i));
    }
    for (; i < length; i++) {
      hash = mix(hash, frame.u8(i));
    }
    return mix(hash, length);
  }

  private static long mix(long hash, long value) {
    long product = (hash ^ value) * HASH_FACTOR;
    return product ^ product >>> Integer.SIZE;
  }
}
