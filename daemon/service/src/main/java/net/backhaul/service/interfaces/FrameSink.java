// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import net.backhaul.engine.FrameBatch;

/** Where frames of a device go; called on the node loop. */
interface FrameSink {
  /** Takes all frames of one read; their bytes are borrowed and may be clobbered. */
  void sendFrames(long networkId, FrameBatch frames);
}
