// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import net.backhaul.engine.FrameBatch;

/** Takes frames of a device; called on the node loop. */
interface FrameSink {
  /** Takes all frames of one read; their bytes are borrowed and may be overwritten. */
  void sendFrames(long networkId, FrameBatch frames);
}
