// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;

/**
 * The members that operators have removed, until they are restored or deleted for good.
 *
 * <p>A device whose member is here asks anew, as any other does: it waits for its authorization,
 * and no join token that was made before the removal admits it.
 */
public final class MemberBin {
  /** Time for which a removed member can be restored. */
  public static final long KEPT_MS = 30L * 86_400_000;

  /** Maximum removed members per network; the one removed first is deleted for good. */
  public static final int MAX_BINNED = 100_000;

  private final RecordTable records;
  private final MemberChanges changes;

  MemberBin(RecordTable records, MemberChanges changes) {
    this.records = records;
    this.changes = changes;
  }

  /** Returns the removed members of a network, ascending; empty for an unknown network. */
  public List<BinnedMember> list(long networkId) {
    NetworkState network = records.network(networkId);
    return network == null ? List.of() : network.bin().list();
  }

  /** Returns them likewise, the latest first. */
  public List<BinnedMember> latest(long networkId) {
    NetworkState network = records.network(networkId);
    return network == null ? List.of() : network.bin().latest();
  }

  /** Returns the number of the removed members of a network. */
  public int count(long networkId) {
    NetworkState network = records.network(networkId);
    return network == null ? 0 : network.bin().size();
  }

  /** Returns a removed member. */
  public Optional<BinnedMember> find(long networkId, long address) {
    NetworkState network = records.network(networkId);
    return Optional.ofNullable(network == null ? null : network.bin().find(address));
  }

  /**
   * Removes a member, and returns it; empty if it does not exist. What the bin has of its address
   * is replaced, unless this one has only waited since.
   *
   * @throws RevisionConflictException if it does not have the expected revision
   */
  public Optional<ChangeResult<MemberRecord>> remove(long networkId, long address, Edit edit) {
    return changes.remove(
        networkId, address, edit.nowMs(), edit, (network, member) -> bin(network, member, edit));
  }

  /**
   * Replaces a member by another device, which gets its settings, notes and labels, and is
   * authorized if that was; the old one is removed to the bin, as one change. Empty if the old one
   * does not exist.
   *
   * @throws RevisionConflictException if it does not have the expected revision
   * @throws IllegalArgumentException if the other device is the same one, an authorized member, or
   *     blocked
   */
  public Optional<ChangeResult<MemberRecord>> replace(
      long networkId, long address, long byAddress, Edit edit) {
    NetworkState network = records.network(networkId);
    MemberRecord old = records.member(networkId, address);
    if (network == null || old == null) {
      return Optional.empty();
    }
    edit.verify(old.revision());
    MemberRecord present = records.member(networkId, byAddress);
    if (byAddress == address || network.blocked(byAddress) != null) {
      throw new IllegalArgumentException("expected another device, which is not blocked");
    }
    if (present != null && present.authorized()) {
      throw new IllegalArgumentException("expected a device that is not authorized");
    }
    MemberRecord by =
        present == null ? MemberRecord.unauthorized(networkId, byAddress, edit.nowMs()) : present;
    MemberSettings before = by.settings();
    Authorization authorization = by.authorization();
    RevokedMember ended = network.revoked().find(byAddress);
    long endedMs = ended == null ? 0 : ended.thresholdMs();
    MemberRecord successor =
        by.withSettings(old.settings())
            .withAnnotations(old.annotations())
            .withAuthorization(
                old.authorized()
                    ? authorization
                        .withDeauthorizedAtMs(Math.max(authorization.deauthorizedAtMs(), endedMs))
                        .authorize(Authorization.BY_API, null, edit.nowMs())
                    : authorization);
    return changes.replace(
        old,
        before,
        edit,
        (in, member) -> {
          evictOldest(in, edit);
          return records.replace(in, new BinnedMember(member, edit.nowMs()), successor, edit);
        });
  }

  private long bin(NetworkState network, MemberRecord member, Edit edit) {
    if (network.bin().find(member.address()) != null && hasOnlyWaited(member)) {
      return records.deleteMember(network, member, edit);
    }
    evictOldest(network, edit);
    return records.bin(network, new BinnedMember(member, edit.nowMs()), edit);
  }

  private void evictOldest(NetworkState network, Edit edit) {
    BinnedMember evicted = network.bin().size() < MAX_BINNED ? null : network.bin().oldest();
    if (evicted != null) {
      records.purge(network, evicted, edit);
    }
  }

  private static boolean hasOnlyWaited(MemberRecord member) {
    return member.authorization().authorizedAtMs() == 0
        && member.settings().name().isEmpty()
        && member.annotations().equals(Annotations.NONE);
  }

  /**
   * Restores a removed member as it was, also its authorization unless its address is blocked;
   * addresses that other members have by now are left out. Empty if it is not here.
   *
   * @throws RevisionConflictException if what was removed does not have the expected revision
   * @throws IllegalArgumentException if the address is an authorized member again
   */
  public Optional<ChangeResult<MemberRecord>> restore(long networkId, long address, Edit edit) {
    BinnedMember binned = find(networkId, address).orElse(null);
    if (binned == null) {
      return Optional.empty();
    }
    edit.verify(binned.member().revision());
    NetworkState network = records.existing(networkId);
    NetworkState.MemberState present = network.member(address);
    if (present != null && present.record().authorized()) {
      throw new IllegalArgumentException("it is an authorized member again; remove that first");
    }
    MemberRecord restored = restored(network, binned);
    return Optional.of(
        changes.save(restored, edit.nowMs(), (to, changed) -> records.restore(to, changed, edit)));
  }

  private static MemberRecord restored(NetworkState network, BinnedMember binned) {
    MemberRecord member = binned.member();
    NetworkState.MemberState present = network.member(binned.address());
    List<InetAddress> own =
        present == null ? List.of() : present.record().settings().ipAssignments();
    List<InetAddress> free =
        member.settings().ipAssignments().stream()
            .filter(ip -> own.contains(ip) || !network.isAssigned(ip))
            .toList();
    RevokedMember ended = network.revoked().find(binned.address());
    long endedMs = ended == null ? 0 : ended.thresholdMs();
    Authorization authorization = member.authorization();
    return member
        .withSettings(member.settings().withIpAssignments(free))
        .withAuthorization(
            authorization.withDeauthorizedAtMs(
                Math.max(authorization.deauthorizedAtMs(), endedMs)));
  }

  /**
   * Deletes a removed member for good, and returns it; empty if it is not here.
   *
   * @throws RevisionConflictException if what was removed does not have the expected revision
   */
  public Optional<ChangeResult<BinnedMember>> purge(long networkId, long address, Edit edit) {
    BinnedMember binned = find(networkId, address).orElse(null);
    if (binned == null) {
      return Optional.empty();
    }
    edit.verify(binned.member().revision());
    NetworkState network = records.existing(networkId);
    return Optional.of(new ChangeResult<>(binned, records.purge(network, binned, edit)));
  }

  /** Deletes those for good whose time has come; returns how many, at most a number. */
  int purgeExpired(NetworkState network, int most, long nowMs) {
    int purged = 0;
    while (purged < most) {
      BinnedMember oldest = network.bin().oldest();
      if (oldest == null || oldest.expiresMs() > nowMs) {
        break;
      }
      records.purge(network, oldest, AbsentMembers.automatic(nowMs));
      purged++;
    }
    return purged;
  }
}
