// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import java.util.concurrent.TimeUnit;
import net.backhaul.web.access.Principal;

/**
 * A log-in.
 *
 * @param hash of the secret in the cookie
 * @param from the address of the client that logged in
 * @param agent what its program calls itself
 */
public record WebSession(
    long id, String hash, long accountId, long createdMs, long usedMs, String from, String agent) {
  /** A session without requests for so long expires. */
  public static final long IDLE_MS = TimeUnit.HOURS.toMillis(12);

  /** A session expires at this age. */
  public static final long LIFETIME_MS = TimeUnit.DAYS.toMillis(7);

  /** The maximum number of sessions of an account; the oldest is evicted. */
  public static final int MAX_PER_ACCOUNT = 20;

  /** How often the time of use is written. */
  static final long USE_WRITTEN_EVERY_MS = TimeUnit.MINUTES.toMillis(5);

  boolean hasExpired(long nowMs) {
    return nowMs - usedMs >= IDLE_MS || nowMs - createdMs >= LIFETIME_MS;
  }

  WebSession withUsedMs(long changed) {
    return new WebSession(id, hash, accountId, createdMs, changed, from, agent);
  }

  /** Returns who calls by this session. */
  Principal principal(Account account) {
    return new Principal(
        account.id(), account.name(), account.grant(), Principal.CallerKind.SESSION, id, "");
  }
}
