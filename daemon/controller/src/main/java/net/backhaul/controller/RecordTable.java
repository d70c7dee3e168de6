// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.backhaul.protocol.identity.NetworkIds;
import org.jspecify.annotations.Nullable;

/**
 * All networks and members in memory; every change is handed to the store in the same call and
 * counted. Revisions rise by one with every change (04 section 5.6).
 */
final class RecordTable {
  private final RecordStore store;
  private final ControllerCounters counters;
  private final TreeMap<Long, NetworkState> networks = new TreeMap<>(Long::compareUnsigned);

  /** The networks whose directories may have to be published. */
  private final Set<NetworkState> unpublished = new LinkedHashSet<>();

  private long lastTicket;

  RecordTable(RecordStore store, ControllerCounters counters) {
    this.store = store;
    this.counters = counters;
  }

  ControllerCounters counters() {
    return counters;
  }

  /** Adds stored records; members of unknown networks are ignored. */
  void load(StoredRecords stored) {
    stored.networks().forEach(network -> networks.put(network.id(), new NetworkState(network, 0)));
    for (MemberRecord member : stored.members()) {
      NetworkState network = networks.get(member.networkId());
      if (network != null) {
        network.put(member, 0);
      }
    }
    for (BlockedAddress block : stored.blocked()) {
      NetworkState network = networks.get(block.networkId());
      if (network != null) {
        network.block(block);
      }
    }
    for (RevokedMember revoked : stored.revoked()) {
      NetworkState network = networks.get(revoked.networkId());
      NetworkState.MemberState member = network == null ? null : network.member(revoked.address());
      if (network != null && (member == null || !member.record().authorized())) {
        network.endMembership(revoked);
      }
    }
    for (JoinToken token : stored.joinTokens()) {
      NetworkState network = networks.get(token.networkId());
      if (network != null) {
        network.put(token);
      }
    }
    for (BinnedMember binned : stored.binned()) {
      NetworkState network = networks.get(binned.networkId());
      if (network != null) {
        network.bin().put(binned);
      }
    }
    unpublished.addAll(networks.values());
  }

  /** Returns the networks, ascending. */
  Collection<NetworkState> networks() {
    return networks.values();
  }

  /** Returns whether a network, or a new one, may grow by a size within the limits. */
  boolean hasRoom(@Nullable NetworkState network, long growth) {
    long before = network == null ? 0 : network.recordSize();
    return growth <= 0
        || (before + growth <= RecordSize.MAX_OF_NETWORK
            && recordSize() + growth <= RecordSize.MAX_OF_ALL);
  }

  /** Returns the {@link RecordSize} of all networks. */
  long recordSize() {
    return networks.values().stream().mapToLong(NetworkState::recordSize).sum();
  }

  /** Returns the networks whose directories may have to be published; the caller removes others. */
  Set<NetworkState> unpublished() {
    return unpublished;
  }

  @Nullable NetworkState network(long id) {
    return networks.get(id);
  }

  /** Returns the network with this id, or else with the next one; null after the last one. */
  @Nullable NetworkState networkFrom(long id) {
    Map.Entry<Long, NetworkState> found = networks.ceilingEntry(id);
    return found == null ? null : found.getValue();
  }

  /** Returns a network; throws {@link IllegalArgumentException} where there is none. */
  NetworkState existing(long id) {
    NetworkState network = networks.get(id);
    if (network == null) {
      throw new IllegalArgumentException("there is no network " + NetworkIds.text(id));
    }
    return network;
  }

  /** Returns the ticket of the last change. */
  long lastTicket() {
    return lastTicket;
  }

  /** Saves a network that differs from the stored one, or is new. */
  ChangeResult<NetworkRecord> save(NetworkRecord changed, @Nullable Edit edit) {
    NetworkState network = networks.get(changed.id());
    NetworkRecord before = network == null ? null : network.record();
    long revision = before == null ? 0 : before.revision();
    NetworkRecord record = changed.withRevision(revision + 1);
    long ticket = write(new RecordChange.NetworkSaved(record), edit, before);
    counters.networkWrites++;
    if (network == null) {
      network = new NetworkState(record, ticket);
      networks.put(record.id(), network);
    } else {
      counters.networkChanges++;
      network.record(record, ticket);
    }
    unpublished.add(network);
    return new ChangeResult<>(record, ticket);
  }

  /** Saves a member if anything but its revision differs from the stored record. */
  ChangeResult<MemberRecord> save(NetworkState network, MemberRecord wanted) {
    return save(network, wanted, null);
  }

