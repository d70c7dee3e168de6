// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Changes of members, with the notifications that follow from them. */
final class MemberChanges {
  private final RecordTable records;
  private final ChangeNotices notices;

  /** How a changed record is saved. */
  @FunctionalInterface
  interface Saving {
    ChangeResult<MemberRecord> save(NetworkState network, MemberRecord changed);
  }

  /** How a record is removed; returns the ticket. */
  @FunctionalInterface
  interface Removal {
    long remove(NetworkState network, MemberRecord member);
  }

  MemberChanges(RecordTable records, ChangeNotices notices) {
    this.records = records;
    this.notices = notices;
  }

  /** Creates or changes a member; without an edit there is no entry in the log. */
  ChangeResult<MemberRecord> put(MemberRecord asked, long nowMs, @Nullable Edit edit) {
    NetworkState network = records.existing(asked.networkId());
    if (asked.address() == 0) {
      return new ChangeResult<>(asked.withRevision(0), records.lastTicket());
    }
    MemberRecord before = records.member(asked.networkId(), asked.address());
    if (edit != null) {
      edit.verify(before == null ? 0 : before.revision());
    }
    return save(asked, nowMs, (to, changed) -> records.save(to, changed, edit));
  }

  /** Saves a member by an operation; a blocked one is not authorized. */
  ChangeResult<MemberRecord> save(MemberRecord asked, long nowMs, Saving saving) {
    NetworkState network = records.existing(asked.networkId());
    MemberRecord before = records.member(asked.networkId(), asked.address());
    MemberRecord wanted =
        network.blocked(asked.address()) == null
            ? asked
            : asked.withAuthorization(asked.authorization().deauthorize(nowMs));
    boolean deauthorizes = before != null && before.authorized() && !wanted.authorized();
    long thresholdMs = network.credentialTimeMs(nowMs);
    MemberSettings settingsBefore = before == null ? MemberSettings.NONE : before.settings();
    MemberRecord changed =
        deauthorizes && thresholdMs > nowMs
            ? wanted.withAuthorization(wanted.authorization().withDeauthorizedAtMs(thresholdMs))
            : wanted;
    List<Long> bridges = network.bridges();
    ChangeResult<MemberRecord> saved = saving.save(network, changed);
    MemberRecord after = saved.record();
    if (after.equals(before)) {
      return new ChangeResult<>(after, records.lastTicket());
    }
    if (after.differsInAnnotationsOnly(before)) {
      return saved;
    }
    notices.revoke(
        network, RemovedCredentials.of(after.address(), settingsBefore, after.settings()), nowMs);
    if (!network.bridges().equals(bridges)) {
      // Members reach what is behind bridges they know.
      notices.pushToAll(network, saved.ticket(), nowMs);
    } else {
      notices.push(network, after.address(), saved.ticket(), nowMs);
    }
    if (deauthorizes) {
      notices.addRevocation(
          after,
          ChangeNotices.recipients(network, after.address(), nowMs),
          saved.ticket(),
          thresholdMs);
    }
    return saved;
  }

  /**
   * Replaces a member by another one, by an operation that removes it and returns the other.
   *
   * @param settingsBefore of the other member
   * @return the other one; empty if there is no member to replace
   */
  Optional<ChangeResult<MemberRecord>> replace(
      MemberRecord replaced, MemberSettings settingsBefore, Edit edit, Saving saving) {
    var saved = new ArrayList<ChangeResult<MemberRecord>>();
    long nowMs = edit.nowMs();
    remove(
        replaced.networkId(),
        replaced.address(),
        nowMs,
        edit,
        (network, member) -> {
          saved.add(saving.save(network, member));
          return saved.getFirst().ticket();
        });
    for (ChangeResult<MemberRecord> each : saved) {
      NetworkState network = records.existing(replaced.networkId());
      MemberRecord after = each.record();
      notices.revoke(
          network, RemovedCredentials.of(after.address(), settingsBefore, after.settings()), nowMs);
      notices.push(network, after.address(), each.ticket(), nowMs);
    }
    return saved.stream().findFirst();
  }

  /** Deletes a member, and returns it; empty if it does not exist. */
  Optional<ChangeResult<MemberRecord>> delete(
      long networkId, long address, long nowMs, @Nullable Edit edit) {
    return remove(
        networkId,
        address,
        nowMs,
        edit,
        (network, member) -> records.deleteMember(network, member, edit));
  }

  /** Removes a member by an operation, and returns it; empty if it does not exist. */
  Optional<ChangeResult<MemberRecord>> remove(
      long networkId, long address, long nowMs, @Nullable Edit edit, Removal removal) {
    NetworkState network = records.network(networkId);
    MemberRecord member = records.member(networkId, address);
    if (network == null || member == null) {
      return Optional.empty();
    }
    if (edit != null) {
      edit.verify(member.revision());
    }
    List<Long> bridges = network.bridges();
    long thresholdMs =
        member.authorized()
            ? network.credentialTimeMs(nowMs)
            : member.authorization().deauthorizedAtMs();
    if (thresholdMs > network.expiredMs(nowMs)) {
      records.endMembership(network, new RevokedMember(networkId, address, thresholdMs), nowMs);
    }
    long ticket = removal.remove(network, member);
    if (member.authorized()) {
      notices.addRevocation(
          member, ChangeNotices.recipients(network, address, nowMs), ticket, thresholdMs);
    }
    notices.revoke(
        network, RemovedCredentials.of(address, member.settings(), MemberSettings.NONE), nowMs);
    network.removeLastRequest(address);
    if (!network.bridges().equals(bridges)) {
      notices.pushToAll(network, ticket, nowMs);
    }
    return Optional.of(new ChangeResult<>(member, ticket));
  }
}
