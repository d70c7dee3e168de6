// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * Limits how often identities of unknown peers are validated, which takes tens of milliseconds:
 * twice in a second for each /24 or /48 that HELLOs come from (02 section 3.8).
 *
 * <p>The reference accepts one in two seconds, so nodes of one site that start together come online
 * one after the other. Here a prefix that was idle may send a burst; the long-term rate costs a
 * twentieth of a core. All sources together are limited only where the node's own thread validates:
 * elsewhere the threads are the limit, and {@link PendingHellos}.
 */
final class IdentityRateLimiter {
  static final long SPACING_MS = 500;

  /** Maximum identities that an idle prefix may present at once. */
  static final int BURST = 16;

  /**
   * Long-term spacing of validations on the node's thread, wherever HELLOs come from: source
   * addresses of datagrams are easily forged, and one validation takes some thirty milliseconds.
   */
  static final long VALIDATION_SPACING_MS = 100;

  /** Maximum validations at once after an idle time: nodes that start together. */
  static final int VALIDATION_BURST = 50;

  private static final int BUCKETS = 16_384;
  private static final long NEVER = Long.MIN_VALUE / 4;

  private final long[] paidUntilMs = new long[BUCKETS];
  private long validationsPaidUntilMs = NEVER;

  IdentityRateLimiter() {
    Arrays.fill(paidUntilMs, NEVER);
  }

  /** Returns whether an identity from this IP address may be examined now, and counts it. */
  boolean mayPresent(InetAddress from, long nowMs) {
    int bucket = bucket(from.getAddress());
    long paid = Math.max(paidUntilMs[bucket], nowMs);
    if (paid - nowMs > (BURST - 1) * SPACING_MS) {
      return false;
    }
    paidUntilMs[bucket] = paid + SPACING_MS;
    return true;
  }

  /** Returns whether an identity whose packet is authentic may be validated now, and counts it. */
  boolean mayValidate(long nowMs) {
    long paid = Math.max(validationsPaidUntilMs, nowMs);
    if (paid - nowMs > (VALIDATION_BURST - 1) * VALIDATION_SPACING_MS) {
      return false;
    }
    validationsPaidUntilMs = paid + VALIDATION_SPACING_MS;
    return true;
  }

  private static int bucket(byte[] ip) {
    int hash;
    if (ip.length == 4) {
      hash = (ip[0] & 0xff) << 16 | (ip[1] & 0xff) << 8 | (ip[2] & 0xff);
      hash ^= hash >> 14;
    } else {
      hash = ip[0] & 0xff;
      for (int i = 1; i <= 5; i++) {
        hash = 2 * hash + (ip[i] & 0xff);
      }
    }
    return hash & (BUCKETS - 1);
  }
}
