// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.util.List;
import net.backhaul.tap.TapException;

/** Reads and writes the frames of a pair of devices. */
interface FrameChannel extends AutoCloseable {
  /** Waits for frames, with a timeout of its own; returns whether there are any. */
  boolean await() throws TapException;

  /** Copies the next frame to native memory; returns its length, or 0 if there is none. */
  int read(long address, int maxBytes);

  /** Writes a frame; returns false if it was dropped. */
  boolean write(long address, int length);

  /** Returns the multicast MACs that the system listens to on a device. */
  List<Long> multicastMacs(String device) throws TapException;

  @Override
  void close();
}
