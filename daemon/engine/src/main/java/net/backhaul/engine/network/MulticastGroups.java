// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
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

    private final Map<Long, MulticastQuota.GroupMember> byAddress = new HashMap<>();

    /** The members in no particular order. */
    private final ArrayList<MulticastQuota.GroupMember> members = new ArrayList<>(1);

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

    /**
     * Draws a member at random; drawn with 0, 1 and so on up to the number of members, each is
     * drawn once. Takes constant time: a group may have many members of which a few are needed.
     */
    long drawMember(int drawn, RandomGenerator random) {
      int other = drawn + random.nextInt(members.size() - drawn);
      MulticastQuota.GroupMember entry = members.get(other);
      move(members.get(drawn), other);
      move(entry, drawn);
      return entry.address();
    }

    private void move(MulticastQuota.GroupMember entry, int index) {
      members.set(index, entry);
      entry.index = index;
    }

    private void add(MulticastQuota.GroupMember entry) {
      byAddress.put(entry.address(), entry);
      entry.index = members.size();
      members.add(entry);
    }

    private void remove(MulticastQuota.GroupMember entry) {
      byAddress.remove(entry.address());
      move(members.getLast(), entry.index);
      members.removeLast();
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
    MulticastQuota.GroupMember entry = known == null ? null : known.byAddress.get(member);
    if (entry != null) {
      quota.refresh(entry, nowMs);
      return false;
    }
    if (!makeSpace(networkId, member)) {
      link.drop(Drop.TOO_MANY_GROUPS);
      return false;
    }
    Group joined = groups.computeIfAbsent(key, missing -> new Group(missing, false, true));
    joined.add(quota.add(joined, member, nowMs));
    return true;
  }

  /** Returns whether a member may be added to one more group, evicting another where it is full. */
  private boolean makeSpace(long networkId, long member) {
    if (quota.isAtLimit(networkId, member)) {
      return false;
    }
    if (!quota.isFull(networkId)) {
      return true;
    }
    MulticastQuota.GroupMember evicted = quota.entryToEvict(networkId, member);
    if (evicted == null) {
      return false;
    }
    link.drop(Drop.TOO_MANY_GROUPS);
    removeMember(evicted);
    removeIfUnused(evicted.group);
    return true;
  }

  private void removeIfUnused(Group group) {
    if (releaseIfUnused(group)) {
      groups.remove(new Key(group.networkId, group.name));
    }
  }

  /** Removes a member that unsubscribed from a group, and the group if that was all of it. */
  void remove(long networkId, MulticastGroup group, long member) {
    Group known = get(networkId, group);
    MulticastQuota.GroupMember entry = known == null ? null : known.byAddress.get(member);
    if (entry != null) {
      removeMember(entry);
      removeIfUnused(entry.group);
    }
  }

  private void removeMember(MulticastQuota.GroupMember entry) {
    entry.group.remove(entry);
    quota.remove(entry);
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
      for (int i = group.members.size() - 1; i >= 0; i--) {
        MulticastQuota.GroupMember entry = group.members.get(i);
        if (nowMs - entry.announcedMs() >= MEMBER_LIFE_MS) {
          removeMember(entry);
        }
      }
      expirePending(group, nowMs);
      if (releaseIfUnused(group)) {
        all.remove();
      }
    }
  }
}
