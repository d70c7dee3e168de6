// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A JSON object whose members are read leniently (04 section 0.1), with defaults. */
record JsonObject(Map<?, ?> members) {
  private static final JsonObject EMPTY = new JsonObject(Map.of());

  /** Returns an object, or an empty one for any other value. */
  static JsonObject of(@Nullable Object value) {
    return value instanceof Map<?, ?> members ? new JsonObject(members) : EMPTY;
  }

  /** Returns the objects in an array, or nothing for any other value. */
  static List<JsonObject> listOf(@Nullable Object value) {
    if (!(value instanceof List<?> array)) {
      return List.of();
    }
    var objects = new ArrayList<JsonObject>(array.size());
    for (Object element : array) {
      if (element instanceof Map<?, ?> members) {
        objects.add(new JsonObject(members));
      }
    }
    return objects;
  }

  @Nullable Object get(String key) {
    return members.get(key);
  }

  /** Returns an object, or an empty one. */
  JsonObject object(String key) {
    return of(get(key));
  }

  List<JsonObject> objects(String key) {
    return listOf(get(key));
  }

  /** Returns the texts in an array. */
  List<String> texts(String key) {
    if (!(get(key) instanceof List<?> array)) {
      return List.of();
    }
    var texts = new ArrayList<String>(array.size());
    for (Object element : array) {
      if (element instanceof String text) {
        texts.add(text);
      }
    }
    return texts;
  }

  // Chains of instanceof: a switch over patterns would be linked at its first run.

  String text(String key, String otherwise) {
    Object value = get(key);
    if (value instanceof String text) {
      return text;
    }
    if (value instanceof Number number) {
      return Long.toUnsignedString(number.longValue());
    }
    if (value instanceof Boolean bit) {
      return bit ? "1" : "0";
    }
    return otherwise;
  }

  boolean flag(String key) {
    Object value = get(key);
    if (value instanceof String text) {
      return text.startsWith("t") || text.startsWith("T") || text.startsWith("1");
    }
    return value instanceof Number number ? number.longValue() != 0 : Boolean.TRUE.equals(value);
  }

  long number(String key, long otherwise) {
    Object value = get(key);
    if (value instanceof Number number) {
      return number.longValue();
    }
    if (value instanceof String text) {
      return leadingDigits(text);
    }
    if (value instanceof Boolean bit) {
      return bit ? 1 : 0;
    }
    return otherwise;
  }

  double real(String key) {
    return get(key) instanceof Number number ? number.doubleValue() : 0;
  }

  private static long leadingDigits(String text) {
    long value = 0;
    for (int i = 0; i < text.length(); i++) {
      int digit = text.charAt(i) - '0';
      if (digit < 0 || digit > 9) {
        break;
      }
      value = value * 10 + digit;
    }
    return value;
  }
}
