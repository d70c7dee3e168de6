// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Collection;
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
  private final DirectoryLog directory = new DirectoryLog();
  private final TreeMap<Long, BlockedAddress> blocked = new TreeMap<>();
  private final LinkedHashMap<String, JoinToken> joinTokens = new LinkedHashMap<>();
  private final RevokedMembers revoked = new RevokedMembers();
  private final Bin bin = new Bin();
  private int authorized;

  /** Of the members and the join tokens. */
  private long recordSize;

  /** The latest time of a deauthorization; later than the clock if that was set back. */
  private long lastDeauthorizedAtMs;

  /** The latest time up to which a tag or capability of a member was revoked in this run. */
  private long lastRevokedMs;

  /**
   * A member.
   *
   * @param ticket of the last change of the record
   * @param presence the same one for all records of the member
   */
  record MemberState(MemberRecord record, long ticket, MemberPresence presence) {}

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
    directory.changed();
  }

  /** Returns the directory of the network; empty unless it has one. */
  DirectoryLog directory() {
    return directory;
  }

  @Nullable MemberState member(long address) {
    return members.get(address);
  }

  /** Returns all members, ascending. */
  List<MemberRecord> members() {
    return members.values().stream().map(MemberState::record).toList();
  }

  /** Returns the members after an address, ascending. */
  List<MemberRecord> membersAfter(long address, int limit) {
    return members.tailMap(address, false).values().stream()
        .limit(limit)
        .map(MemberState::record)
        .toList();
  }

  /** Returns the members that were removed. */
  Bin bin() {
    return bin;
  }

  /** Returns the blocked addresses, ascending. */
  Collection<BlockedAddress> blocked() {
    return blocked.values();
  }

  @Nullable BlockedAddress blocked(long address) {
    return blocked.get(address);
  }

  void block(BlockedAddress block) {
    blocked.put(block.address(), block);
  }

  void unblock(long address) {
    blocked.remove(address);
  }

  /** Returns the join tokens, also those that are used up or have expired. */
  Collection<JoinToken> joinTokens() {
    return joinTokens.values();
  }

  /** Returns the join token of a hash. */
  @Nullable JoinToken joinToken(String hash) {
    return joinTokens.get(hash);
  }

  void put(JoinToken token) {
    JoinToken before = joinTokens.put(token.hash(), token);
    recordSize += RecordSize.of(token) - (before == null ? 0 : RecordSize.of(before));
  }

  void remove(JoinToken token) {
    JoinToken removed = joinTokens.remove(token.hash());
    recordSize -= removed == null ? 0 : RecordSize.of(removed);
  }

  /** Returns the {@link RecordSize} of the network with all that belongs to it. */
  long recordSize() {
    return RecordSize.of(record) + recordSize + bin.recordSize();
  }

  int memberCount() {
    return members.size();
  }

  int authorizedCount() {
    return authorized;
  }

  /** Returns since when a member requests to be authorized; 0 if it does not. */
  long waitingSinceMs(MemberState member) {
    MemberRecord of = member.record;
    long endedMs = of.authorization().deauthorizedAtMs();
    return of.authorized()
            || member.presence.seenMs() <= endedMs
            || blocked.containsKey(of.address())
        ? 0
        : Math.max(member.presence.seenSinceMs(), endedMs);
  }

  int waitingCount() {
    int waiting = 0;
    for (MemberState each : members.values()) {
      waiting += waitingSinceMs(each) > 0 ? 1 : 0;
    }
    return waiting;
  }

  void put(MemberRecord member, long memberTicket) {
    MemberState before = members.get(member.address());
    remove(member.address());
    members.put(
        member.address(),
        new MemberState(
            member, memberTicket, before == null ? presence(member) : before.presence()));
    authorized += member.authorized() ? 1 : 0;
    recordSize += RecordSize.of(member);
    lastDeauthorizedAtMs =
        Math.max(lastDeauthorizedAtMs, member.authorization().deauthorizedAtMs());
    if (member.authorized()) {
      revoked.remove(member.address());
    } else if (member.authorization().deauthorizedAtMs() > 0) {
      endMembership(
          new RevokedMember(
              record.id(), member.address(), member.authorization().deauthorizedAtMs()));
    }
    member.settings().ipAssignments().forEach(ip -> assignmentCounts.merge(ip, 1, Integer::sum));
    if (member.settings().activeBridge()) {
      bridges.add(member.address());
    }
    directory.changed();
  }

  private MemberPresence presence(MemberRecord member) {
    var presence = new MemberPresence();
    LastRequest last = lastRequests.get(member.address());
    if (last != null) {
      presence.seen(last.seenMs());
      presence.stated(last.stated());
    }
    return presence;
  }

  void remove(long address) {
    MemberState removed = members.remove(address);
    if (removed == null) {
      return;
    }
    MemberRecord member = removed.record();
    authorized -= member.authorized() ? 1 : 0;
    recordSize -= RecordSize.of(member);
    for (InetAddress ip : member.settings().ipAssignments()) {
      assignmentCounts.computeIfPresent(ip, (key, count) -> count == 1 ? null : count - 1);
    }
    bridges.remove(address);
    directory.changed();
  }

  /** Records that a membership has ended; credentials that are issued from now on are newer. */
  void endMembership(RevokedMember ended) {
    revoked.add(ended);
    lastDeauthorizedAtMs = Math.max(lastDeauthorizedAtMs, ended.thresholdMs());
  }

  /** Returns the memberships that have ended. */
  RevokedMembers revoked() {
    return revoked;
  }

  /** Returns up to which time credentials are outside of the window of the network now. */
  long expiredMs(long nowMs) {
    return nowMs - ConfigBuilder.windowMs(record);
  }

  /**
   * Returns the time for credentials of the network that are issued now.
   *
   * <p>Members do not accept a credential of one that was deauthorized unless it is newer than the
   * deauthorization, or than the revocation of a credential with its id. After the clock was set
   * back, a deauthorization may be in the future; the credentials of all members have to be later
   * then, since they agree only within a window.
   */
  long credentialTimeMs(long nowMs) {
    long timeMs = lastDeauthorizedAtMs > nowMs ? lastDeauthorizedAtMs + 1 : nowMs;
    return Math.max(timeMs, lastRevokedMs + 1);
  }

  /** Records that credentials up to a time are revoked: those issued from now on are newer. */
  void recordRevoked(long thresholdMs) {
    lastRevokedMs = Math.max(lastRevokedMs, thresholdMs);
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
    MemberState member = members.get(address);
    if (member != null) {
      member.presence().seen(request.seenMs());
      member.presence().stated(request.stated());
    }
    if (lastRequests.size() > MAX_LAST_REQUESTS) {
      lastRequests.pollFirstEntry();
    }
  }

  /** Records that a member is online, without a request. */
  void recordSeen(long address, long nowMs) {
    LastRequest last = lastRequests.get(address);
    if (last != null) {
      recordRequest(address, last.withSeenMs(nowMs));
    }
  }

  void removeLastRequest(long address) {
    lastRequests.remove(address);
  }

  /** Returns the members last seen after a time, the latest first. */
  List<Long> seenSince(long sinceMs) {
    var found = new ArrayList<Long>();
    lastRequests.sequencedEntrySet().reversed().stream()
        .takeWhile(entry -> entry.getValue().seenMs() > sinceMs)
        .forEach(entry -> found.add(entry.getKey()));
    return found;
  }
}
