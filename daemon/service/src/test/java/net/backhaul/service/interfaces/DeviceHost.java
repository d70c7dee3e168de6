// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapOptions;
import net.backhaul.tap.linux.LinuxTapFactory;
import net.backhaul.testing.NamespaceHost;

/** A host with one device that has the host's addresses and a long queue. */
final class DeviceHost extends NamespaceHost {
  /** Frames of the host are dropped only where the test drops them. */
  private static final String QUEUE_FRAMES = "30000";

  final TapDevice tap;

  private DeviceHost(int number, int mtuBytes, boolean offloads) throws Exception {
    super(number);
    var options = new TapOptions(number, "", 0x020000000000L + number, mtuBytes, offloads);
    tap = here(() -> new LinuxTapFactory().open(options));
  }

  /** Returns one of the hosts of 10.230.0.0/24 and fd30::/64. */
  static DeviceHost open(int number, int mtuBytes, boolean offloads) throws Exception {
    var host = new DeviceHost(number, mtuBytes, offloads);
    host.ip("link", "set", host.tap.name(), "txqueuelen", QUEUE_FRAMES);
    host.assignAddresses(host.tap.name());
    return host;
  }

  @Override
  protected void closeDevice() {
    tap.close();
  }
}
