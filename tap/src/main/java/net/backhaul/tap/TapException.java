// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

import java.io.IOException;

/**
 * The host refuses something about a device. The message is for a person: what was expected, what
 * was found, what to do next.
 */
public final class TapException extends IOException {
  private static final long serialVersionUID = 1;

  public TapException(String message) {
    super(message);
  }

  public TapException(String message, Throwable cause) {
    super(message, cause);
  }
}
