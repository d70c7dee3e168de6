// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetAddress;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Limits the probes of a search for ports (02 section 4.10): they go to endpoints that may belong
 * to nobody, so that a peer must not be able to cause many of them.
 */
final class SearchBudget {
  /** Maximum probes of the node in a second, and at once. */
  static final int PER_SECOND = 128;

  static final int AT_ONCE = 32;

  /** The time in which the following limits apply. */
  static final long PERIOD_MS = 600_000;

  /** Maximum probes for one peer in the period. */
  static final int PER_PEER = 5_120;

  /** Maximum probes to one IP address in the period, whichever peers they are for. */
  static final int PER_ADDRESS = 5_120;

  /** Maximum probes of the node in the period. */
  static final int PER_NODE = 20_480;

  /** Maximum IP addresses that are counted; beyond them, no others are probed. */
  static final int MAX_ADDRESSES = 64;

  private static final int MS_PER_SECOND = 1_000;

  private final Count ofNode = new Count();
  private final Map<InetAddress, Count> ofAddresses = new LinkedHashMap<>();

  /** Thousandths of probes that may be sent now. */
  private long credit = (long) AT_ONCE * MS_PER_SECOND;

  private long creditedMs = Peer.NEVER;

  /** The probes of one period. */
  static final class Count {
    private long sinceMs = Peer.NEVER;
    private int sent;

    private boolean accepts(int max, long nowMs) {
      if (nowMs - sinceMs >= PERIOD_MS) {
        sinceMs = nowMs;
        sent = 0;
      }
      return sent < max;
    }

    int sent() {
      return sent;
    }
  }

  /** Returns whether the rate permits a probe now. */
  boolean hasCredit(long nowMs) {
    long most = (long) AT_ONCE * MS_PER_SECOND;
    long elapsedMs = Math.clamp(nowMs - creditedMs, 0, MS_PER_SECOND);
    credit = Math.min(most, credit + elapsedMs * PER_SECOND);
    creditedMs = nowMs;
    return credit >= MS_PER_SECOND;
  }

  /** Counts a probe for a peer to an address; returns false where it must not be sent. */
  boolean take(Count ofPeer, InetAddress to, long nowMs) {
    if (!hasCredit(nowMs) || !ofNode.accepts(PER_NODE, nowMs) || !ofPeer.accepts(PER_PEER, nowMs)) {
      return false;
    }
    Count ofAddress = ofAddresses.get(to);
    if (ofAddress == null) {
      expire(nowMs);
      if (ofAddresses.size() >= MAX_ADDRESSES) {
        return false;
      }
      ofAddress = new Count();
      ofAddresses.put(to, ofAddress);
    }
    if (!ofAddress.accepts(PER_ADDRESS, nowMs)) {
      return false;
    }
    credit -= MS_PER_SECOND;
    ofNode.sent++;
    ofPeer.sent++;
    ofAddress.sent++;
    return true;
  }

  /** Expires the addresses of earlier periods. */
  void expire(long nowMs) {
    ofAddresses.values().removeIf(each -> nowMs - each.sinceMs >= PERIOD_MS);
  }

  /** Returns how many addresses are counted. */
  int addresses() {
    return ofAddresses.size();
  }
}
