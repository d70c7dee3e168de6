// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

/** Moves frames between one device and the node. */
interface FramePump {
  /** Begins to read frames and hand them to the node. */
  void start();

  /** Writes one frame, whose bytes are borrowed, to the device; only on the node loop. */
  void deliver(byte[] bytes, int start, int length);

  /** Stops, and returns when nothing touches the device any more; not on the node loop. */
  void stop();
}
