// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A network as it is right now: its records, and who has asked lately. */
final class NetworkState {
  /** Who has asked is remembered for so many; the one that has been silent longest goes. */
  static final int MAX_LAST_REQUESTS = 65_536;

  private NetworkRecord record;
  private long ticket;
  private final TreeMap<Long, MemberState> members = new TreeMap<>();
  private final Map<InetAddress, Integer> taken = new HashMap<>();
  private final TreeSet<Long> bridges = new TreeSet<>();
  private final LinkedHashMap<Long, LastRequest> asked = new LinkedHashMap<>();
  private int authorized;

  /**
   * A member.
   *
   * @param ticket of the write that makes the record safe
   */
  record MemberState(MemberRecord record, long ticket) {}

  NetworkState(NetworkRecord record, long ticket) {
    this.record = record;
    this.ticket = ticket;
  }

  NetworkRecord record() {
    return record;
  }

  long ticket() {
    return ticket;
  }

  void record(NetworkRecord changed, long changedTicket) {
    record = changed;
    ticket = changedTicket;
  }

  @Nullable MemberState member(long address) {
    return members.get(address);
  }

  /** Returns all members, ascending. */
  List<MemberRecord> members() {
    return members.values().stream().map(MemberState::record).toList();
  }

  int memberCount() {
    return members.size();
  }

  int authorizedCount() {
    return authorized;
  }

  void put(MemberRecord member, long memberTicket) {
    remove(member.address());
    members.put(member.address(), new MemberState(member, memberTicket));
    authorized += member.authorized() ? 1 : 0;
    member.settings().ipAssignments().forEach(ip -> taken.merge(ip, 1, Integer::sum));
    if (member.settings().activeBridge()) {
      bridges.add(member.address());
    }
  }

  @Nullable MemberRecord remove(long address) {
    MemberState removed = members.remove(address);
    if (removed == null) {
      return null;
    }
    MemberRecord member = removed.record();
    authorized -= member.authorized() ? 1 : 0;
    for (InetAddress ip : member.settings().ipAssignments()) {
      taken.computeIfPresent(ip, (key, count) -> count == 1 ? null : count - 1);
    }
    bridges.remove(address);
    return member;
  }

  boolean isTaken(InetAddress ip) {
    return taken.containsKey(ip);
  }

  List<Long> bridges() {
    return List.copyOf(bridges);
  }

  @Nullable LastRequest asked(long address) {
    return asked.get(address);
  }

  void remember(long address, LastRequest now) {
    asked.remove(address);
    asked.put(address, now);
    if (asked.size() > MAX_LAST_REQUESTS) {
      asked.pollFirstEntry();
    }
  }

  void forget(long address) {
    asked.remove(address);
  }

  /** Returns who has asked since a moment. */
  List<Long> requestedSince(long sinceMs) {
    var found = new ArrayList<Long>();
    asked.sequencedEntrySet().reversed().stream()
        .takeWhile(entry -> entry.getValue().atMs() > sinceMs)
        .forEach(entry -> found.add(entry.getKey()));
    return found;
  }
}
