// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.math.BigInteger;

/** A number with the digits that it was written with. */
record JsonNumber(String digits) {
  private static final int ALWAYS_A_LONG = 18;

  /** Returns the number as 64 bits; a fraction is cut off, what is too large wraps. */
  long toLong() {
    if (!isInteger()) {
      return (long) toDouble();
    }
    return digits.length() <= ALWAYS_A_LONG
        ? Long.parseLong(digits)
        : new BigInteger(digits).longValue();
  }

  double toDouble() {
    return Double.parseDouble(digits);
  }

  private boolean isInteger() {
    for (int i = 0; i < digits.length(); i++) {
      char c = digits.charAt(i);
      if (c != '-' && (c < '0' || c > '9')) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    return digits;
  }
}
