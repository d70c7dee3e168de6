// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.Revocation;

/**
 * The controller of the networks whose ids start with this node's address (04 section 5).
 *
 * <p>Not thread-safe: it belongs to the node's thread. No change is sent to members before {@link
 * #saved} has confirmed it.
 */
public final class Controller {
  /** Minimum time between two requests of a member; earlier ones are not answered. */
  public static final long MIN_BETWEEN_REQUESTS_MS = 1_000;

  /** Members whose last request is younger are online: changes are pushed to them. */
  public static final long ONLINE_MS = 120_000;

  /**
   * Maximum unauthorized members recorded per network; further requests are rejected without a
   * record.
   */
  public static final int MAX_UNAUTHORIZED_MEMBERS = 10_000;

  /** Maximum members of a network that requests create; an operator may add more. */
  public static final int MAX_MEMBERS = 100_000;

  /**
   * Maximum members whose requests for unknown networks are rate limited; the oldest is evicted.
   */
  static final int MAX_UNKNOWN_NETWORK_REQUESTS = 1_024;

  private static final int MAX_ID_TRIALS = 100_000;

  /** Notifications sent per turn, in revocations to one recipient; a push counts as several. */
  private static final int NOTIFICATIONS_PER_TURN = 128;

  private static final int NOTIFICATIONS_PER_PUSH = 8;

  private final Identity self;
  private final ControllerOutput output;
  private final RandomGenerator random;
  private final ControllerCounters counters = new ControllerCounters();
  private final NotificationQueue notifications = new NotificationQueue();
  private final RecordTable records;
  private final ConfigRequestHandler requests;

  /**
   * Creates a controller with the records of an earlier run.
   *
   * @param self with its private key, which signs configurations and credentials
   * @param networks of any controller; those of others are stored and shown, but not served
   * @param members those of unknown networks are ignored
   */
  public Controller(
      Identity self,
      Collection<NetworkRecord> networks,
      Collection<MemberRecord> members,
      RecordStore store,
      ControllerOutput output,
      RandomGenerator random) {
    this.self = self;
    this.output = output;
    this.random = random;
    this.records = new RecordTable(store, counters);
    this.requests = new ConfigRequestHandler(self, records, notifications, random, counters);
    records.load(networks, members);
  }

  /**
   * Answers a config request (04 section 5.7).
   *
   * <p>An answer that depends on a change not saved yet is withheld; the configuration is pushed
   * once {@link #saved} has confirmed the change.
   */
  public ConfigAnswer answer(ConfigRequest request, long nowMs) {
    return requests.answer(request, nowMs);
  }

  // Records, for operators.

  /** Returns the networks, ascending. */
  public List<NetworkRecord> networks() {
    counters.networkListReads++;
    return records.networks().stream().map(NetworkState::record).toList();
  }

  public Optional<NetworkRecord> network(long id) {
    counters.networkReads++;
    return Optional.ofNullable(records.network(id)).map(NetworkState::record);
  }

  /** Returns the members of a network, ascending; empty for an unknown network. */
  public List<MemberRecord> members(long networkId) {
    counters.memberListReads++;
    return records.members(networkId);
  }

  /** Returns the number of networks. */
  public int networkCount() {
    return records.networks().size();
  }

  /** Returns the number of members of all networks, authorized or not. */
  public long memberCount() {
    return records.networks().stream().mapToLong(NetworkState::memberCount).sum();
  }

  /** Returns the number of members of a network, authorized or not; 0 for an unknown network. */
  public int memberCount(long networkId) {
    NetworkState network = records.network(networkId);
    return network == null ? 0 : network.memberCount();
  }

  /** Returns the number of authorized members of a network; 0 for an unknown network. */
  public int authorizedCount(long networkId) {
    NetworkState network = records.network(networkId);
    return network == null ? 0 : network.authorizedCount();
  }

  public Optional<MemberRecord> member(long networkId, long address) {
    counters.memberReads++;
    return Optional.ofNullable(records.member(networkId, address));
  }

  /** Returns a random unused network id of this controller, if one is found (04 section 5.2). */
  public OptionalLong unusedNetworkId() {
    for (int trial = 0; trial < MAX_ID_TRIALS; trial++) {
      long number = Math.max(1, random.nextLong() & 0xff_ffff);
      long id = self.address() << 24 | number;
      if (records.network(id) == null) {
        return OptionalLong.of(id);
      }
    }
    return OptionalLong.empty();
  }

  /**
   * Creates or changes a network; its revision rises if anything else differs. Network 0 is
   * returned unsaved.
   */
  public ChangeResult<NetworkRecord> put(NetworkRecord wanted, long nowMs) {
    NetworkState network = records.network(wanted.id());
    long revision = network == null ? 0 : network.record().revision();
    NetworkRecord unchanged = wanted.withRevision(revision);
    if (wanted.id() == 0 || (network != null && unchanged.equals(network.record()))) {
      return new ChangeResult<>(unchanged, records.lastTicket());
    }
    ChangeResult<NetworkRecord> saved = records.save(wanted);
    if (network != null) {
      for (long member : network.requestedSince(nowMs - ONLINE_MS)) {
        notifications.add(saved.ticket(), new PendingNotification.ConfigPush(wanted.id(), member));
      }
    }
    return saved;
  }

