// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

import net.backhaul.tap.linux.AddressMonitor;

/** Reports that addresses of the host may have changed, without listing them. */
public interface HostAddressMonitor extends AutoCloseable {
  /** Returns whether any address may have changed since the last call. */
  boolean pollChanged();

  @Override
  void close();

  /**
   * Opens the monitor of this system.
   *
   * @throws TapException where the system has none
   */
  static HostAddressMonitor open() throws TapException {
    if (System.getProperty("os.name").equals("Linux")) {
      return new AddressMonitor();
    }
    throw new TapException("changed addresses are reported on Linux only");
  }
}
