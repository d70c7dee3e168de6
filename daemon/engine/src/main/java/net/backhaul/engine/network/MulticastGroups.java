// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import net.backhaul.engine.Drop;
import net.backhaul.engine.LongMap;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.ethernet.MulticastGroup;
import org.jspecify.annotations.Nullable;

/**
 * The known members of multicast groups, and frames pending for members that are yet to be found
 * (03 section 7.4).
 *
 * <p>Unauthenticated peers fill this on a root, members on their networks, and devices behind a
 * bridge on the bridge. {@link MulticastQuota} limits the members; groups that only frames of ours
 * have made and pending frames are limited per network.
 */
final class MulticastGroups {
  static final long MEMBER_LIFE_MS = 600_000;

  /** Groups of one network that exist because this node sent a frame to them. */
  static final int MAX_SENT_GROUPS_OF_NETWORK = 4_096;

  static final int MAX_PENDING_OF_NETWORK = 1_024;

  private final PeerLink link;
  private final long self;
  private final Map<Key, Group> groups = new HashMap<>();
  private final MulticastQuota quota = new MulticastQuota();
  private final LongMap<SentUsage> sent = new LongMap<>();

  private record Key(long networkId, MulticastGroup group) {}

  /** The usage of one network by frames of this node. */
  private static final class SentUsage {
    int groups;
    int pending;
  }

  /** One group of one network. */
  static final class Group {
    static final int MAX_PENDING = 32;

    final long networkId;
    final MulticastGroup name;
    long lastGatherMs = Member.NEVER;

    /** When each member was last announced, by address. */
    private final Map<Long, Long> members = new LinkedHashMap<>();

    /** Frames of ours for members yet to be found; the oldest is evicted. */
    private final ArrayDeque<OutboundMulticast> pending = new ArrayDeque<>(0);

    private final boolean isSent;
    private final boolean isStored;

    private Group(Key key, boolean isSent, boolean isStored) {
      this.networkId = key.networkId;
      this.name = key.group;
      this.isSent = isSent;
      this.isStored = isStored;
    }

    boolean hasMembers() {
      return !members.isEmpty();
    }

    int memberCount() {
      return members.size();
    }

    long[] memberAddresses() {
      return members.keySet().stream().mapToLong(Long::longValue).toArray();
    }

    List<OutboundMulticast> pending() {
      return List.copyOf(pending);
    }
  }

  MulticastGroups(PeerLink link) {
    this.link = link;
    this.self = link.self().address();
  }

  boolean isEmpty() {
    return groups.isEmpty();
  }

  /** Returns the number of members, counted once for each of their groups. */
  int size() {
    return quota.entries();
  }

  @Nullable Group get(long networkId, MulticastGroup group) {
    return groups.get(new Key(networkId, group));
  }

  /** Returns the group to send a frame to, created on demand; beyond the limit it is not stored. */
  Group toSend(long networkId, MulticastGroup group) {
    var key = new Key(networkId, group);
    Group known = groups.get(key);
    if (known != null) {
      return known;
    }
    SentUsage usage = usageOf(networkId);
    if (usage.groups >= MAX_SENT_GROUPS_OF_NETWORK) {
      link.drop(Drop.TOO_MANY_GROUPS);
      return new Group(key, true, false);
    }
    usage.groups++;
    var added = new Group(key, true, true);
    groups.put(key, added);
    return added;
  }

  private SentUsage usageOf(long networkId) {
    SentUsage usage = sent.get(networkId);
    if (usage == null) {
      usage = new SentUsage();
      sent.put(networkId, usage);
    }
    return usage;
  }

  /** Makes a frame pending for members that are not known yet. */
  void addPending(Group group, OutboundMulticast frame) {
    if (!group.isStored) {
      return; // Members found later can't be matched with it.
    }
    SentUsage usage = usageOf(group.networkId);
    if (group.pending.size() == Group.MAX_PENDING) {
      dropIfUnsent(group.pending.removeFirst());
      usage.pending--;
    }
    if (usage.pending < MAX_PENDING_OF_NETWORK) {
      group.pending.addLast(frame);
      usage.pending++;
    }
  }

