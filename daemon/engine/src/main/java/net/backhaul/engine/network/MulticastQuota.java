// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.HashMap;
import java.util.Map;

/**
 * Counts the entries of {@link MulticastGroups} by network, by member of a network and by peer.
 *
 * <p>An entry is one member of one group. Unauthenticated peers choose how many there are, so each
 * count has a limit. Where a network or the whole table is full, the one with most entries in it is
 * evicted for one with at most half as many: a peer with few entries is never rejected because
 * others have many.
 */
final class MulticastQuota {
  /** Entries of all networks together. */
  static final int MAX_ENTRIES = 131_072;

  static final int MAX_ENTRIES_OF_NETWORK = 32_768;

  /** Entries of one peer in all networks; a root serves networks that peers make up. */
  static final int MAX_ENTRIES_OF_PEER = 8_192;

  /** Groups of one network that one member is in. */
  static final int MAX_GROUPS_OF_MEMBER = 2_048;

  private final Map<Membership, Integer> ofMember = new HashMap<>();
  private final Map<Long, Integer> ofPeer = new HashMap<>();
  private final Map<Long, NetworkUsage> ofNetwork = new HashMap<>();
  private int entries;

  /** Not less than the entries of any peer; exact after a search, so that few are needed. */
  private int mostOfPeer;

  private record Membership(long networkId, long member) {}

  private static final class NetworkUsage {
    int entries;

    /** Not less than the entries of any member. */
    int mostOfMember;
  }

  int entries() {
    return entries;
  }

  int groupsOfMember(long networkId, long member) {
    return ofMember.getOrDefault(new Membership(networkId, member), 0);
  }

  int entriesOfPeer(long peer) {
    return ofPeer.getOrDefault(peer, 0);
  }

  void add(long networkId, long member) {
    entries++;
    mostOfPeer = Math.max(mostOfPeer, ofPeer.merge(member, 1, Integer::sum));
    NetworkUsage usage = ofNetwork.computeIfAbsent(networkId, missing -> new NetworkUsage());
    usage.entries++;
    int groups = ofMember.merge(new Membership(networkId, member), 1, Integer::sum);
    usage.mostOfMember = Math.max(usage.mostOfMember, groups);
  }

  void remove(long networkId, long member) {
    entries--;
    decrement(ofMember, new Membership(networkId, member));
    decrement(ofPeer, member);
    NetworkUsage usage = ofNetwork.get(networkId);
    if (usage != null && --usage.entries == 0) {
      ofNetwork.remove(networkId);
    }
  }

  private static <K> void decrement(Map<K, Integer> counts, K key) {
    counts.computeIfPresent(key, (ignored, count) -> count == 1 ? null : count - 1);
  }

  boolean isNetworkFull(long networkId) {
    NetworkUsage usage = ofNetwork.get(networkId);
    return usage != null && usage.entries >= MAX_ENTRIES_OF_NETWORK;
  }

  boolean isFull() {
    return entries >= MAX_ENTRIES;
  }

  /** Returns the member of a network to evict for one with so many groups there, or 0 for none. */
  long memberToEvict(long networkId, int groups) {
    NetworkUsage usage = ofNetwork.get(networkId);
    if (usage == null || !isEvicted(usage.mostOfMember, groups)) {
      return 0;
    }
    long largest = 0;
    int most = 0;
    for (Map.Entry<Membership, Integer> each : ofMember.entrySet()) {
      if (each.getKey().networkId == networkId && each.getValue() > most) {
        most = each.getValue();
        largest = each.getKey().member;
      }
    }
    usage.mostOfMember = most;
    return isEvicted(most, groups) ? largest : 0;
  }

  /** Returns the peer to evict from all networks for one with so many entries, or 0 for none. */
  long peerToEvict(int entriesOfOther) {
    if (!isEvicted(mostOfPeer, entriesOfOther)) {
      return 0;
    }
    long largest = 0;
    int most = 0;
    for (Map.Entry<Long, Integer> each : ofPeer.entrySet()) {
      if (each.getValue() > most) {
        most = each.getValue();
        largest = each.getKey();
      }
    }
    mostOfPeer = most;
    return isEvicted(most, entriesOfOther) ? largest : 0;
  }

  /** Not for a few more, so that two peers with many entries don't evict each other in turns. */
  private static boolean isEvicted(int most, int other) {
    return most >= 2 * (other + 1);
  }
}
