// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.http;

/** A change could not be written to the disk; the message says why. */
public final class StorageFailure extends RuntimeException {
  public StorageFailure(String message) {
    super(message, null, false, false);
  }
}
