// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

/** Bytes from a stranger are not what they should be. */
public final class WireException extends RuntimeException {
  public WireException(String what) {
    super(what, null, false, false); // no stack trace: a stranger chooses how often it is thrown
  }
}
