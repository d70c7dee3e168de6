// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.web.http.RequestProblem;

/**
 * Which members a request lists, in which order, and which part of them.
 *
 * @param matches all terms of the search
 */
record MemberSearch(
    Predicate<MemberView> matches, Comparator<MemberView> order, int offset, int limit) {
  static final int DEFAULT_LIMIT = 100;
  static final int MAX_LIMIT = 1_000;
  static final int MAX_OFFSET = 10_000_000;
  static final int MAX_SEARCH_CHARS = 500;
  static final int MAX_TERMS = 16;

  private static final String UNKNOWN_TERM =
      "there is no %s:; expected address, authorized, blocked, bridge, host, ip, label, name,"
          + " notes, online, seen or waiting before the colon, or label:, name: or notes: and a"
          + " text with a colon";

  private static final String ORDERS = "address, name, created, seen or waiting";

  /**
   * Reads the parameters {@code q}, {@code sort}, {@code offset} and {@code limit}.
   *
   * @throws net.backhaul.web.http.ProblemException that names the parameter which is invalid
   */
  static MemberSearch read(Map<String, String> query, long nowMs) {
    return new MemberSearch(
        terms(query.getOrDefault("q", ""), nowMs),
        order(query.getOrDefault("sort", "waiting")),
        number(query, "offset", 0, 0, MAX_OFFSET),
        number(query, "limit", DEFAULT_LIMIT, 1, MAX_LIMIT));
  }

  static int number(Map<String, String> query, String name, int absent, int least, int most) {
    String text = query.get(name);
    if (text == null) {
      return absent;
    }
    boolean isNumber =
        !text.isEmpty()
            && text.length() <= 9
            && text.chars().allMatch(each -> each >= '0' && each <= '9');
    int number = isNumber ? Integer.parseInt(text) : -1;
    if (number < least || number > most) {
      throw RequestProblem.field(name, "expected a number from " + least + " to " + most);
    }
    return number;
  }

  private static Comparator<MemberView> order(String text) {
    boolean descends = text.startsWith("-");
    Comparator<MemberView> byAddress = Comparator.comparingLong(each -> each.member().address());
    Comparator<MemberView> order =
        switch (descends ? text.substring(1) : text) {
          case "address" -> byAddress;
          case "name" -> Comparator.comparing(each -> each.name().toLowerCase(Locale.ROOT));
          case "created" -> Comparator.comparingLong(each -> each.member().createdMs());
          case "seen" -> Comparator.comparingLong(MemberView::seenMs);
          case "waiting" ->
              Comparator.<MemberView, Boolean>comparing(each -> each.member().authorized())
                  .thenComparing(each -> -each.waitingSinceMs())
                  .thenComparing(each -> -each.member().createdMs());
          default ->
              throw RequestProblem.field(
                  "sort", "expected " + ORDERS + ", after - for descending order");
        };
    return (descends ? order.reversed() : order).thenComparing(byAddress);
  }

  private static Predicate<MemberView> terms(String search, long nowMs) {
    if (search.length() > MAX_SEARCH_CHARS) {
      throw RequestProblem.field("q", "expected at most " + MAX_SEARCH_CHARS + " characters");
    }
    List<Predicate<MemberView>> terms = new ArrayList<>();
    for (String word : search.toLowerCase(Locale.ROOT).strip().split("\\s+", -1)) {
      if (!word.isEmpty()) {
        terms.add(term(word, nowMs));
      }
    }
    if (terms.size() > MAX_TERMS) {
      throw RequestProblem.field("q", "expected at most " + MAX_TERMS + " terms");
    }
    return member -> terms.stream().allMatch(each -> each.test(member));
  }

  private static Predicate<MemberView> term(String word, long nowMs) {
    int colon = word.indexOf(':');
    String value = word.substring(colon + 1);
    return switch (colon < 0 ? "" : word.substring(0, colon)) {
      case "authorized" -> yesOrNo(value, each -> each.member().authorized());
      case "online" -> yesOrNo(value, MemberView::isOnline);
      case "waiting" -> yesOrNo(value, each -> each.waitingSinceMs() > 0);
      case "blocked" -> yesOrNo(value, MemberView::isBlocked);
      case "bridge" -> yesOrNo(value, each -> each.member().settings().activeBridge());
      case "name" -> pattern(value, MemberView::name);
      case "host" -> pattern(value, MemberView::hostName);
      case "label" -> label(value);
      case "notes" -> pattern(value, each -> each.member().annotations().notes());
      case "address" -> pattern(value, each -> Addresses.text(each.member().address()));
      case "ip" -> each -> hasIp(each, value);
      case "seen" -> seen(value, nowMs);
      default -> {
        if (isKey(word, colon)) {
          throw RequestProblem.field("q", UNKNOWN_TERM.formatted(word.substring(0, colon)));
        }
        yield each -> contains(each, word);
      }
    };
  }

  /** Returns whether a word begins like a term; IPv6 addresses and URLs have colons, too. */
  private static boolean isKey(String word, int colon) {
    return colon > 0
        && word.chars().limit(colon).allMatch(each -> each >= 'a' && each <= 'z')
        && word.chars().limit(colon).anyMatch(each -> each > 'f')
        && !word.startsWith("//", colon + 1);
  }

  private static boolean contains(MemberView member, String word) {
    return member.name().toLowerCase(Locale.ROOT).contains(word)
        || member.hostName().toLowerCase(Locale.ROOT).contains(word)
        || member.member().annotations().notes().toLowerCase(Locale.ROOT).contains(word)
        || labels(member).anyMatch(each -> each.contains(word))
        || Addresses.text(member.member().address()).contains(word)
        || hasIp(member, word);
  }

  private static Stream<String> labels(MemberView member) {
    return member.member().annotations().labels().stream()
        .map(each -> each.toLowerCase(Locale.ROOT));
  }

  /** Matches a whole label, which may have asterisks for any characters. */
  private static Predicate<MemberView> label(String value) {
    String[] parts = value.split("\\*", -1);
    return member ->
        labels(member)
            .anyMatch(each -> parts.length == 1 ? each.equals(value) : matches(each, parts));
  }

  private static boolean hasIp(MemberView member, String beginning) {
    return member.member().settings().ipAssignments().stream()
        .anyMatch(ip -> Endpoints.ipText(ip).startsWith(beginning));
  }

  private static Predicate<MemberView> yesOrNo(String value, Predicate<MemberView> property) {
    return switch (value) {
      case "yes" -> property;
      case "no" -> property.negate();
      default -> throw RequestProblem.field("q", "expected yes or no after the colon");
    };
  }

  /** Matches a text with asterisks for any characters; without one it is a part of the value. */
  private static Predicate<MemberView> pattern(
      String value, Function<MemberView, String> property) {
    String[] parts = value.split("\\*", -1);
    return member -> {
      String text = property.apply(member).toLowerCase(Locale.ROOT);
      return parts.length == 1 ? text.contains(value) : matches(text, parts);
    };
  }

  private static boolean matches(String text, String[] parts) {
    String last = parts[parts.length - 1];
    if (!text.startsWith(parts[0])) {
      return false;
    }
    int at = parts[0].length();
    for (int i = 1; i < parts.length - 1; i++) {
      int found = text.indexOf(parts[i], at);
      if (found < 0) {
        return false;
      }
      at = found + parts[i].length();
    }
    return text.length() - last.length() >= at && text.endsWith(last);
  }

  /**
   * Matches members by the time since they were seen: {@code >30d} or {@code <5m}. What was created
   * or authorized since then is not absent for that long, even if it was never seen.
   */
  private static Predicate<MemberView> seen(String value, long nowMs) {
    String digits = value.length() < 3 ? "" : value.substring(1, value.length() - 1);
    boolean isNumber =
        !digits.isEmpty()
            && digits.length() <= 5
            && digits.chars().allMatch(each -> each >= '0' && each <= '9');
    TimeUnit unit =
        switch (value.isEmpty() ? ' ' : value.charAt(value.length() - 1)) {
          case 'm' -> TimeUnit.MINUTES;
          case 'h' -> TimeUnit.HOURS;
          case 'd' -> TimeUnit.DAYS;
          default -> TimeUnit.MILLISECONDS;
        };
    char sign = value.isEmpty() ? ' ' : value.charAt(0);
    if (!isNumber || unit == TimeUnit.MILLISECONDS || (sign != '<' && sign != '>')) {
      throw RequestProblem.field(
          "q", "seen: expected < or >, a number, and m, h or d, as in seen:>30d");
    }
    long thresholdMs = nowMs - unit.toMillis(Long.parseLong(digits));
    return sign == '<'
        ? member -> member.seenMs() > thresholdMs
        : member -> member.countsAsSeenMs() <= thresholdMs;
  }
}
