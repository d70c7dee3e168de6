// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import org.jspecify.annotations.Nullable;

/**
 * Whether a member is let in, and how it came about (04 section 5.5).
 *
 * @param credentialType one of the constants; null while nobody has let it in
 * @param credential the token, for {@link #BY_TOKEN}
 */
public record Authorization(
    boolean authorized,
    long authorizedAtMs,
    long deauthorizedAtMs,
    @Nullable String credentialType,
    @Nullable String credential) {
  /** The operator has ticked the member. */
  public static final String BY_API = "api";

  /** The network is open to everybody. */
  public static final String BY_PUBLIC = "public";

  public static final String BY_TOKEN = "token";

  public static final Authorization NONE = new Authorization(false, 0, 0, null, null);

  /** Lets the member in; nothing changes where it is in already. */
  public Authorization authorize(String type, @Nullable String by, long nowMs) {
    return authorized ? this : new Authorization(true, nowMs, deauthorizedAtMs, type, by);
  }

  /** Puts the member out; nothing changes where it is out already. */
  public Authorization deauthorize(long nowMs) {
    return authorized
        ? new Authorization(false, authorizedAtMs, nowMs, credentialType, credential)
        : this;
  }
}
