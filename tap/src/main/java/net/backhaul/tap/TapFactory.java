// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

import net.backhaul.tap.linux.LinuxTaps;
import net.backhaul.tap.macos.FethTaps;

/** Opens devices. Devices are opened one at a time, by one thread. */
public interface TapFactory {
  /** Opens a device that is up and has no addresses but those that the kernel gives it. */
  TapDevice open(TapOptions options) throws TapException;

  /** Returns what opens devices on the host that this runs on. */
  static TapFactory ofThisHost() {
    String system = System.getProperty("os.name");
    if (system.equals("Linux")) {
      return new LinuxTaps();
    }
    if (system.startsWith("Mac")) {
      return new FethTaps();
    }
    return options -> {
      throw new TapException(
          "virtual network devices need Linux or macOS, and this is "
              + system
              + "; this node works as a root or controller here, but joins no network");
    };
  }
}
