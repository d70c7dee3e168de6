// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * Limits how often a stranger's identity is checked, which costs tens of milliseconds: once in two
 * seconds for each /24 or /48 that HELLOs come from (02 section 3.8).
 *
 * <p>The reference never lets two through within two seconds, so nodes of one site that start
 * together come online one after the other. Here a prefix that was quiet may send a few at once; in
 * the long run the limit is the same.
 */
final class IdentityGate {
  static final long SPACING_MS = 2_000;

  /** How many identities a prefix that was quiet may show at once. */
  static final int BURST = 8;

  /**
   * How often identities are checked in the long run, wherever they come from: the address of a
   * datagram's sender is easily forged, and a check costs some thirty milliseconds.
   */
  static final long CHECK_EVERY_MS = 100;

  /** How many may be checked at once after a quiet time: nodes that start together. */
  static final int MAX_CHECKS_AT_ONCE = 50;

  private static final int BUCKETS = 16_384;
  private static final long NEVER = Long.MIN_VALUE / 4;

  private final long[] paidUntilMs = new long[BUCKETS];
  private long checksPaidUntilMs = NEVER;

  IdentityGate() {
    Arrays.fill(paidUntilMs, NEVER);
  }

  boolean admits(InetAddress from, long nowMs) {
    int bucket = bucket(from.getAddress());
    long paid = Math.max(paidUntilMs[bucket], nowMs);
    if (paid - nowMs > (BURST - 1) * SPACING_MS) {
      return false;
    }
    paidUntilMs[bucket] = paid + SPACING_MS;
    return true;
  }

  /** Returns whether there is time for one more check of an identity whose packet is authentic. */
  boolean admitsCheck(long nowMs) {
    long paid = Math.max(checksPaidUntilMs, nowMs);
    if (paid - nowMs > (MAX_CHECKS_AT_ONCE - 1) * CHECK_EVERY_MS) {
      return false;
    }
    checksPaidUntilMs = paid + CHECK_EVERY_MS;
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
