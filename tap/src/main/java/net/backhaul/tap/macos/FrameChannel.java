// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.util.List;
import net.backhaul.tap.TapException;

/** Where the frames of a pair of devices go in and come out. */
interface FrameChannel extends AutoCloseable {
  /** Waits for frames, for a while of its own, unless some are there already. */
  boolean await() throws TapException;

  /** Copies the next frame to native memory; returns its length, or 0 where there is none. */
  int read(long address, int maxBytes);

  boolean write(long address, int length);

  /** Returns the multicast MACs that the system listens to on a device. */
  List<Long> multicastMacs(String device) throws TapException;

  @Override
  void close();
}
