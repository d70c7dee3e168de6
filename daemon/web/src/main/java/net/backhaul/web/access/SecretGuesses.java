// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.access;

import java.net.InetAddress;
import java.util.LinkedHashSet;
import java.util.concurrent.TimeUnit;
import net.backhaul.web.http.ProblemException;
import net.backhaul.web.http.RequestProblem;

/**
 * Limits how many unknown secrets a source may present: API tokens, links that set passwords, join
 * tokens in URLs. One that was accepted from a source before is exempt there, so that nobody who
 * shares an address with a guesser is excluded.
 */
public final class SecretGuesses {
  /** Unknown secrets of a source at once, and the time of each further one. */
  public static final int BURST = 20;

  public static final long EVERY_MS = TimeUnit.SECONDS.toMillis(6);

  /** Sources that are counted; the one that guessed longest ago is evicted. */
  static final int MAX_SOURCES = 4_096;

  /** Pairs of a source and an accepted secret; the one used longest ago is evicted. */
  static final int MAX_KNOWN = 4_096;

  private final RateLimit sources = new RateLimit(BURST, EVERY_MS, MAX_SOURCES);
  private final LinkedHashSet<String> known = new LinkedHashSet<>();

  /** Returns how long a source has to wait before a secret is looked up; 0 if it need not. */
  public long waitMs(String secret, InetAddress from, long nowMs) {
    String source = RateLimit.source(from);
    long waitMs = sources.waitMs(source, nowMs);
    return waitMs == 0 || known.contains(pair(secret, source)) ? 0 : waitMs;
  }

  /**
   * Rejects a secret that must not be looked up now.
   *
   * @throws ProblemException with status 429
   */
  public void requireNoWait(String secret, InetAddress from, long nowMs) {
    long waitMs = waitMs(secret, from, nowMs);
    if (waitMs > 0) {
      throw new ProblemException(
          RequestProblem.of(429, "too-many-attempts", "too many unknown secrets; try again later")
              .retryAfter(1 + waitMs / 1_000));
    }
  }

  /** Counts a secret that is unknown. */
  public void failed(InetAddress from, long nowMs) {
    sources.count(RateLimit.source(from), nowMs);
  }

  /** Records a secret that was accepted. */
  public void succeeded(String secret, InetAddress from) {
    String pair = pair(secret, RateLimit.source(from));
    known.remove(pair);
    known.add(pair);
    if (known.size() > MAX_KNOWN) {
      known.removeFirst();
    }
  }

  private static String pair(String secret, String source) {
    return source + ":" + Secrets.hash(secret);
  }
}
