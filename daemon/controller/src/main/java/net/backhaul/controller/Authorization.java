// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import org.jspecify.annotations.Nullable;

/**
 * Whether, since when and by which credential a member is authorized (04 section 5.5).
 *
 * @param authorizedAtMs wall-clock time of the last authorization; 0 if there was none
 * @param deauthorizedAtMs wall-clock time of the last deauthorization; 0 if there was none
 * @param credentialType one of the {@code BY_} constants; null before the first authorization
 * @param credential the token, for {@link #BY_TOKEN}
 */
public record Authorization(
    boolean authorized,
    long authorizedAtMs,
    long deauthorizedAtMs,
    @Nullable String credentialType,
    @Nullable String credential) {
  /** Authorized by an operator. */
  public static final String BY_API = "api";

  /** Authorized by requesting to join a public network. */
  public static final String BY_PUBLIC = "public";

  /** Authorized by a token that the request carried. */
  public static final String BY_TOKEN = "token";

  /** Never authorized. */
  public static final Authorization NONE = new Authorization(false, 0, 0, null, null);

  /** Returns the authorized state; the same one if it is authorized already. */
  public Authorization authorize(String type, @Nullable String by, long nowMs) {
    return authorized ? this : new Authorization(true, nowMs, deauthorizedAtMs, type, by);
  }

  Authorization withDeauthorizedAtMs(long changed) {
    return new Authorization(authorized, authorizedAtMs, changed, credentialType, credential);
  }

  /** Returns the unauthorized state; the same one if it is not authorized. */
  public Authorization deauthorize(long nowMs) {
    return authorized
        ? new Authorization(false, authorizedAtMs, nowMs, credentialType, credential)
        : this;
  }
}
