// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

import java.nio.file.Path;
import net.backhaul.tap.linux.LinuxTapFactory;
import net.backhaul.tap.macos.FethTapFactory;

/** Selects the factory for devices of the host's operating system. */
public final class HostTapFactory {
  private HostTapFactory() {}

  /**
   * Returns the factory of this system; on unsupported ones its devices cannot be opened.
   *
   * @param home the directory in which devices are recorded that outlive the process
   */
  public static TapFactory factory(Path home) {
    String system = System.getProperty("os.name");
    if (system.equals("Linux")) {
      return new LinuxTapFactory();
    }
    if (system.startsWith("Mac")) {
      return new FethTapFactory(home);
    }
    return options -> {
      throw new TapException(
          "virtual network devices need Linux or macOS, and this is "
              + system
              + "; this node works as a root or controller here, but joins no network");
    };
  }
}
