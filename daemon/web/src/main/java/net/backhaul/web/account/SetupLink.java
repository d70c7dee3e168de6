// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import java.util.concurrent.TimeUnit;

/**
 * A secret by which a password is set once.
 *
 * @param hash of the secret
 * @param accountId 0 for the first administrator, whose account is created
 */
public record SetupLink(String hash, long accountId, long expiresMs) {
  /** How long a link can be used. */
  public static final long LIFETIME_MS = TimeUnit.HOURS.toMillis(24);

  boolean hasExpired(long nowMs) {
    return nowMs >= expiresMs;
  }
}
