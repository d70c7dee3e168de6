// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;
import net.backhaul.tap.TapFactory;
import net.backhaul.tap.TapOptions;

/** Opens pairs of feth devices (04 section 6.2). */
public final class FethTaps implements TapFactory {
  @Override
  public TapDevice open(TapOptions options) throws TapException {
    throw new TapException("not yet");
  }
}
