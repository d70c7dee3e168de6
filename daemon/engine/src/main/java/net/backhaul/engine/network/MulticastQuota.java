// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import net.backhaul.engine.network.UsageRanking.Usage;
import org.jspecify.annotations.Nullable;

/**
 * Counts the entries of {@link MulticastGroups} by network, by member of a network and by peer.
 *
 * <p>An entry is one member of one group. Unauthenticated peers choose how many there are, so each
 * count has a limit. Where a network or the whole table is full, the one with most entries in it
 * loses its oldest to one with at most half as many: a peer with few entries is never rejected
 * because others have many. Every operation takes constant time, however full the table is.
 */
final class MulticastQuota {
  /** Entries of all networks together. */
  static final int MAX_ENTRIES = 131_072;

  static final int MAX_ENTRIES_OF_NETWORK = 32_768;

  /** Entries of one peer in all networks; a root serves networks that peers make up. */
  static final int MAX_ENTRIES_OF_PEER = 8_192;

  /** Groups of one network that one member is in. */
  static final int MAX_GROUPS_OF_MEMBER = 2_048;

  private final Map<Long, PeerUsage> peers = new HashMap<>();
  private final Map<Long, NetworkUsage> networks = new HashMap<>();
  private final UsageRanking<PeerUsage> ranking = new UsageRanking<>();
  private int entries;

  private static final class PeerUsage {
    final Usage<PeerUsage> usage = new Usage<>(this);

    /** By network, in the order in which the peer became a member. */
    final Map<Long, MemberUsage> members = new LinkedHashMap<>(2);
  }

  private static final class NetworkUsage {
    final UsageRanking<MemberUsage> ranking = new UsageRanking<>();
    int entries;
  }

  /** The entries of one member of a network, a list from the oldest announcement to the newest. */
  private static final class MemberUsage {
    final Usage<MemberUsage> usage = new Usage<>(this);
    final long address;
    final PeerUsage peer;
    final NetworkUsage network;
    @Nullable GroupMember oldest;
    @Nullable GroupMember newest;

    MemberUsage(long address, PeerUsage peer, NetworkUsage network) {
      this.address = address;
      this.peer = peer;
      this.network = network;
    }

    void append(GroupMember entry) {
      entry.older = newest;
      if (newest == null) {
        oldest = entry;
      } else {
        newest.newer = entry;
      }
      newest = entry;
    }

    void unlink(GroupMember entry) {
      if (entry.older == null) {
        oldest = entry.newer;
      } else {
        entry.older.newer = entry.newer;
      }
      if (entry.newer == null) {
        newest = entry.older;
      } else {
        entry.newer.older = entry.older;
      }
      entry.older = null;
      entry.newer = null;
    }
  }

  /** One member of one group. */
  static final class GroupMember {
    final MulticastGroups.Group group;
    private final MemberUsage member;
    private long announcedMs;
    private @Nullable GroupMember older;
    private @Nullable GroupMember newer;

    /** The position among the members of the group. */
    int index;

    private GroupMember(MulticastGroups.Group group, MemberUsage member) {
      this.group = group;
      this.member = member;
    }

    long address() {
      return member.address;
    }

    long announcedMs() {
      return announcedMs;
    }
  }

  int entries() {
    return entries;
  }

  /** Returns whether a member may not be in one more group, even if another entry is evicted. */
  boolean isAtLimit(long networkId, long member) {
    return groupsOfMember(networkId, member) >= MAX_GROUPS_OF_MEMBER
        || entriesOfPeer(member) >= MAX_ENTRIES_OF_PEER;
  }

  /** Returns whether an entry must be evicted before one is added to a network. */
  boolean isFull(long networkId) {
    return isNetworkFull(networkId) || entries >= MAX_ENTRIES;
  }

  private boolean isNetworkFull(long networkId) {
    NetworkUsage network = networks.get(networkId);
    return network != null && network.entries >= MAX_ENTRIES_OF_NETWORK;
  }

  /** Returns the entry to evict for a member, or null if the member itself is to be rejected. */
  @Nullable GroupMember entryToEvict(long networkId, long member) {
    NetworkUsage network = networks.get(networkId);
    if (network != null && isNetworkFull(networkId)) {
      Usage<MemberUsage> largest = network.ranking.largest();
      return largest != null && isEvicted(largest, groupsOfMember(networkId, member))
          ? largest.owner.oldest
          : null;
    }
    Usage<PeerUsage> largest = ranking.largest();
    if (largest == null || !isEvicted(largest, entriesOfPeer(member))) {
      return null;
    }
    Iterator<MemberUsage> members = largest.owner.members.values().iterator();
    return members.hasNext() ? members.next().oldest : null;
  }

  /** Not for a few more, so that two peers with many entries don't evict each other in turns. */
  private static boolean isEvicted(Usage<?> largest, int entriesOfOther) {
    return largest.entries() >= 2 * (entriesOfOther + 1);
  }

  private int groupsOfMember(long networkId, long member) {
    PeerUsage peer = peers.get(member);
    MemberUsage usage = peer == null ? null : peer.members.get(networkId);
    return usage == null ? 0 : usage.usage.entries();
  }

  private int entriesOfPeer(long address) {
    PeerUsage peer = peers.get(address);
    return peer == null ? 0 : peer.usage.entries();
  }

  /** Counts a member of a group, which was not in it before. */
  GroupMember add(MulticastGroups.Group group, long member, long nowMs) {
    NetworkUsage network = networks.computeIfAbsent(group.networkId, missing -> new NetworkUsage());
    PeerUsage peer = peers.computeIfAbsent(member, missing -> new PeerUsage());
    MemberUsage usage =
        peer.members.computeIfAbsent(
            group.networkId, missing -> new MemberUsage(member, peer, network));
    entries++;
    network.entries++;
    network.ranking.increment(usage.usage);
    ranking.increment(peer.usage);
    var entry = new GroupMember(group, usage);
    entry.announcedMs = nowMs;
    usage.append(entry);
    return entry;
  }

  /** Records that a member announced itself again. */
  void refresh(GroupMember entry, long nowMs) {
    entry.announcedMs = nowMs;
    entry.member.unlink(entry);
    entry.member.append(entry);
  }

  void remove(GroupMember entry) {
    MemberUsage member = entry.member;
    member.unlink(entry);
    entries--;
    member.network.ranking.decrement(member.usage);
    ranking.decrement(member.peer.usage);
    if (--member.network.entries == 0) {
      networks.remove(entry.group.networkId);
    }
    if (member.usage.entries() == 0) {
      member.peer.members.remove(entry.group.networkId);
    }
    if (member.peer.usage.entries() == 0) {
      peers.remove(member.address);
    }
  }
}
