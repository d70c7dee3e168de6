// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.account;

import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.concurrent.TimeUnit;
import net.backhaul.web.access.RateLimit;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.RequestProblem;

/**
 * Limits guesses per source, per account and source, and per account. A source from which an
 * account has logged in before is exempt from the limit of the account as a whole, so that guesses
 * from elsewhere do not exclude its owner; and a waiting time is at most {@link #ACCOUNT_EVERY_MS}
 * for one that never tried. Unknown names are counted like known ones.
 */
public final class LogInThrottle {
  static final int SOURCE_BURST = 20;
  static final long SOURCE_EVERY_MS = TimeUnit.SECONDS.toMillis(6);
  static final int PAIR_BURST = 5;
  static final long PAIR_EVERY_MS = TimeUnit.SECONDS.toMillis(30);
  static final int ACCOUNT_BURST = 20;
  static final long ACCOUNT_EVERY_MS = TimeUnit.SECONDS.toMillis(10);

  /** Sources, names and pairs of them that are counted. */
  static final int MAX_KEYS = 8_192;

  /** Sources from which accounts have logged in; the oldest is evicted. */
  static final int MAX_KNOWN_SOURCES = 4_096;

  private final RateLimit sources = new RateLimit(SOURCE_BURST, SOURCE_EVERY_MS, MAX_KEYS);
  private final RateLimit pairs = new RateLimit(PAIR_BURST, PAIR_EVERY_MS, MAX_KEYS);
  private final RateLimit accounts = new RateLimit(ACCOUNT_BURST, ACCOUNT_EVERY_MS, MAX_KEYS);
  private final LinkedHashSet<String> known = new LinkedHashSet<>();

  /**
   * Counts an attempt.
   *
   * @param name of the account, known or not
   * @throws ProblemException with status 429 if it has to wait; this attempt does not count then
   */
  public void begin(String name, InetAddress from, long nowMs) {
    String source = RateLimit.source(from);
    String pair = name + "@" + source;
    boolean isKnown = known.contains(pair);
    long waitMs = Math.max(sources.waitMs(source, nowMs), pairs.waitMs(pair, nowMs));
    if (!isKnown) {
      waitMs = Math.max(waitMs, accounts.waitMs(name, nowMs));
    }
    if (waitMs > 0) {
      throw new ProblemException(
          RequestProblem.of(
                  429, "too-many-attempts", "too many attempts to log in; try again later")
              .retryAfter(1 + waitMs / 1_000));
    }
    sources.count(source, nowMs);
    pairs.count(pair, nowMs);
    if (!isKnown) {
      accounts.count(name, nowMs);
    }
  }

  /** Records a log-in that succeeded: it does not count, and its source is known from now on. */
  public void succeeded(String name, InetAddress from) {
    String pair = name + "@" + RateLimit.source(from);
    sources.refund(RateLimit.source(from));
    if (!known.contains(pair)) {
      accounts.refund(name);
    }
    pairs.reset(pair);
    addKnownSource(name, from);
  }

  /** Returns whether an account has logged in from a source before. */
  public boolean isKnown(String name, InetAddress from) {
    return known.contains(name + "@" + RateLimit.source(from));
  }

  /** Records that an account has logged in from a source before. */
  public void addKnownSource(String name, InetAddress from) {
    String pair = name + "@" + RateLimit.source(from);
    known.remove(pair);
    known.add(pair);
    if (known.size() > MAX_KNOWN_SOURCES) {
      known.removeFirst();
    }
  }
}
