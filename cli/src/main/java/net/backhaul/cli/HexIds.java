// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/** Checks the ids of arguments, which the daemon rejects without a reason. */
final class HexIds {
  private static final int NETWORK_DIGITS = 16;
  private static final int ADDRESS_DIGITS = 10;

  private HexIds() {}

  /** Returns what is wrong with a network ID; null if nothing is. */
  static @Nullable String networkIdError(String id) {
    return error("a network ID", id, NETWORK_DIGITS);
  }

  /** Returns what is wrong with the address of a node; null if nothing is. */
  static @Nullable String addressError(String address) {
    return error("an address", address, ADDRESS_DIGITS);
  }

  /** Returns what is wrong with the ID of a moon; null if nothing is. */
  static @Nullable String worldIdError(String id) {
    return error("a world ID", id, ADDRESS_DIGITS);
  }

  private static @Nullable String error(String what, String id, int digits) {
    String found = found(id, digits);
    return found == null
        ? null
        : "expected " + what + " of " + digits + " hexadecimal digits, found " + found;
  }

  private static @Nullable String found(String id, int digits) {
    if (id.isEmpty()) {
      return "none";
    }
    for (int i = 0; i < id.length(); i++) {
      if (!HexFormat.isHexDigit(id.charAt(i))) {
        return Text.quoted(id);
      }
    }
    return id.length() == digits ? null : id.length() + " digits: " + id;
  }
}
