// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Keeps changes in memory; says that they are safe only when it is told to. */
final class CrashingRecordStore implements RecordStore {
  private final List<RecordChange> changes = new ArrayList<>();
  private final Map<Long, NetworkRecord> networks = new HashMap<>();
  private final Map<List<Long>, MemberRecord> members = new HashMap<>();
  private long lastTicket;

  @Override
  public void write(long ticket, RecordChange change) {
    assert ticket > lastTicket : "tickets rise";
    lastTicket = ticket;
    changes.add(change);
  }

  int waiting() {
    return changes.size();
  }

  /** Makes everything that waits last. */
  long keepAll() {
    for (RecordChange change : changes) {
      switch (change) {
        case RecordChange.NetworkSaved(NetworkRecord network) ->
            networks.put(network.id(), network);
        case RecordChange.MemberSaved(MemberRecord member) ->
            members.put(List.of(member.networkId(), member.address()), member);
        case RecordChange.NetworkDeleted(long id) -> {
          networks.remove(id);
          members.keySet().removeIf(key -> key.getFirst() == id);
        }
        case RecordChange.MemberDeleted(long networkId, long address) ->
            members.remove(List.of(networkId, address));
      }
    }
    changes.clear();
    return lastTicket;
  }

  /** Lets the first few of what waits last, and loses the rest. */
  void crash(int lasting) {
    changes.subList(lasting, changes.size()).clear();
    keepAll();
    lastTicket = 0;
  }

  /** Returns what a controller finds that starts after a crash: what lasts, and nothing else. */
  List<NetworkRecord> networks() {
    return List.copyOf(networks.values());
  }

  List<MemberRecord> members() {
    return List.copyOf(members.values());
  }
}
