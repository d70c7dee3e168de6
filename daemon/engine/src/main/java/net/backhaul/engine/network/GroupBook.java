// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import net.backhaul.engine.Drop;
import net.backhaul.protocol.ethernet.MulticastGroup;
import org.jspecify.annotations.Nullable;

/**
 * Who listens to which multicast group, on our networks and on those that ask us (03 section 7.4).
 *
 * <p>Strangers fill this on a root, so the number of entries has a limit; beyond it nobody new is
 * written down until old entries expire.
 */
final class GroupBook {
  static final int MAX_ENTRIES = 262_144;
  static final long MEMBER_LIFE_MS = 600_000;

  private final PeerLink link;
  private final long self;
  private final Map<Key, Group> groups = new HashMap<>();
  private int entries;

  /** Names a group of a network. */
  private record Key(long networkId, MulticastGroup group) {}

  /** What is known of one group of one network. */
  static final class Group {
    static final int MAX_QUEUED = 32;

    /** When each member was heard of last, by address. */
    final Map<Long, Long> members = new LinkedHashMap<>();

    /** Frames of ours that are offered to members yet to be found; the oldest makes room. */
    final ArrayDeque<Outgoing> queue = new ArrayDeque<>();

    long lastGatherMs = Member.NEVER;

    void enqueue(Outgoing frame) {
      if (queue.size() == MAX_QUEUED) {
        queue.removeFirst();
      }
      queue.addLast(frame);
    }

    long[] memberAddresses() {
      return members.keySet().stream().mapToLong(Long::longValue).toArray();
    }
  }

  GroupBook(PeerLink link) {
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

  Group touch(long networkId, MulticastGroup group) {
    return groups.computeIfAbsent(new Key(networkId, group), key -> new Group());
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
    if (entries >= MAX_ENTRIES) {
      link.drop(Drop.TOO_MANY_GROUPS);
      return false;
    }
    touch(networkId, group).members.put(member, nowMs);
    entries++;
    return true;
  }

  void remove(long networkId, MulticastGroup group, long member) {
    Group known = get(networkId, group);
    if (known != null && known.members.remove(member) != null) {
      entries--;
    }
  }

  /** Forgets members that have not been heard of for long, and frames that nobody came for. */
  void clean(long nowMs) {
    for (Iterator<Group> all = groups.values().iterator(); all.hasNext(); ) {
      Group group = all.next();
      int before = group.members.size();
      group.members.values().removeIf(sinceMs -> nowMs - sinceMs >= MEMBER_LIFE_MS);
      entries -= before - group.members.size();
      group.queue.removeIf(frame -> frame.isOld(nowMs));
      if (group.members.isEmpty() && group.queue.isEmpty()) {
        all.remove();
      }
    }
  }
}
