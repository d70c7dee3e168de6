// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import net.backhaul.protocol.identity.Addresses;
import org.jspecify.annotations.Nullable;

/** A view of lines of {@code key=value}, the format of configurations (03 section 2). */
public final class Dictionary {
  private static final int MAX_NUMBER_BYTES = 127;

  private final byte[] text;
  private final int length;

  private Dictionary(byte[] text) {
    this.text = text;
    int end = 0;
    while (end < text.length && text[end] != 0) {
      end++;
    }
    this.length = end;
  }

  /** Returns a view of the text, which is borrowed; a zero byte ends it. */
  public static Dictionary parse(byte[] text) {
    return new Dictionary(text);
  }

  /** Returns whether there is a line with this key. */
  public boolean contains(String key) {
    return valueStart(key) >= 0;
  }

  /** Returns the unescaped value of the first line with this key, or null if there is none. */
  public byte @Nullable [] bytes(String key) {
    int at = valueStart(key);
    if (at < 0) {
      return null;
    }
    var value = new ByteArrayOutputStream();
    for (; at < length && text[at] != '\r' && text[at] != '\n'; at++) {
      if (text[at] != '\\') {
        value.write(text[at]);
        continue;
      }
      at++;
      if (at < length && text[at] != '\r' && text[at] != '\n') {
        value.write(unescape(text[at]));
      } else {
        break;
      }
    }
    return value.toByteArray();
  }

  /** Returns a value as text, truncated to maxBytes. */
  public String text(String key, String absent, int maxBytes) {
    byte[] value = bytes(key);
    if (value == null) {
      return absent;
    }
    int end = 0;
    while (end < value.length && end < maxBytes && value[end] != 0) {
      end++;
    }
    return new String(value, 0, end, StandardCharsets.UTF_8);
  }

  /** Returns a value as a boolean: whether it starts with 1, t or T. */
  public boolean bool(String key, boolean absent) {
    byte[] value = bytes(key);
    if (value == null) {
      return absent;
    }
    return value.length > 0 && (value[0] == '1' || value[0] == 't' || value[0] == 'T');
  }

  /** Returns a hexadecimal number, parsed as by strtoull; absent and empty are equivalent. */
  public long u64(String key, long absent) {
    byte[] value = bytes(key);
    return value == null || value.length == 0 ? absent : parseHex(value);
  }

  /** Returns a node address, 0 if absent. */
  public long address(String key) {
    return u64(key, 0) & Addresses.MASK;
  }

  static long parseHex(byte[] value) {
    int end = Math.min(value.length, MAX_NUMBER_BYTES);
    int at = 0;
    while (at < end && (value[at] == ' ' || (value[at] >= 9 && value[at] <= 13))) {
      at++;
    }
    boolean negative = at < end && value[at] == '-';
    if (at < end && (value[at] == '-' || value[at] == '+')) {
      at++;
    }
    boolean prefixed =
        at + 2 < end
            && value[at] == '0'
            && (value[at + 1] | 0x20) == 'x'
            && Character.digit(value[at + 2], 16) >= 0;
    if (prefixed) {
      at += 2;
    }
    long number = 0;
    boolean saturated = false;
    for (; at < end; at++) {
      int digit = Character.digit(value[at], 16);
      if (digit < 0) {
        break;
      }
      saturated |= number >>> 60 != 0;
      number = number << 4 | digit;
    }
    if (saturated) {
      return -1;
    }
    return negative ? -number : number;
  }

  private static int unescape(byte escaped) {
    return switch (escaped) {
      case 'r' -> '\r';
      case 'n' -> '\n';
      case '0' -> 0;
      case 'e' -> '=';
      default -> escaped;
    };
  }

  private int valueStart(String key) {
    byte[] wanted = key.getBytes(StandardCharsets.UTF_8);
    int line = 0;
    while (line < length) {
      int end = line;
      while (end < length && text[end] != '\r' && text[end] != '\n') {
        end++;
      }
      if (end - line > wanted.length
          && text[line + wanted.length] == '='
          && Arrays.equals(text, line, line + wanted.length, wanted, 0, wanted.length)) {
        return line + wanted.length + 1;
      }
      line = end + 1;
    }
    return -1;
  }
}
