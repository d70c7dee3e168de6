// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.evaluation;

/** The operations of a compiled rule table: an int each, of a kind and its operands. */
final class Operation {
  static final int KIND = 0xf;

  /** Whether a field, masked, is within a range. */
  static final int RANGE = 0;

  /** Whether two successive fields, masked, have given values: an IPv6 prefix of over 64 bits. */
  static final int PAIR = 1;

  /** Whether a message is of an ICMP type, and not of a code. */
  static final int OTHER_CODE = 2;

  static final int BIG_ENDIAN = 3;
  static final int LITTLE_ENDIAN = 4;
  static final int RANDOM = 5;
  static final int TAG = 6;

  /** An action that is not taken, of which this member may be the observer. */
  static final int OBSERVE = 7;

  static final int DROP = 8;
  static final int ACCEPT = 9;
  static final int PRIORITY = 10;

  /** TEE, WATCH or REDIRECT, taken. */
  static final int FORWARD = 11;

  /** The end of the table, or BREAK. */
  static final int END = 12;

  /** The end of a set in a table with an index: continues with the next set that may match. */
  static final int NEXT = 13;

  /** Whether the result of a match is inverted. */
  static final int NOT = 0x10;

  private static final int FIELD_SHIFT = 8;
  private static final int VALID_SHIFT = 16;
  private static final int INDEX = 0x1f;

  private Operation() {}

  /**
   * Returns a match on a field.
   *
   * @param field the index of the field that is compared
   * @param valid the index of the field without which the result is no, whether inverted or not
   */
  static int match(int kind, int field, int valid, boolean not) {
    return kind | field << FIELD_SHIFT | valid << VALID_SHIFT | (not ? NOT : 0);
  }

  static int field(int operation) {
    return operation >>> FIELD_SHIFT & INDEX;
  }

  static int valid(int operation) {
    return operation >>> VALID_SHIFT & INDEX;
  }
}
