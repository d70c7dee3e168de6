// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

import java.net.InetAddress;

/** An IP address of a device and its prefix length. */
public record TapAddress(InetAddress ip, int bits) {
  public TapAddress {
    if (bits < 0 || bits > ip.getAddress().length * 8) {
      throw new IllegalArgumentException(
          "bits: 0 to "
              + ip.getAddress().length * 8
              + " for "
              + ip.getHostAddress()
              + ", not "
              + bits);
    }
  }

  @Override
  public String toString() {
    return ip.getHostAddress() + "/" + bits;
  }
}