  /** Saves a member likewise, by an operator. */
  ChangeResult<MemberRecord> save(NetworkState network, MemberRecord wanted, @Nullable Edit edit) {
    NetworkState.MemberState stored = network.member(wanted.address());
    long revision = stored == null ? 0 : stored.record().revision();
    if (stored != null && wanted.withRevision(revision).equals(stored.record())) {
      return new ChangeResult<>(stored.record(), stored.ticket());
    }
    MemberRecord record = wanted.withRevision(revision + 1);
    long ticket =
        write(new RecordChange.MemberSaved(record), edit, stored == null ? null : stored.record());
    network.put(record, ticket);
    unpublished.add(network);
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
  long deleteNetwork(NetworkState network, @Nullable Edit edit) {
    long id = network.record().id();
    networks.remove(id);
    unpublished.remove(network);
    return write(new RecordChange.NetworkDeleted(id), edit, network.record());
  }

  /** Records the end of a membership whose record is deleted next. */
  void endMembership(NetworkState network, RevokedMember revoked, long nowMs) {
    network.endMembership(revoked);
    write(new RecordChange.MembershipEnded(revoked, network.expiredMs(nowMs)), null, null);
  }

  /** Deletes an existing member; returns the ticket. */
  long deleteMember(NetworkState network, MemberRecord member, @Nullable Edit edit) {
    long address = member.address();
    network.remove(address);
    unpublished.add(network);
    return write(new RecordChange.MemberDeleted(network.record().id(), address), edit, member);
  }

  /** Removes an existing member to the bin; returns the ticket. */
  long bin(NetworkState network, BinnedMember binned, Edit edit) {
    network.remove(binned.address());
    network.bin().put(binned);
    unpublished.add(network);
    return write(new RecordChange.MemberBinned(binned), edit, binned.member());
  }

  /** Removes an existing member to the bin, and saves another one, as one change. */
  ChangeResult<MemberRecord> replace(
      NetworkState network, BinnedMember binned, MemberRecord wanted, Edit edit) {
    NetworkState.MemberState stored = network.member(wanted.address());
    MemberRecord before = stored == null ? null : stored.record();
    MemberRecord member = wanted.withRevision(before == null ? 1 : before.revision() + 1);
    network.remove(binned.address());
    network.bin().put(binned);
    long ticket =
        write(
            new RecordChange.Combined(
                List.of(
                    new RecordChange.Edited(
                        new RecordChange.MemberBinned(binned), edit, binned.member()),
                    new RecordChange.Edited(new RecordChange.MemberSaved(member), edit, before))),
            null,
            null);
    network.put(member, ticket);
    unpublished.add(network);
    count(before, member);
    return new ChangeResult<>(member, ticket);
  }

  /** Saves what was in the bin as a member, in place of one that waits. */
  ChangeResult<MemberRecord> restore(NetworkState network, MemberRecord wanted, Edit edit) {
    NetworkState.MemberState stored = network.member(wanted.address());
    MemberRecord before = stored == null ? null : stored.record();
    // Above both: a record that was read before has another revision.
    long revision = Math.max(wanted.revision(), before == null ? 0 : before.revision()) + 1;
    MemberRecord member = wanted.withRevision(revision);
    long ticket = write(new RecordChange.MemberRestored(member), edit, before);
    network.bin().remove(member.address());
    network.put(member, ticket);
    unpublished.add(network);
    count(before, member);
    return new ChangeResult<>(member, ticket);
  }

  /** Deletes what is in the bin for good; returns the ticket. */
  long purge(NetworkState network, BinnedMember binned, Edit edit) {
    network.bin().remove(binned.address());
    return write(
        new RecordChange.MemberPurged(binned.networkId(), binned.address()), edit, binned.member());
  }

  /** Saves when members were last seen. */
  void save(ControllerActivity activity) {
    write(new RecordChange.ActivitySaved(activity), null, null);
  }

  /** Admits a member by a join token, whose use is counted; saves both as one change. */
  void join(NetworkState network, JoinToken used, MemberRecord wanted, Edit edit) {
    NetworkState.MemberState stored = network.member(wanted.address());
    MemberRecord before = stored == null ? null : stored.record();
    MemberRecord member = wanted.withRevision(before == null ? 1 : before.revision() + 1);
    long ticket = write(new RecordChange.JoinedByToken(used, member), edit, before);
    network.put(used);
    network.put(member, ticket);
    unpublished.add(network);
    count(before, member);
  }

  /** Saves a new join token; returns the ticket. */
  long save(NetworkState network, JoinToken token, Edit edit) {
    network.put(token);
    return write(new RecordChange.JoinTokenSaved(token), edit, null);
  }

  /** Revokes a join token; returns the ticket. */
  long delete(NetworkState network, JoinToken token, Edit edit) {
    network.remove(token);
    return write(new RecordChange.JoinTokenDeleted(token), edit, token);
  }

  /** Blocks an address of a network; returns the ticket. */
  long block(NetworkState network, BlockedAddress block, Edit edit) {
    network.block(block);
    return write(new RecordChange.Blocked(block), edit, member(block.networkId(), block.address()));
  }

  /** Ends the block of an address; returns the ticket. */
  long unblock(NetworkState network, long address, Edit edit) {
    network.unblock(address);
    long id = network.record().id();
    return write(new RecordChange.Unblocked(id, address), edit, member(id, address));
  }

  /** Returns the members of a network, ascending; empty for an unknown network. */
  List<MemberRecord> members(long networkId) {
    NetworkState network = networks.get(networkId);
    return network == null ? List.of() : network.members();
  }

  /** Returns when a member was seen and what it states; of an unknown one, nothing. */
  MemberPresence presence(long networkId, long address) {
    NetworkState network = network(networkId);
    NetworkState.MemberState member = network == null ? null : network.member(address);
    return member == null ? new MemberPresence() : member.presence();
  }

  @Nullable MemberRecord member(long networkId, long address) {
    NetworkState network = networks.get(networkId);
    NetworkState.MemberState member = network == null ? null : network.member(address);
    return member == null ? null : member.record();
  }

  private long write(RecordChange change, @Nullable Edit edit, @Nullable ControllerRecord before) {
    store.write(
        ++lastTicket, edit == null ? change : new RecordChange.Edited(change, edit, before));
    return lastTicket;
  }
}
