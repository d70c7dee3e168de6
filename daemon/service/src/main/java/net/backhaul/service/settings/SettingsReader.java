// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.settings;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * Takes values of one object of local.conf out by key.
 *
 * <p>What the reference would convert without losing the sense (04 section 0.1) is converted: a
 * number that is written as a string, a boolean that is written as 1 or "true". Anything else of a
 * wrong type is told and counts as absent.
 *
 * @param where the keys that lead to the object, with a dot behind each
 * @param complain takes one sentence for a person for each value that can't be used
 */
record SettingsReader(
    Map<String, @Nullable Object> object, String where, Consumer<String> complain) {
  /** Returns an object below this one, empty where there is none. */
  SettingsReader below(String key) {
    Object value = object.get(key);
    if (value != null && !(value instanceof Map)) {
      wrong(key, "an object", value);
    }
    return new SettingsReader(Json.asObject(value), where + key + ".", complain);
  }

  boolean bool(String key, boolean absent) {
    Object value = object.get(key);
    return switch (value) {
      case null -> absent;
      case Boolean bool -> bool;
      case Number number when number.doubleValue() == 1 -> true;
      case Number number when number.doubleValue() == 0 -> false;
      case String text when text.equals("1") || text.equalsIgnoreCase("true") -> true;
      case String text when text.equals("0") || text.equalsIgnoreCase("false") -> false;
      default -> {
        wrong(key, "true or false", value);
        yield absent;
      }
    };
  }

  long number(String key, long absent, long min, long max) {
    Object value = object.get(key);
    if (value == null) {
      return absent;
    }
    try {
      long number =
          switch (value) {
            case Long each -> each;
            case String text -> Long.parseLong(text);
            default -> throw new NumberFormatException();
          };
      if (number >= min && number <= max) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Told below.
    }
    wrong(key, "a whole number from " + min + " to " + max, value);
    return absent;
  }

  int port(String key, int absent) {
    return (int) number(key, absent, 0, 0xffff);
  }

  String text(String key, String absent) {
    Object value = object.get(key);
    if (value == null) {
      return absent;
    }
    if (value instanceof String text) {
      return text;
    }
    wrong(key, "a string", value);
    return absent;
  }

  /** Reads an array of strings, each in a form of its own; entries in another form are told. */
  <T> List<T> list(String key, String expected, Function<String, T> parse) {
    Object value = object.get(key);
    var all = new ArrayList<T>();
    if (value == null) {
      return all;
    }
    if (!(value instanceof List<?> entries)) {
      wrong(key, "an array of strings", value);
      return all;
    }
    for (Object entry : entries) {
      try {
        if (entry instanceof String text) {
          all.add(parse.apply(text));
          continue;
        }
      } catch (IllegalArgumentException e) {
        // Told below.
      }
      wrong(key, expected, entry);
    }
    return all;
  }

  void wrong(String key, String expected, @Nullable Object found) {
    complain.accept(
        "local.conf: %s%s: expected %s, found %s; it is ignored"
            .formatted(where, key, expected, LocalConf.kind(found)));
  }
}
