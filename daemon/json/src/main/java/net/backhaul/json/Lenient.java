// SPDX-License-Identifier: Apache-2.0
package net.backhaul.json;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The reference's conversions between JSON types; almost any value is accepted (04 section 0.1).
 */
public final class Lenient {
  private static final BigInteger U64 = BigInteger.ONE.shiftLeft(64);
  private static final int MAX_ENTRIES = 16_384;

  private Lenient() {}

  /** Returns the bits of an unsigned number. */
  public static long integer(@Nullable Object value, long absent) {
    return number(value, absent, 10);
  }

  /** Like {@link #integer}, but strings are hexadecimal. */
  public static long hex(@Nullable Object value, long absent) {
    return number(value, absent, 16);
  }

  private static long number(@Nullable Object value, long absent, int radix) {
    return switch (value) {
      case Long number -> number;
      case BigInteger number -> number.longValue();
      case Double number -> new BigDecimal(number).toBigInteger().longValue();
      case String text -> leadingDigits(text, radix);
      case Boolean bool -> bool ? 1 : 0;
      case null, default -> absent;
    };
  }

  /** Parses leading digits after blanks and a sign; 0 if there are none, all ones on overflow. */
  public static long leadingDigits(String text, int radix) {
    String trimmed = text.stripLeading();
    boolean negative = trimmed.startsWith("-");
    int at = negative || trimmed.startsWith("+") ? 1 : 0;
    if (radix == 16 && trimmed.regionMatches(true, at, "0x", 0, 2)) {
      at += 2;
    }
    int end = at;
    while (end < trimmed.length() && digit(trimmed.charAt(end), radix) >= 0) {
      end++;
    }
    if (end == at) {
      return 0;
    }
    var number = new BigInteger(trimmed.substring(at, end), radix);
    if (number.compareTo(U64) >= 0) {
      return -1;
    }
    return negative ? -number.longValue() : number.longValue();
  }

  private static int digit(char c, int radix) {
    return c < 0x80 ? Character.digit(c, radix) : -1;
  }

  /** Returns whether a value stands for true. */
  public static boolean bool(@Nullable Object value, boolean absent) {
    return switch (value) {
      case Boolean bool -> bool;
      case Number number -> number(number, 0, 10) != 0;
      case String text ->
          !text.isEmpty()
              && (text.charAt(0) == 't' || text.charAt(0) == 'T' || text.charAt(0) == '1');
      case null, default -> absent;
    };
  }

  /** Returns a text; numbers are decimal, without a sign. */
  public static String string(@Nullable Object value, String absent) {
    return switch (value) {
      case String text -> text;
      case Number number -> Long.toUnsignedString(number(number, 0, 10));
      case Boolean bool -> bool ? "1" : "0";
      case null, default -> absent;
    };
  }

  /** Returns the first {@link #MAX_ENTRIES} entries of an array; none of another type. */
  public static List<?> entries(@Nullable Object value) {
    return value instanceof List<?> list
        ? list.subList(0, Math.min(list.size(), MAX_ENTRIES))
        : List.of();
  }

  /** Returns a string, or rejects the request for another type as the reference does. */
  public static String mustBeString(@Nullable Object value) {
    if (value instanceof String text) {
      return text;
    }
    String type =
        switch (value) {
          case null -> "null";
          case Boolean bool -> "boolean";
          case Number number -> "number";
          case List<?> list -> "array";
          default -> "object";
        };
    throw new IllegalArgumentException(
        "[json.exception.type_error.302] type must be string, but is " + type);
  }
}
