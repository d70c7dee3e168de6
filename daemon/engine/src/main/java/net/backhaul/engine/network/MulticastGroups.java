// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.engine.Drop;
import net.backhaul.engine.LongMap;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.ethernet.MulticastGroup;
import org.jspecify.annotations.Nullable;

/**
 * Who listens to which multicast group, on our networks and on those that ask us (03 section 7.4).
 *
 * <p>Strangers fill this on a root, and devices behind a bridge on the bridge. So the numbers of
 * entries, of groups, and of groups that one member is in have limits, beyond which nobody new is
 * written down until old entries expire; so has that of queued frames, beyond which no more queue.
 */
final class MulticastGroups {
  static final int MAX_ENTRIES = 131_072;
  static final int MAX_GROUPS = 32_768;

  /** So that one stranger can't lock out all others. */
  static final int MAX_GROUPS_OF_MEMBER = 2_048;

  static final int MAX_QUEUED = 4_096;
  static final long MEMBER_LIFE_MS = 600_000;

  private final PeerLink link;
  private final long self;
  private final Map<Key, Group> groups = new HashMap<>();
  private final LongMap<Integer> groupsOfMember = new LongMap<>();
  private int entries;
  private int queued;

  /** Names a group of a network. */
  private record Key(long networkId, MulticastGroup group) {}

  /** What is known of one group of one network. */
  static final class Group {
    static final int MAX_QUEUED = 32;

    /** When each member was heard of last, by address. */
    private final Map<Long, Long> members = new LinkedHashMap<>();

    /** Frames of ours that are offered to members yet to be found; the oldest makes room. */
    private final ArrayDeque<OutboundMulticast> queue = new ArrayDeque<>(0);

    private boolean isKept;
    long lastGatherMs = Member.NEVER;

    boolean hasMembers() {
      return !members.isEmpty();
    }

    int memberCount() {
      return members.size();
    }

    long[] memberAddresses() {
      return members.keySet().stream().mapToLong(Long::longValue).toArray();
    }

    List<OutboundMulticast> queued() {
      return List.copyOf(queue);
    }
  }

  MulticastGroups(PeerLink link) {
    this.link = link;
    this.self = link.self().address();
  }

  boolean isEmpty() {
    return groups.isEmpty();
  }

  /** Returns how many members are written down, counted once for each of their groups. */
  int size() {
    return entries;
  }

  @Nullable Group get(long networkId, MulticastGroup group) {
    return groups.get(new Key(networkId, group));
  }

  /** Returns a group, made on demand; where there are too many it is forgotten at once. */
  Group touch(long networkId, MulticastGroup group) {
    var key = new Key(networkId, group);
    Group known = groups.get(key);
    if (known == null) {
      known = new Group();
      if (groups.size() < MAX_GROUPS) {
        groups.put(key, known);
        known.isKept = true;
      } else {
        link.drop(Drop.TOO_MANY_GROUPS);
      }
    }
    return known;
  }

  /** Lets a frame wait for members that are not known yet. */
  void enqueue(Group group, OutboundMulticast frame) {
    if (!group.isKept) {
      return; // Nobody finds this group again, so nobody would ever take the frame from its queue.
    }
    if (group.queue.size() == Group.MAX_QUEUED) {
      group.queue.removeFirst();
      queued--;
    }
    if (queued < MAX_QUEUED) {
      group.queue.addLast(frame);
      queued++;
    }
  }

  /** Forgets frames that have waited too long or have reached as many as they may. */
  void tidyQueue(Group group, long nowMs) {
    int before = group.queue.size();
    group.queue.removeIf(frame -> frame.isOld(nowMs) || frame.isAtLimit());
    queued -= before - group.queue.size();
  }

  /** Writes down that somebody listens; returns whether that is news. */
  boolean add(long networkId, MulticastGroup group, long member, long nowMs) {
    if (member == self) {
      return false;
    }
    Group known = get(networkId, group);
    if (known != null && known.members.containsKey(member)) {
      known.members.put(member, nowMs);
      return false;
    }
    int ofMember = countOf(member);
    if (entries >= MAX_ENTRIES
        || ofMember >= MAX_GROUPS_OF_MEMBER
        || (known == null && groups.size() >= MAX_GROUPS)) {
      link.drop(Drop.TOO_MANY_GROUPS);
      return false;
    }
    touch(networkId, group).members.put(member, nowMs);
    entries++;
    groupsOfMember.put(member, ofMember + 1);
    return true;
  }

  void remove(long networkId, MulticastGroup group, long member) {
    Group known = get(networkId, group);
    if (known != null && known.members.remove(member) != null) {
      forgot(member);
    }
  }

  private int countOf(long member) {
    Integer count = groupsOfMember.get(member);
    return count == null ? 0 : count;
  }

  private void forgot(long member) {
    entries--;
    int left = countOf(member) - 1;
    if (left == 0) {
      groupsOfMember.remove(member);
    } else {
      groupsOfMember.put(member, left);
    }
  }

  /** Forgets members that have not been heard of for long, and frames that nobody came for. */
  void clean(long nowMs) {
    for (Iterator<Group> all = groups.values().iterator(); all.hasNext(); ) {
      Group group = all.next();
      group
          .members
          .entrySet()
          .removeIf(
              member -> {
                boolean old = nowMs - member.getValue() >= MEMBER_LIFE_MS;
                if (old) {
                  forgot(member.getKey());
                }
                return old;
              });
      tidyQueue(group, nowMs);
      if (group.members.isEmpty() && group.queue.isEmpty()) {
        all.remove();
      }
    }
  }
}
