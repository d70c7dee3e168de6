// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapOptions;
import net.backhaul.testing.NamespaceHost;

/** A host with one device that has the host's addresses. */
final class TapHost extends NamespaceHost {
  private static final long NETWORK_ID = 0x8056c2e21c000001L;

  final TapDevice tap;

  private TapHost(int number, int mtuBytes, boolean offloads) throws Exception {
    super(number);
    var options = new TapOptions(NETWORK_ID, "", 0x020000000000L + number, mtuBytes, offloads);
    tap = here(() -> new LinuxTapFactory().open(options));
  }

  /** Returns one of the hosts of 10.230.0.0/24 and fd30::/64. */
  static TapHost open(int number, int mtuBytes, boolean offloads) throws Exception {
    var host = new TapHost(number, mtuBytes, offloads);
    host.assignAddresses(host.tap.name());
    return host;
  }

  @Override
  protected void closeDevice() {
    tap.close();
  }
}
