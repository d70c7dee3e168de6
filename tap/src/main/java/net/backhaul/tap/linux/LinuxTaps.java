// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;
import net.backhaul.tap.TapFactory;
import net.backhaul.tap.TapOptions;

/** Opens TAP devices of Linux (04 section 6.1). */
public final class LinuxTaps implements TapFactory {
  @Override
  public TapDevice open(TapOptions options) throws TapException {
    throw new TapException("not yet");
  }
}
