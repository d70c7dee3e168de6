// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.http;

import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import org.jspecify.annotations.Nullable;

/**
 * A path whose variable segments are ids: {@code /api/v1/networks/{network}/members/{member}}. Ids
 * become numbers here, so that no text of a path reaches a file name or a query; only a secret
 * stays a text, of a fixed form.
 */
public final class PathTemplate {
  /** The longest path that is matched. */
  public static final int MAX_PATH_CHARS = 256;

  private static final Pattern SECRET = Pattern.compile("bhj_[A-Za-z0-9_-]{43}");
  private static final int ASSET_DIGITS = 16;
  private static final int MAX_NUMBER_DIGITS = 15;

  private final String text;
  private final List<Segment> segments;

  private sealed interface Segment {
    record Literal(String text) implements Segment {}

    record Id(String name) implements Segment {}
  }

  /** Makes a template; variable segments are in braces. */
  public PathTemplate(String text) {
    this.text = text;
    var parts = new ArrayList<Segment>();
    for (String part : split(text)) {
      parts.add(
          part.startsWith("{") && part.endsWith("}")
              ? new Segment.Id(part.substring(1, part.length() - 1))
              : new Segment.Literal(part));
    }
    segments = List.copyOf(parts);
  }

  private static String[] split(String path) {
    return path.substring(1).split("/", -1);
  }

  /** Returns the template as written. */
  @Override
  public String toString() {
    return text;
  }

  /** Returns the names of the ids, in order. */
  public List<String> ids() {
    var names = new ArrayList<String>();
    for (Segment segment : segments) {
      if (segment instanceof Segment.Id id) {
        names.add(id.name);
      }
    }
    return names;
  }

  /** Returns the ids in a path; null if it does not match. */
  public @Nullable RouteIds match(String path) {
    if (!path.startsWith("/") || path.length() > MAX_PATH_CHARS) {
      return null;
    }
    String[] parts = split(path);
    if (parts.length != segments.size()) {
      return null;
    }
    Map<String, Long> ids = new LinkedHashMap<>();
    String secret = "";
    for (int i = 0; i < parts.length; i++) {
      switch (segments.get(i)) {
        case Segment.Literal literal -> {
          if (!literal.text.equals(parts[i])) {
            return null;
          }
        }
        case Segment.Id(String name) when name.equals(RouteIds.SECRET) -> {
          if (!SECRET.matcher(parts[i]).matches()) {
            return null;
          }
          secret = parts[i];
        }
        case Segment.Id id -> {
          Long value = parse(id.name, parts[i]);
          if (value == null) {
            return null;
          }
          ids.put(id.name, value);
        }
      }
    }
    return new RouteIds(ids, secret);
  }

  private static @Nullable Long parse(String name, String digits) {
    return switch (name) {
      case RouteIds.NETWORK -> hexadecimal(digits, NetworkIds.DIGITS);
      case RouteIds.MEMBER -> hexadecimal(digits, Addresses.DIGITS);
      case RouteIds.ASSET -> hexadecimal(digits, ASSET_DIGITS);
      default -> decimal(digits);
    };
  }

  private static @Nullable Long hexadecimal(String digits, int length) {
    return digits.length() == length && digits.chars().allMatch(HexFormat::isHexDigit)
        ? HexFormat.fromHexDigitsToLong(digits)
        : null;
  }

  private static @Nullable Long decimal(String digits) {
    boolean valid =
        !digits.isEmpty()
            && digits.length() <= MAX_NUMBER_DIGITS
            && digits.chars().allMatch(each -> each >= '0' && each <= '9');
    return valid ? Long.valueOf(digits) : null;
  }
}
