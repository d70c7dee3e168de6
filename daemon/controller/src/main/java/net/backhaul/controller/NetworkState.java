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

/** A network in memory: its record, its members and their last requests. */
final class NetworkState {
  /** Maximum last requests recorded per network; the oldest is evicted. */
  static final int MAX_LAST_REQUESTS = 65_536;

  private NetworkRecord record;
  private long ticket;
  private final TreeMap<Long, MemberState> members = new TreeMap<>();
  private final Map<InetAddress, Integer> assignmentCounts = new HashMap<>();
  private final TreeSet<Long> bridges = new TreeSet<>();
  private final LinkedHashMap<Long, LastRequest> lastRequests = new LinkedHashMap<>();
  private int authorized;

  /**
   * A member.
   *
   * @param ticket of the last change of the record
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
    member.settings().ipAssignments().forEach(ip -> assignmentCounts.merge(ip, 1, Integer::sum));
    if (member.settings().activeBridge()) {
      bridges.add(member.address());
    }
  }

  void remove(long address) {
    MemberState removed = members.remove(address);
    if (removed == null) {
      return;
    }
    MemberRecord member = removed.record();
    authorized -= member.authorized() ? 1 : 0;
    for (InetAddress ip : member.settings().ipAssignments()) {
      assignmentCounts.computeIfPresent(ip, (key, count) -> count == 1 ? null : count - 1);
    }
    bridges.remove(address);
  }

  boolean isAssigned(InetAddress ip) {
    return assignmentCounts.containsKey(ip);
  }

  List<Long> bridges() {
    return List.copyOf(bridges);
  }

  @Nullable LastRequest lastRequest(long address) {
    return lastRequests.get(address);
  }

  void recordRequest(long address, LastRequest request) {
    lastRequests.remove(address);
    lastRequests.put(address, request);
    if (lastRequests.size() > MAX_LAST_REQUESTS) {
      lastRequests.pollFirstEntry();
    }
  }

  void removeLastRequest(long address) {
    lastRequests.remove(address);
  }

  /** Returns the members whose last request is later than a time, the latest first. */
  List<Long> requestedSince(long sinceMs) {
    var found = new ArrayList<Long>();
    lastRequests.sequencedEntrySet().reversed().stream()
        .takeWhile(entry -> entry.getValue().atMs() > sinceMs)
        .forEach(entry -> found.add(entry.getKey()));
    return found;
  }
}
