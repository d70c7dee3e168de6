// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.service.http.Response;
import org.jspecify.annotations.Nullable;

/**
 * Names the parts of a request that had no effect.
 *
 * <p>As in the reference, conversions are lenient: unknown members, wrong types and values out of
 * range are dropped or replaced, and the status is 200 all the same. What the object contains in
 * the end is compared with what was sent, so that no conversion has to report for itself.
 */
final class IgnoredInput {
  /** The header that names ignored members, separated by commas. */
  static final String HEADER = "X-Backhaul-Ignored";

  /** Names in a header; an ellipsis stands for further ones. */
  static final int MAX_NAMES = 16;

  private static final int MAX_NAME_LENGTH = 64;

  /** Elements of an array that are compared with one another where their order differs. */
  private static final int MAX_UNORDERED = 64;

  private final List<String> names = new ArrayList<>();

  /** Adds a name; characters that a header cannot carry are replaced. */
  void add(String name) {
    if (names.size() > MAX_NAMES) {
      return;
    }
    if (names.size() == MAX_NAMES) {
      names.add("...");
      return;
    }
    String printable = name.replaceAll("[^!-~]|,", "?");
    names.add(printable.substring(0, Math.min(printable.length(), MAX_NAME_LENGTH)));
  }

  /**
   * Adds the members of an object that neither version of the result has with this value.
   *
   * <p>A client that sends back what it has read changes nothing by members that it cannot set, so
   * the version before the change counts as well.
   */
  void compare(
      Map<String, @Nullable Object> sent,
      Map<String, @Nullable Object> before,
      Map<String, @Nullable Object> after) {
    for (Map.Entry<String, @Nullable Object> each : sent.entrySet()) {
      String name = each.getKey();
      Object value = each.getValue();
      boolean present = after.containsKey(name);
      if ((!present || !matches(value, after.get(name)))
          && !(before.containsKey(name) && matches(value, before.get(name)))) {
        add(name + index(value, after.get(name)));
      }
    }
  }

  /** Returns the answer, with a header where something was ignored. */
  Response report(Response answer) {
    return names.isEmpty() ? answer : answer.with(HEADER, String.join(", ", names));
  }

  /** Returns the position of the first element without a counterpart, in brackets. */
  private static String index(@Nullable Object sent, @Nullable Object stored) {
    if (sent instanceof List<?> elements && stored instanceof List<?> kept) {
      for (int i = 0; i < elements.size(); i++) {
        if (!contains(kept, elements.get(i), i)) {
          return "[" + i + "]";
        }
      }
    }
    return "";
  }

  /** Returns whether a stored value means what was sent; it may have more members. */
  private static boolean matches(@Nullable Object sent, @Nullable Object stored) {
    return switch (sent) {
      case null -> stored == null;
      case Map<?, ?> members ->
          stored instanceof Map<?, ?> kept
              && members.entrySet().stream()
                  .allMatch(each -> matches(each.getValue(), kept.get(each.getKey())));
      case List<?> elements -> stored instanceof List<?> kept && index(elements, kept).isEmpty();
      default -> matchesScalar(sent, stored);
    };
  }

  private static boolean contains(List<?> kept, @Nullable Object element, int likelyIndex) {
    if (likelyIndex < kept.size() && matches(element, kept.get(likelyIndex))) {
      return true;
    }
    return kept.stream().limit(MAX_UNORDERED).anyMatch(each -> matches(element, each));
  }

  private static boolean matchesScalar(Object sent, @Nullable Object stored) {
    return switch (stored) {
      case null -> false;
      case Boolean flag -> text(sent).equals(flag ? "true" : "false");
      case Number number ->
          sent instanceof Number same
              ? new BigDecimal(same.toString()).compareTo(new BigDecimal(number.toString())) == 0
              : sent.toString().equals(number.toString());
      case String string -> matchesText(sent.toString(), string);
      case Map<?, ?> flags -> // "zt,rfc4193" is short for an object of flags.
          List.of(sent.toString().split(",")).stream()
              .allMatch(name -> Boolean.TRUE.equals(flags.get(name)));
      default -> false;
    };
  }

  private static String text(Object sent) {
    return switch (sent.toString().toLowerCase(Locale.ROOT)) {
      case "1", "t", "true" -> "true";
      case "0", "f", "false" -> "false";
      default -> "";
    };
  }

  /** Compares texts, and addresses by what they mean. */
  private static boolean matchesText(String sent, String stored) {
    if (sent.equalsIgnoreCase(stored)) {
      return true;
    }
    try {
      return sent.indexOf('/') >= 0
          ? IpPrefix.parse(sent).equals(IpPrefix.parse(stored))
          : Endpoints.parseIp(sent).equals(Endpoints.parseIp(stored));
    } catch (IllegalArgumentException notAddresses) {
      return false;
    }
  }
}