  /**
   * Creates or changes a member of an existing network; its revision rises if anything else
   * differs. Member 0 is returned unsaved.
   */
  public ChangeResult<MemberRecord> put(MemberRecord wanted, long nowMs) {
    NetworkState network = records.network(wanted.networkId());
    if (network == null) {
      throw new IllegalArgumentException(
          "there is no network " + NetworkIds.text(wanted.networkId()));
    }
    if (wanted.address() == 0) {
      return new ChangeResult<>(wanted.withRevision(0), records.lastTicket());
    }
    MemberRecord before = records.member(wanted.networkId(), wanted.address());
    ChangeResult<MemberRecord> saved = records.save(network, wanted);
    MemberRecord after = saved.record();
    if (after.equals(before)) {
      return new ChangeResult<>(after, records.lastTicket());
    }
    if (isOnline(network, after.address(), nowMs)) {
      notifications.add(
          saved.ticket(), new PendingNotification.ConfigPush(after.networkId(), after.address()));
    }
    if (before != null && before.authorized() && !after.authorized()) {
      List<Long> recipients = revocationRecipients(network, after.address(), nowMs);
      addRevocation(before, recipients, saved.ticket(), nowMs);
    }
    return saved;
  }

  /** Deletes a network and its members, and returns it; empty if it does not exist. */
  public Optional<ChangeResult<NetworkRecord>> deleteNetwork(long id, long nowMs) {
    NetworkState network = records.network(id);
    if (network == null) {
      return Optional.empty();
    }
    long ticket = records.deleteNetwork(id);
    List<Long> recipients = revocationRecipients(network, 0, nowMs);
    for (MemberRecord member : network.members()) {
      if (member.authorized()) {
        addRevocation(member, recipients, ticket, nowMs);
      }
    }
    return Optional.of(new ChangeResult<>(network.record(), ticket));
  }

  /** Deletes a member, and returns it; empty if it does not exist. */
  public Optional<ChangeResult<MemberRecord>> deleteMember(
      long networkId, long address, long nowMs) {
    NetworkState network = records.network(networkId);
    MemberRecord member = records.member(networkId, address);
    if (network == null || member == null) {
      return Optional.empty();
    }
    long ticket = records.deleteMember(network, address);
    if (member.authorized()) {
      addRevocation(member, revocationRecipients(network, address, nowMs), ticket, nowMs);
    }
    network.removeLastRequest(address);
    return Optional.of(new ChangeResult<>(member, ticket));
  }

  public ControllerCounters counters() {
    return counters;
  }

  private void addRevocation(
      MemberRecord target, List<Long> recipients, long ticket, long thresholdMs) {
    if (!recipients.isEmpty()) {
      notifications.add(
          ticket,
          new PendingNotification.Revoke(
              target.networkId(), target.address(), thresholdMs, recipients));
    }
  }

  /** Returns the authorized members that are online, and the target of the revocation if it is. */
  private static List<Long> revocationRecipients(NetworkState network, long target, long nowMs) {
    var recipients = new ArrayList<Long>();
    for (long member : network.requestedSince(nowMs - ONLINE_MS)) {
      NetworkState.MemberState state = network.member(member);
      if (member == target || (state != null && state.record().authorized())) {
        recipients.add(member);
      }
    }
    return List.copyOf(recipients);
  }

  private static boolean isOnline(NetworkState network, long member, long nowMs) {
    LastRequest last = network.lastRequest(member);
    return last != null && nowMs - last.atMs() < ONLINE_MS;
  }

  // Notifications of members.

  /** Returns the ticket of the last change; once it is saved, so is everything shown so far. */
  public long lastTicket() {
    return records.lastTicket();
  }

  /**
   * Confirms that all changes up to a ticket are saved; {@link #sendNotifications} sends what
   * depended on them.
   */
  public void saved(long ticket) {
    notifications.saved(ticket);
  }

  /** Returns whether {@link #sendNotifications} has anything to send. */
  public boolean hasNotifications() {
    return notifications.hasReady();
  }

  /** Sends a limited number of notifications, so that the node's thread is not blocked. */
  public void sendNotifications(long nowMs) {
    int sent = 0;
    while (sent < NOTIFICATIONS_PER_TURN && notifications.hasReady()) {
      PendingNotification next = notifications.removeFirst();
      sent +=
          switch (next) {
            case PendingNotification.ConfigPush push -> NOTIFICATIONS_PER_PUSH;
            case PendingNotification.Revoke revoke -> revoke.recipients().size();
          };
      try {
        send(next, nowMs);
      } catch (RuntimeException e) {
        output.internalError("notifying members", e);
      }
    }
  }

  private void send(PendingNotification next, long nowMs) {
    switch (next) {
      case PendingNotification.ConfigPush push -> send(push, nowMs);
      case PendingNotification.Revoke revoke -> send(revoke);
    }
  }

  private void send(PendingNotification.ConfigPush push, long nowMs) {
    NetworkState network = records.network(push.networkId());
    LastRequest last = network == null ? null : network.lastRequest(push.member());
    if (network == null || last == null || !self.hasPrivateKey()) {
      return;
    }
    if (requests.evaluate(network, last, nowMs) instanceof ConfigAnswer.Granted granted) {
      counters.pushes++;
      output.pushConfig(push.member(), granted.config());
    }
  }

  private void send(PendingNotification.Revoke revoke) {
    if (!self.hasPrivateKey()) {
      return;
    }
    long id = random.nextLong() & 0xffff_ffffL;
    counters.revocations++;
    output.revoke(
        Revocation.ofMembership(
            self, id, revoke.networkId(), revoke.thresholdMs(), revoke.target()),
        revoke.recipients());
  }
}
