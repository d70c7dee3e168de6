// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Saves when members were last seen, deauthorizes those that were not seen for as long as their
 * network permits, and empties the bin. The work is done in rounds, each of which is short.
 *
 * <p>A member counts as seen when it was authorized, and at the end of a time in which the
 * controller did not run: it could not be seen then.
 */
public final class AbsentMembers {
  /** The actor of changes that nobody has asked for. */
  public static final String ACTOR = "automatic";

  /** What is saved is at most this much older than the last time a member was seen. */
  public static final long SAVE_AFTER_MS = 3_600_000;

  /** A longer time without a round counts as one in which no member could be seen. */
  static final long MAX_PAUSE_MS = 12 * 3_600_000;

  /** Maximum members that one round looks at. */
  static final int MEMBERS_PER_ROUND = 1_000;

  /** Maximum members that one round deauthorizes, since each is revoked at all others. */
  static final int DEAUTHORIZED_PER_ROUND = 50;

  private static final long DAY_MS = 86_400_000;
  private static final int PURGED_PER_ROUND = 1_000;
  private static final long NEXT_ROUND_MS = 1_000;
  private static final long NEXT_PASS_MS = 60_000;

  private final RecordTable records;
  private final MemberChanges changes;
  private final MemberBin bin;
  private ControllerActivity saved = ControllerActivity.NONE;
  private long aliveMs;
  private long observedSinceMs;

  /** Where the pass over all members continues: behind this address of this network. */
  private long networkId;

  private long address = -1;

  AbsentMembers(RecordTable records, MemberChanges changes, MemberBin bin) {
    this.records = records;
    this.changes = changes;
    this.bin = bin;
  }

  /** Returns an edit of a change that nobody has asked for. */
  static Edit automatic(long nowMs) {
    return Edit.of(ACTOR, "", nowMs);
  }

  void load(ControllerActivity activity) {
    saved = activity;
    aliveMs = activity.aliveMs();
    observedSinceMs = activity.observedSinceMs();
    for (SeenMember seen : activity.seen()) {
      NetworkState network = records.network(seen.networkId());
      NetworkState.MemberState member = network == null ? null : network.member(seen.address());
      if (member != null) {
        member.presence().load(seen.seenMs());
      }
    }
    saved = new ControllerActivity(List.of(), aliveMs, observedSinceMs); // The rest is no longer.
  }

  /**
   * Does a part of the work.
   *
   * @return the time after which the next round follows, in milliseconds
   */
  public long round(long nowMs) {
    if (records.networks().isEmpty()) {
      return NEXT_PASS_MS; // A home without networks has no database.
    }
    observe(nowMs);
    var seen = new ArrayList<SeenMember>();
    boolean isComplete = visit(seen, nowMs);
    if (!seen.isEmpty()
        || observedSinceMs != saved.observedSinceMs()
        || aliveMs - saved.aliveMs() >= SAVE_AFTER_MS) {
      saved = new ControllerActivity(List.of(), aliveMs, observedSinceMs);
      records.save(new ControllerActivity(seen, aliveMs, observedSinceMs));
    }
    return isComplete ? NEXT_PASS_MS : NEXT_ROUND_MS;
  }

  /** Also after the clock was set by so much, in either direction. */
  private void observe(long nowMs) {
    if (Math.abs(nowMs - aliveMs) > MAX_PAUSE_MS) {
      observedSinceMs = nowMs;
    }
    aliveMs = nowMs;
  }

  /** Looks at the next members; returns whether it has come to the last one. */
  private boolean visit(List<SeenMember> seen, long nowMs) {
    int visited = 0;
    int deauthorized = 0;
    int purged = 0;
    for (NetworkState network = current(); network != null; network = next(network)) {
      purged += bin.purgeExpired(network, PURGED_PER_ROUND - purged, nowMs);
      List<MemberRecord> part = network.membersAfter(address, MEMBERS_PER_ROUND - visited);
      for (MemberRecord member : part) {
        visited++;
        address = member.address();
        collect(network, member, seen);
        if (isAbsent(network, member, nowMs)) {
          deauthorize(member, nowMs);
          deauthorized++;
          if (deauthorized >= DEAUTHORIZED_PER_ROUND) {
            return false;
          }
        }
      }
      if (visited >= MEMBERS_PER_ROUND || purged >= PURGED_PER_ROUND) {
        return false;
      }
    }
    networkId = 0;
    address = -1;
    return true;
  }

  private @Nullable NetworkState current() {
    NetworkState network = records.networkFrom(networkId);
    if (network != null && network.record().id() != networkId) {
      networkId = network.record().id();
      address = -1;
    }
    return network;
  }

  private @Nullable NetworkState next(NetworkState network) {
    networkId = network.record().id() + 1;
    address = -1;
    return current();
  }

  private static void collect(NetworkState network, MemberRecord member, List<SeenMember> seen) {
    NetworkState.MemberState state = network.member(member.address());
    if (state != null && state.presence().isUnsaved(SAVE_AFTER_MS)) {
      state.presence().saved();
      seen.add(new SeenMember(member.networkId(), member.address(), state.presence().seenMs()));
    }
  }

  private boolean isAbsent(NetworkState network, MemberRecord member, long nowMs) {
    int days = network.record().deauthorizeAfterDays();
    NetworkState.MemberState state = network.member(member.address());
    if (days == 0 || !member.authorized() || state == null) {
      return false;
    }
    long countsAsSeenMs =
        Math.max(
            Math.max(state.presence().seenMs(), observedSinceMs),
            member.authorization().authorizedAtMs());
    return nowMs - countsAsSeenMs > days * DAY_MS;
  }

  private void deauthorize(MemberRecord member, long nowMs) {
    changes.put(
        member.withAuthorization(member.authorization().deauthorize(nowMs)),
        nowMs,
        automatic(nowMs));
  }
}
