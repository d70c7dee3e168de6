// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All networks and members in memory; every change is handed to the store in the same call and
 * counted. Revisions rise by one with every change (04 section 5.6).
 */
final class RecordTable {
  private final RecordStore store;
  private final ControllerCounters counters;
  private final TreeMap<Long, NetworkState> networks = new TreeMap<>(Long::compareUnsigned);
  private long lastTicket;

  RecordTable(RecordStore store, ControllerCounters counters) {
    this.store = store;
    this.counters = counters;
  }

  /** Adds stored records; members of unknown networks are ignored. */
  void load(Collection<NetworkRecord> storedNetworks, Collection<MemberRecord> storedMembers) {
    storedNetworks.forEach(network -> networks.put(network.id(), new NetworkState(network, 0)));
    for (MemberRecord member : storedMembers) {
      NetworkState network = networks.get(member.networkId());
      if (network != null) {
        network.put(member, 0);
      }
    }
  }

  /** Returns the networks, ascending. */
  Collection<NetworkState> networks() {
    return networks.values();
  }

  @Nullable NetworkState network(long id) {
    return networks.get(id);
  }

  /** Returns the ticket of the last change. */
  long lastTicket() {
    return lastTicket;
  }

  /** Saves a network that differs from the stored one, or is new. */
  ChangeResult<NetworkRecord> save(NetworkRecord changed) {
    NetworkState network = networks.get(changed.id());
    long revision = network == null ? 0 : network.record().revision();
    NetworkRecord record = changed.withRevision(revision + 1);
    long ticket = write(new RecordChange.NetworkSaved(record));
    counters.networkWrites++;
    if (network == null) {
      networks.put(record.id(), new NetworkState(record, ticket));
    } else {
      counters.networkChanges++;
      network.record(record, ticket);
    }
    return new ChangeResult<>(record, ticket);
  }

  /** Saves a member if anything but its revision differs from the stored record. */
  ChangeResult<MemberRecord> save(NetworkState network, MemberRecord wanted) {
    NetworkState.MemberState stored = network.member(wanted.address());
    long revision = stored == null ? 0 : stored.record().revision();
    if (stored != null && wanted.withRevision(revision).equals(stored.record())) {
      return new ChangeResult<>(stored.record(), stored.ticket());
    }
    MemberRecord record = wanted.withRevision(revision + 1);
    long ticket = write(new RecordChange.MemberSaved(record));
    network.put(record, ticket);
    count(stored == null ? null : stored.record(), record);
    return new ChangeResult<>(record, ticket);
  }

  private void count(@Nullable MemberRecord before, MemberRecord after) {
    counters.memberWrites++;
    counters.memberChanges += before == null ? 0 : 1;
    boolean wasAuthorized = before != null && before.authorized();
    counters.authorizations += !wasAuthorized && after.authorized() ? 1 : 0;
    counters.deauthorizations += wasAuthorized && !after.authorized() ? 1 : 0;
  }

  /** Deletes an existing network and its members; returns the ticket. */
  long deleteNetwork(long id) {
    networks.remove(id);
    return write(new RecordChange.NetworkDeleted(id));
  }

  /** Deletes an existing member; returns the ticket. */
  long deleteMember(NetworkState network, long address) {
    network.remove(address);
    return write(new RecordChange.MemberDeleted(network.record().id(), address));
  }

  /** Returns the members of a network, ascending; empty for an unknown network. */
  List<MemberRecord> members(long networkId) {
    NetworkState network = networks.get(networkId);
    return network == null ? List.of() : network.members();
  }

  @Nullable MemberRecord member(long networkId, long address) {
    NetworkState network = networks.get(networkId);
    NetworkState.MemberState member = network == null ? null : network.member(address);
    return member == null ? null : member.record();
  }

  private long write(RecordChange change) {
    store.write(++lastTicket, change);
    return lastTicket;
  }
}
