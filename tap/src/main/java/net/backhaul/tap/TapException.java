// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

import java.io.IOException;

/**
 * The host rejects an operation on a device. The message is for users: what was expected, what was
 * found, what to do next.
 */
public final class TapException extends IOException {
  private static final long serialVersionUID = 1;

  private final boolean ipv6Off;

  /** Creates an exception with a message for users. */
  public TapException(String message) {
    super(message);
    ipv6Off = false;
  }

  private TapException(String message, boolean ipv6Off) {
    super(message);
    this.ipv6Off = ipv6Off;
  }

  /** Creates the exception for an address or route of IPv6 on a host without it. */
  public static TapException ipv6Off(String message) {
    return new TapException(message, true);
  }

  /** Returns whether the cause is that IPv6 is switched off on this host or device. */
  public boolean isIpv6Off() {
    return ipv6Off;
  }

  /** Creates an exception with a message for users and its cause. */
  public TapException(String message, Throwable cause) {
    super(message, cause);
    ipv6Off = false;
  }
}
