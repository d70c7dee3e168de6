// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

/** A change is in effect, but could not be written to the disk; the message says what follows. */
public final class NotSaved extends Exception {
  public NotSaved(String message) {
    super(message, null, false, false);
  }
}
