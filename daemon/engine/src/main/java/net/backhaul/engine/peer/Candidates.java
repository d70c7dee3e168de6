// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.backhaul.engine.PeerReach.Candidate;
import net.backhaul.engine.PeerReach.Verdict;

/** The endpoints at which a direct path to a peer was searched, or could not be. */
final class Candidates {
  /** Maximum endpoints of one peer; the one that was used longest ago is evicted. */
  static final int MAX_CANDIDATES = 16;

  /** How long an endpoint is reported after it was used last. */
  static final long LIFE_MS = 600_000;

  private final List<Entry> entries = new ArrayList<>(2);

  private static final class Entry {
    final InetSocketAddress endpoint;
    Verdict verdict = Verdict.TRIED;
    int tries;
    long lastMs;

    Entry(InetSocketAddress endpoint) {
      this.endpoint = endpoint;
    }
  }

  /** Records that an endpoint was probed, or was rejected before it could be. */
  void record(InetSocketAddress endpoint, Verdict verdict, long nowMs) {
    Entry entry = entry(endpoint);
    entry.verdict = verdict;
    entry.tries++;
    entry.lastMs = nowMs;
  }

  boolean contains(InetSocketAddress endpoint) {
    return entries.stream().anyMatch(each -> each.endpoint.equals(endpoint));
  }

  private Entry entry(InetSocketAddress endpoint) {
    Entry oldest = null;
    for (int i = 0; i < entries.size(); i++) {
      Entry entry = entries.get(i);
      if (entry.endpoint.equals(endpoint)) {
        return entry;
      }
      oldest = oldest == null || entry.lastMs < oldest.lastMs ? entry : oldest;
    }
    if (entries.size() >= MAX_CANDIDATES) {
      entries.remove(oldest);
    }
    var added = new Entry(endpoint);
    entries.add(added);
    return added;
  }

  /** Returns those that have not expired, the latest first. */
  List<Candidate> latest(long nowMs) {
    return entries.stream()
        .filter(entry -> nowMs - entry.lastMs < LIFE_MS)
        .sorted(Comparator.comparingLong((Entry entry) -> -entry.lastMs))
        .map(entry -> new Candidate(entry.endpoint, entry.verdict, entry.tries, entry.lastMs))
        .toList();
  }
}
