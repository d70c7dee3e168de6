// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

import java.io.IOException;

/**
 * The host rejects an operation on a device. The message is for users: what was expected, what was
 * found, what to do next.
 */
public final class TapException extends IOException {
  private static final long serialVersionUID = 1;

  /** Creates an exception with a message for users. */
  public TapException(String message) {
    super(message);
  }

  /** Creates an exception with a message for users and its cause. */
  public TapException(String message, Throwable cause) {
    super(message, cause);
  }
}
