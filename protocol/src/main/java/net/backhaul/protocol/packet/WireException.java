// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

/** Thrown for invalid input from the network; it has no stack trace. */
public final class WireException extends RuntimeException {
  /** Creates an exception that says what is invalid. */
  public WireException(String what) {
    super(what, null, false, false); // no stack trace: senders control how often
  }
}
