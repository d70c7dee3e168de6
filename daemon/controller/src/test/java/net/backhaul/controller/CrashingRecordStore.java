// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Records changes in memory and saves them on request; a crash loses the others. */
final class CrashingRecordStore implements RecordStore {
  private final List<RecordChange> unsaved = new ArrayList<>();
  private final Map<Long, NetworkRecord> networks = new HashMap<>();
  private final Map<List<Long>, MemberRecord> members = new HashMap<>();
  private final Map<List<Long>, BlockedAddress> blocked = new HashMap<>();
  private final Map<Long, JoinToken> tokens = new HashMap<>();
  private final Map<List<Long>, RevokedMember> revoked = new HashMap<>();
  private final Map<List<Long>, BinnedMember> binned = new HashMap<>();
  private final Map<List<Long>, SeenMember> seen = new HashMap<>();
  private ControllerActivity activity = ControllerActivity.NONE;

  /** The changes by operators that were saved. */
  final List<RecordChange.Edited> edits = new ArrayList<>();

  /** How many members each saved activity names. */
  final List<Integer> seenPerChange = new ArrayList<>();

  private long lastTicket;

  @Override
  public void write(long ticket, RecordChange change) {
    assert ticket > lastTicket : "tickets rise";
    lastTicket = ticket;
    unsaved.add(change);
  }

  List<RecordChange> unsaved() {
    return List.copyOf(unsaved);
  }

  int unsavedCount() {
    return unsaved.size();
  }

  /** Saves all changes, and returns the last ticket. */
  long saveAll() {
    unsaved.forEach(this::save);
    unsaved.clear();
    return lastTicket;
  }

  private void save(RecordChange change) {
    switch (change) {
      case RecordChange.NetworkSaved(NetworkRecord network) -> networks.put(network.id(), network);
      case RecordChange.MemberSaved(MemberRecord member) ->
          members.put(List.of(member.networkId(), member.address()), member);
      case RecordChange.NetworkDeleted(long id) -> {
        networks.remove(id);
        members.keySet().removeIf(key -> key.getFirst() == id);
        blocked.keySet().removeIf(key -> key.getFirst() == id);
        binned.keySet().removeIf(key -> key.getFirst() == id);
      }
      case RecordChange.MemberDeleted(long networkId, long address) ->
          members.remove(List.of(networkId, address));
      case RecordChange.MemberBinned(BinnedMember removed) -> {
        members.remove(List.of(removed.networkId(), removed.address()));
        binned.put(List.of(removed.networkId(), removed.address()), removed);
      }
      case RecordChange.MemberRestored(MemberRecord member) -> {
        binned.remove(List.of(member.networkId(), member.address()));
        members.put(List.of(member.networkId(), member.address()), member);
      }
      case RecordChange.MemberPurged(long networkId, long address) ->
          binned.remove(List.of(networkId, address));
      case RecordChange.ActivitySaved(ControllerActivity saved) -> {
        saved.seen().forEach(each -> seen.put(List.of(each.networkId(), each.address()), each));
        activity = saved;
        seenPerChange.add(saved.seen().size());
      }
      case RecordChange.MembershipEnded(RevokedMember ended, long expiredMs) ->
          revoked.put(List.of(ended.networkId(), ended.address()), ended);
      case RecordChange.JoinTokenSaved(JoinToken token) -> tokens.put(token.id(), token);
      case RecordChange.JoinTokenDeleted(JoinToken token) -> tokens.remove(token.id());
      case RecordChange.JoinedByToken(JoinToken token, MemberRecord member) -> {
        tokens.put(token.id(), token);
        members.put(List.of(member.networkId(), member.address()), member);
      }
      case RecordChange.Blocked(BlockedAddress block) ->
          blocked.put(List.of(block.networkId(), block.address()), block);
      case RecordChange.Unblocked(long networkId, long address) ->
          blocked.remove(List.of(networkId, address));
      case RecordChange.Combined combined -> combined.changes().forEach(this::save);
      case RecordChange.Edited edited -> {
        edits.add(edited);
        save(edited.change());
      }
    }
  }

  /** Saves the first few unsaved changes, and discards the rest. */
  void crash(int saved) {
    unsaved.subList(saved, unsaved.size()).clear();
    saveAll();
    lastTicket = 0;
  }

  /** Returns the saved records. */
  StoredRecords stored() {
    return new StoredRecords(
        List.copyOf(networks.values()),
        List.copyOf(members.values()),
        List.copyOf(blocked.values()),
        List.copyOf(revoked.values()),
        List.copyOf(tokens.values()),
        List.copyOf(binned.values()),
        new ControllerActivity(
            List.copyOf(seen.values()), activity.aliveMs(), activity.observedSinceMs()));
  }
}
