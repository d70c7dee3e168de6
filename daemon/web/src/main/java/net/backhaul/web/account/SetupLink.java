// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import java.util.concurrent.TimeUnit;
import net.backhaul.web.http.RequestProblem;

/**
 * A secret by which a password is set once.
 *
 * @param hash of the secret
 * @param accountId 0 for the first administrator, whose account is created
 */
public record SetupLink(String hash, long accountId, long expiresMs) {
  /** How long a link can be used. */
  public static final long LIFETIME_MS = TimeUnit.HOURS.toMillis(24);

  /** Returns the problem of a link that cannot be used. */
  public static RequestProblem invalid() {
    return RequestProblem.of(
        403,
        "invalid-link",
        "this link is unknown, has been used or has expired; request another one");
  }

  boolean hasExpired(long nowMs) {
    return nowMs >= expiresMs;
  }
}
