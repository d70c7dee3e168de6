// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.settings;

import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.function.Consumer;
import java.util.function.Function;
import net.backhaul.cli.NearestWords;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.IpPrefix;
import org.jspecify.annotations.Nullable;

/**
 * Reads values of one object of local.conf by key.
 *
 * <p>What the reference converts without loss (04 section 0.1) is converted: a number that is
 * written as a string, a boolean that is written as 1 or "true". Any other value of a wrong type is
 * reported and counts as absent.
 *
 * @param where the keys that lead to the object, each followed by a dot
 * @param onProblem takes one sentence for each problem
 */
record SettingsReader(
    Map<String, @Nullable Object> object, String where, Consumer<String> onProblem) {
  /** Returns an object below this one, empty where there is none. */
  SettingsReader below(String key) {
    Object value = object.get(key);
    if (value != null && !(value instanceof Map)) {
      wrong(key, "an object", value);
    }
    return new SettingsReader(Json.asObject(value), where + key + ".", onProblem);
  }

  boolean bool(String key, boolean absent) {
    Object value = object.get(key);
    // No switch on patterns: Java would generate a class for it at every start.
    if (value == null) {
      return absent;
    }
    if (value instanceof Boolean bool) {
      return bool;
    }
    if (isNumber(value, 1) || isText(value, "1", "true")) {
      return true;
    }
    if (isNumber(value, 0) || isText(value, "0", "false")) {
      return false;
    }
    wrong(key, "true or false", value);
    return absent;
  }

  private static boolean isNumber(Object value, int expected) {
    return value instanceof Number number && number.doubleValue() == expected;
  }

  private static boolean isText(Object value, String digit, String word) {
    return value instanceof String text && (text.equals(digit) || text.equalsIgnoreCase(word));
  }

  long number(String key, long absent, long min, long max) {
    Long number = numberOrNull(key, min, max);
    if (number == null && object.get(key) != null) {
      wrong(key, "a whole number from " + min + " to " + max, object.get(key));
    }
    return number == null ? absent : number;
  }

  /** Returns a whole number in a range, or null for anything else. */
  @Nullable Long numberOrNull(String key, long min, long max) {
    try {
      Object value = object.get(key);
      Long number =
          value instanceof String text
              ? Long.valueOf(text)
              : value instanceof Long given ? given : null;
      return number == null || number < min || number > max ? null : number;
    } catch (NumberFormatException e) {
      return null;
    }
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

  /** Reads an array of strings, each in its own form; entries in another form are reported. */
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
        // Reported below.
      }
      wrong(key, expected, entry);
    }
    return all;
  }

  /** Reads an array of {@code IP/bits}. */
  List<IpPrefix> networks(String key) {
    return list(key, "IP/bits", text -> network(key, text));
  }

  /** Parses {@code IP/bits}; reports an address without bits that is a whole family. */
  IpPrefix network(String key, String text) {
    IpPrefix network = IpPrefix.parse(text);
    if (network.isDefaultRoute() && text.indexOf('/') < 0) {
      onProblem.accept(
          "local.conf: %s%s: %s without /bits is every %s address; write %s/0 if that is meant"
              .formatted(
                  where,
                  key,
                  text,
                  network.address() instanceof Inet4Address ? "IPv4" : "IPv6",
                  text));
    }
    return network;
  }

  /** Reports each key of the object that is not among the known ones, with the nearest of them. */
  void reportUnknownKeys(SortedSet<String> known) {
    for (String key : object.keySet()) {
      if (!known.contains(key)) {
        onProblem.accept(
            "local.conf: %s%s: unknown key, it is ignored%s"
                .formatted(where, key, NearestWords.suggestion(key, known)));
      }
    }
  }

  void wrong(String key, String expected, @Nullable Object found) {
    onProblem.accept(
        "local.conf: %s%s: expected %s, found %s; it is ignored"
            .formatted(where, key, expected, LocalConf.kind(found)));
  }
}
