// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * The members of an object in JSON.
 *
 * @param where what it is, for messages
 */
record JsonFields(String where, Map<String, @Nullable Object> members) {
  private static final int MAX_SHOWN = 100;

  /** Returns the members of a value that must be an object. */
  @SuppressWarnings("unchecked") // The parser makes no other maps.
  static JsonFields of(String where, @Nullable Object value) {
    if (value instanceof Map) {
      return new JsonFields(where, (Map<String, @Nullable Object>) value);
    }
    throw new IllegalArgumentException(where + ": expected an object, found " + shown(value));
  }

  /** Returns the members of an object, none where it is absent or null. */
  JsonFields object(String key) {
    Object value = members.get(key);
    return of(where + ": " + key, value == null ? Map.of() : value);
  }

  /** Returns the objects in an array, none where it is absent or null. */
  List<JsonFields> objects(String key, String each) {
    Object value = members.get(key);
    if (value == null) {
      return List.of();
    }
    if (!(value instanceof List<?> list)) {
      throw unexpected("an array", key);
    }
    var objects = new ArrayList<JsonFields>(list.size());
    for (int i = 0; i < list.size(); i++) {
      String name = each + " " + (i + 1);
      objects.add(of(where.isEmpty() ? name : where + ", " + name, list.get(i)));
    }
    return objects;
  }

  boolean isNull(String key) {
    return members.get(key) == null;
  }

  /** Returns a text, empty where it is absent or null. */
  String text(String key) {
    Object value = members.get(key);
    if (value == null) {
      return "";
    }
    if (value instanceof String text) {
      return text;
    }
    throw unexpected("a string", key);
  }

  /** Returns a text of a form. */
  String text(String key, String regex, String form) {
    String text = text(key);
    if (!text.matches(regex)) {
      throw unexpected(form, key);
    }
    return text;
  }

  /** Returns a boolean, false where it is absent or null. */
  boolean flag(String key) {
    Object value = members.get(key);
    if (value == null) {
      return false;
    }
    if (value instanceof Boolean flag) {
      return flag;
    }
    throw unexpected("true or false", key);
  }

  /** Returns a whole number in a range. */
  long number(String key, long min, long max) {
    Object value = members.get(key);
    if (value instanceof Long || value instanceof Integer) {
      long number = ((Number) value).longValue();
      if (number >= min && number <= max) {
        return number;
      }
    }
    throw unexpected("a whole number from " + min + " to " + max, key);
  }

  IllegalArgumentException unexpected(String expected, String key) {
    return new IllegalArgumentException(
        (where.isEmpty() ? "" : where + ": ")
            + ("expected " + expected + " as " + key)
            + (", found " + (members.containsKey(key) ? shown(members.get(key)) : "nothing")));
  }

  static String shown(@Nullable Object value) {
    String json = Json.write(value);
    return json.length() > MAX_SHOWN ? json.substring(0, MAX_SHOWN) + "..." : json;
  }
}
