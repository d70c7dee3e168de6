// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.access;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import net.backhaul.protocol.address.Endpoints;

/**
 * The hosts that a request may name, so that a page of another site whose name resolves to this
 * host (DNS rebinding) reaches nothing. IP literals are always accepted: no page has one as its
 * site unless it came from here.
 *
 * @param names in lower case; those that begin with {@code *.} accept one further label
 */
public record HostNames(Set<String> names) {
  private static final int MAX_HOST_CHARS = 255;

  public HostNames {
    var lower = new TreeSet<String>();
    names.forEach(name -> lower.add(name.toLowerCase(Locale.ROOT)));
    names = Set.copyOf(lower);
  }

  /** Returns whether a Host header names one of these hosts, with or without a port. */
  public boolean accepts(String header) {
    String host = withoutPort(header.toLowerCase(Locale.ROOT));
    if (host.isEmpty() || host.length() > MAX_HOST_CHARS) {
      return false;
    }
    if (names.contains(host) || isIpLiteral(host)) {
      return true;
    }
    int dot = host.indexOf('.');
    return dot > 0 && names.contains("*" + host.substring(dot));
  }

  private static String withoutPort(String header) {
    int end = header.startsWith("[") ? header.indexOf(']') + 1 : header.indexOf(':');
    if (end <= 0) {
      return header.startsWith("[") || header.startsWith(":") ? "" : header;
    }
    String port = header.substring(end);
    boolean valid =
        port.isEmpty()
            || port.charAt(0) == ':'
                && port.length() <= 6
                && port.chars().skip(1).allMatch(each -> each >= '0' && each <= '9');
    return valid ? header.substring(0, end) : "";
  }

  private static boolean isIpLiteral(String host) {
    String literal =
        host.startsWith("[") && host.endsWith("]") ? host.substring(1, host.length() - 1) : host;
    try {
      boolean isV6 = Endpoints.parseIp(literal).getAddress().length != 4;
      return isV6 == host.startsWith("[");
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** Returns the names, sorted, for messages. */
  public List<String> sorted() {
    return List.copyOf(new TreeSet<>(names));
  }
}
