// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.http;

import java.util.Map;

/**
 * The ids in the path of a request.
 *
 * @param values by name
 * @param secret of the path; empty without one
 */
public record RouteIds(Map<String, Long> values, String secret) {
  /** The id of a network: 16 hexadecimal digits. */
  public static final String NETWORK = "network";

  /** The address of a member: 10 hexadecimal digits. */
  public static final String MEMBER = "member";

  /** The hash of a file of the page: 16 hexadecimal digits. */
  public static final String ASSET = "asset";

  /** Other ids: decimal digits. */
  public static final String USER = "user";

  public static final String SESSION = "session";
  public static final String TOKEN = "token";
  public static final String VERSION = "version";

  /** A join token itself: its prefix and 43 digits of Base64 for URLs. */
  public static final String SECRET = "secret";

  public RouteIds {
    values = Map.copyOf(values);
  }

  /** Returns an id that the template of the route has. */
  public long get(String name) {
    Long id = values.get(name);
    if (id == null) {
      throw new IllegalArgumentException("the path of this route has no " + name);
    }
    return id;
  }

  /** Returns whether the path has an id of this name. */
  public boolean has(String name) {
    return values.containsKey(name);
  }

  /** Returns the ids alone, so that no log shows the secret. */
  @Override
  public String toString() {
    return values.toString();
  }

  public long network() {
    return get(NETWORK);
  }

  public long member() {
    return get(MEMBER);
  }
}