  /** Removes pending frames that have expired or reached as many members as they may. */
  void expirePending(Group group, long nowMs) {
    if (group.pending.isEmpty()) {
      return;
    }
    int before = group.pending.size();
    group.pending.removeIf(
        frame -> {
          boolean expired = frame.isExpired(nowMs);
          if (expired) {
            dropIfUnsent(frame);
          }
          return expired || frame.isAtLimit();
        });
    usageOf(group.networkId).pending -= before - group.pending.size();
  }

  private void dropIfUnsent(OutboundMulticast frame) {
    if (frame.isUnsent()) {
      link.drop(Drop.NO_RECIPIENT);
    }
  }

  /** Records a member of a group; returns whether it is new. */
  boolean add(long networkId, MulticastGroup group, long member, long nowMs) {
    if (member == self) {
      return false;
    }
    var key = new Key(networkId, group);
    Group known = groups.get(key);
    if (known != null && known.members.containsKey(member)) {
      known.members.put(member, nowMs);
      return false;
    }
    if (!makeRoom(networkId, member)) {
      link.drop(Drop.TOO_MANY_GROUPS);
      return false;
    }
    groups
        .computeIfAbsent(key, missing -> new Group(missing, false, true))
        .members
        .put(member, nowMs);
    quota.add(networkId, member);
    return true;
  }

  /** Returns whether a member may be added to one more group, evicting another where it is full. */
  private boolean makeRoom(long networkId, long member) {
    int groupsOfMember = quota.groupsOfMember(networkId, member);
    int entriesOfPeer = quota.entriesOfPeer(member);
    if (groupsOfMember >= MulticastQuota.MAX_GROUPS_OF_MEMBER
        || entriesOfPeer >= MulticastQuota.MAX_ENTRIES_OF_PEER) {
      return false;
    }
    if (quota.isNetworkFull(networkId)) {
      long largest = quota.memberToEvict(networkId, groupsOfMember);
      return largest != 0 && evict(largest, group -> group.networkId == networkId);
    }
    if (quota.isFull()) {
      long largest = quota.peerToEvict(entriesOfPeer);
      return largest != 0 && evict(largest, group -> true);
    }
    return true;
  }

  private boolean evict(long member, Predicate<Group> from) {
    groups
        .values()
        .removeIf(
            group -> {
              if (!from.test(group) || !removeMember(group, member)) {
                return false;
              }
              return releaseIfUnused(group);
            });
    return true;
  }

  /** Removes a member that unsubscribed from a group. */
  void remove(long networkId, MulticastGroup group, long member) {
    Group known = get(networkId, group);
    if (known != null) {
      removeMember(known, member);
    }
  }

  private boolean removeMember(Group group, long member) {
    boolean removed = group.members.remove(member) != null;
    if (removed) {
      quota.remove(group.networkId, member);
    }
    return removed;
  }

  /** Returns whether a group is to be removed, and then releases its entries in the quota. */
  private boolean releaseIfUnused(Group group) {
    boolean unused = group.members.isEmpty() && group.pending.isEmpty();
    if (unused && group.isSent) {
      usageOf(group.networkId).groups--;
    }
    return unused;
  }

  /** Expires members that were not announced for long, and pending frames. */
  void expire(long nowMs) {
    for (Iterator<Group> all = groups.values().iterator(); all.hasNext(); ) {
      Group group = all.next();
      group
          .members
          .entrySet()
          .removeIf(
              member -> {
                boolean old = nowMs - member.getValue() >= MEMBER_LIFE_MS;
                if (old) {
                  quota.remove(group.networkId, member.getKey());
                }
                return old;
              });
      expirePending(group, nowMs);
      if (releaseIfUnused(group)) {
        all.remove();
      }
    }
  }
}
