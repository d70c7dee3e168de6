// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import java.util.concurrent.TimeUnit;
import net.backhaul.web.access.AccessGrant;
import net.backhaul.web.access.Principal;

/**
 * A token for programs.
 *
 * @param hash of the token, which is shown once
 * @param grant what it permits, as far as its account may
 */
public record ApiToken(
    long id,
    String hash,
    long accountId,
    String name,
    AccessGrant grant,
    long createdMs,
    long expiresMs) {
  public static final int MAX_NAME_BYTES = 128;

  /** The maximum number of tokens of an account. */
  public static final int MAX_PER_ACCOUNT = 100;

  /** The longest lifetime of a token. */
  public static final long MAX_LIFETIME_MS = TimeUnit.DAYS.toMillis(366);

  /** By which programs that search for leaked secrets recognize a token. */
  public static final String PREFIX = "bh_";

  boolean hasExpired(long nowMs) {
    return nowMs >= expiresMs;
  }

  /** Returns who calls by this token, with the rights of both. */
  Principal principal(Account account) {
    return new Principal(
        account.id(),
        account.name(),
        account.grant().and(grant),
        Principal.CallerKind.TOKEN,
        id,
        name);
  }
}
