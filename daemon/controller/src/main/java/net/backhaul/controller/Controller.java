// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import static net.backhaul.protocol.message.ErrorMessage.NETWORK_ACCESS_DENIED;
import static net.backhaul.protocol.message.ErrorMessage.NETWORK_AUTHENTICATION_REQUIRED;
import static net.backhaul.protocol.message.ErrorMessage.OBJ_NOT_FOUND;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.random.RandomGenerator;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.DictionaryWriter;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.packet.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * The controller of the networks that bear this node's address (04 section 5).
 *
 * <p>One thread owns it, the node's own. Nothing that it has changed is told to anybody before
 * {@link #saved} has said that the change is safe.
 */
public final class Controller {
  /** Requests of a member that follow each other faster are not answered. */
  public static final long MIN_BETWEEN_REQUESTS_MS = 1_000;

  /** Changes are pushed to members that have asked within this time. */
  public static final long ONLINE_MS = 120_000;

  /** So many who are not let in are recorded for a network; later ones are refused unrecorded. */
  public static final int MAX_UNAUTHORIZED_MEMBERS = 10_000;

  /** So many members of a network come into being by asking; an operator may add more. */
  public static final int MAX_MEMBERS = 100_000;

  /** Askers for networks that don't exist are remembered for so many; the oldest goes. */
  static final int MAX_UNKNOWN_NETWORK_REQUESTS = 1_024;

  private static final int MAX_ID_TRIALS = 100_000;

  /** How many small packets' worth of work is done in one turn, and how much a push is. */
  private static final int NOTIFICATIONS_PER_TURN = 128;

  private static final int NOTIFICATIONS_PER_PUSH = 8;
  private static final int SSO_DICTIONARY_BYTES = 1_024;

  private final Identity self;
  private final RecordStore store;
  private final ControllerOutput output;
  private final RandomGenerator random;
  private final ConfigBuilder builder;
  private final ControllerCounters counters = new ControllerCounters();
  private final TreeMap<Long, NetworkState> networks = new TreeMap<>(Long::compareUnsigned);
  private final LinkedHashMap<Long, Long> unknownNetworkRequests = new LinkedHashMap<>();
  private final NotificationQueue notifications = new NotificationQueue();
  private long lastTicket;

  /**
   * Brings back what an earlier run has kept.
   *
   * @param self with its private key: it signs everything
   * @param networks of whatever controller; foreign ones are kept and never used
   * @param members those of unknown networks are left out
   */
  public Controller(
      Identity self,
      Collection<NetworkRecord> networks,
      Collection<MemberRecord> members,
      RecordStore store,
      ControllerOutput output,
      RandomGenerator random) {
    this.self = self;
    this.store = store;
    this.output = output;
    this.random = random;
    this.builder = new ConfigBuilder(self);
    networks.forEach(network -> this.networks.put(network.id(), new NetworkState(network, 0)));
    for (MemberRecord member : members) {
      NetworkState network = this.networks.get(member.networkId());
      if (network != null) {
        network.put(member, 0);
      }
    }
  }

  // What members ask.

  /**
   * Decides what a member is told (04 section 5.7).
   *
   * <p>Silent means also: not yet. Where the answer changes a record, it is pushed as soon as that
   * is safe.
   */
  public ConfigAnswer answer(ConfigRequest request, long nowMs) {
    counters.requests++;
    if (NetworkIds.controller(request.networkId()) != self.address() || !self.hasPrivateKey()) {
      return new ConfigAnswer.Silent();
    }
    NetworkState network = networks.get(request.networkId());
    long member = request.member().address();
    if (network == null) {
      return answerUnknownNetwork(member, nowMs);
    }
    LastRequest before = network.asked(member);
    if (before != null && nowMs - before.atMs() <= MIN_BETWEEN_REQUESTS_MS) {
      counters.rateLimited++;
      return new ConfigAnswer.Silent();
    }
    LastRequest asked = LastRequest.of(request, nowMs);
    network.remember(member, asked);
    return decide(network, asked, nowMs);
  }

  private ConfigAnswer answerUnknownNetwork(long member, long nowMs) {
    Long before = unknownNetworkRequests.remove(member);
    if (before != null && nowMs - before <= MIN_BETWEEN_REQUESTS_MS) {
      unknownNetworkRequests.put(member, before);
      counters.rateLimited++;
      return new ConfigAnswer.Silent();
    }
    unknownNetworkRequests.put(member, nowMs);
    if (unknownNetworkRequests.size() > MAX_UNKNOWN_NETWORK_REQUESTS) {
      unknownNetworkRequests.pollFirstEntry();
    }
    counters.unknownNetwork++;
    return new ConfigAnswer.Refused(OBJ_NOT_FOUND, Bytes.EMPTY);
  }

  /** Does what requests and pushes have in common: the same request again gives the same. */
  private ConfigAnswer decide(NetworkState network, LastRequest asked, long nowMs) {
    long address = asked.identity().address();
    NetworkState.MemberState known = network.member(address);
    MemberRecord member =
        known == null
            ? MemberRecord.unauthorized(network.record().id(), address, nowMs)
            : known.record();
    if (member.belongsToAnother(asked.identity())) {
      counters.accessDenied++;
      return denied();
    }
    if (member.identity() == null) {
      member = member.withIdentity(asked.identity().publicText());
    }
    member =
        member.withAuthorization(
            MembershipPolicy.authorization(network.record(), member, asked, nowMs));
    if (known == null && MembershipPolicy.isFull(network, member)) {
      counters.networkFull++;
      return denied();
    }
    if (MembershipPolicy.requiresLogin(network.record(), member, nowMs)) {
      keep(network, member);
      return loginRequired();
    }
    if (!member.authorized()) {
      keep(network, member);
      counters.accessDenied++;
      return denied();
    }
    member = member.withVersion(asked.version());
    member = MembershipPolicy.withDefaults(network.record(), member, known == null);
    AddressAssignment.Result assigned =
        AddressAssignment.of(network.record(), member, network::isTaken, random);
    if (!assigned.kept().equals(member.settings().ipAssignments())) {
      member = member.withSettings(member.settings().withIpAssignments(assigned.kept()));
    }
    long ticket = Math.max(network.ticket(), keep(network, member));
    if (!notifications.isSafe(ticket)) {
      notifications.add(ticket, new PendingNotification.ConfigPush(network.record().id(), address));
      return new ConfigAnswer.Silent();
    }
    counters.configs++;
    // What is issued after a revocation is newer than the revocation, were it in the same moment.
    long timestampMs = Math.max(nowMs, member.authorization().deauthorizedAtMs() + 1);
    return new ConfigAnswer.Granted(
        builder.build(network.record(), member, asked, assigned, network.bridges(), timestampMs));
  }

  private static ConfigAnswer denied() {
    return new ConfigAnswer.Refused(NETWORK_ACCESS_DENIED, Bytes.EMPTY);
  }

  private static ConfigAnswer loginRequired() {
    // Nothing here knows where to log in, so the address is empty (04 section 5.7, step 9).
    var dictionary = new DictionaryWriter(SSO_DICTIONARY_BYTES);
    dictionary.addU64("aV", 0);
    dictionary.add("aU", "");
    return new ConfigAnswer.Refused(
        NETWORK_AUTHENTICATION_REQUIRED, Bytes.of(dictionary.toByteArray()));
  }

  // What operators ask and change.

  /** Returns the networks, ascending. */
  public List<NetworkRecord> networks() {
    return networks.values().stream().map(NetworkState::record).toList();
  }

  public Optional<NetworkRecord> network(long id) {
    return Optional.ofNullable(networks.get(id)).map(NetworkState::record);
  }

  /** Returns the members of a network, ascending; empty for an unknown network. */
  public List<MemberRecord> members(long networkId) {
    NetworkState network = networks.get(networkId);
    return network == null ? List.of() : network.members();
  }

  /** Returns how many members a network has, strangers among them. */
  public int memberCount(long networkId) {
    NetworkState network = networks.get(networkId);
    return network == null ? 0 : network.memberCount();
  }

  /** Returns how many members a network lets in. */
  public int authorizedCount(long networkId) {
    NetworkState network = networks.get(networkId);
    return network == null ? 0 : network.authorizedCount();
  }

  public Optional<MemberRecord> member(long networkId, long address) {
    NetworkState network = networks.get(networkId);
    return network == null
        ? Optional.empty()
        : Optional.ofNullable(network.member(address)).map(NetworkState.MemberState::record);
  }

  /** Returns an id of ours that no network has; empty where none was found (04 section 5.2). */
  public OptionalLong unusedNetworkId() {
    for (int trial = 0; trial < MAX_ID_TRIALS; trial++) {
      long number = Math.max(1, random.nextLong() & 0xff_ffff);
      long id = self.address() << 24 | number;
      if (!networks.containsKey(id)) {
        return OptionalLong.of(id);
      }
    }
    return OptionalLong.empty();
  }

  /**
   * Creates or changes a network; its revision rises where anything else is new. The network 0 is
   * answered and not kept.
   */
  public ChangeResult<NetworkRecord> put(NetworkRecord wanted, long nowMs) {
    NetworkState network = networks.get(wanted.id());
    long revision = network == null ? 0 : network.record().revision();
    NetworkRecord same = wanted.withRevision(revision);
    if (wanted.id() == 0 || (network != null && same.equals(network.record()))) {
      return new ChangeResult<>(same, lastTicket);
    }
    NetworkRecord kept = wanted.withRevision(revision + 1);
    long ticket = write(new RecordChange.NetworkSaved(kept));
    counters.networkWrites++;
    if (network == null) {
      networks.put(kept.id(), new NetworkState(kept, ticket));
    } else {
      counters.networkChanges++;
      network.record(kept, ticket);
      for (long member : network.requestedSince(nowMs - ONLINE_MS)) {
        notifications.add(ticket, new PendingNotification.ConfigPush(kept.id(), member));
      }
    }
    return new ChangeResult<>(kept, ticket);
  }

  /**
   * Creates or changes a member of an existing network; its revision rises where anything else is
   * new. The member 0 is answered and not kept.
   */
  public ChangeResult<MemberRecord> put(MemberRecord wanted, long nowMs) {
    NetworkState network = networks.get(wanted.networkId());
    if (network == null) {
      throw new IllegalArgumentException(
          "there is no network " + NetworkIds.text(wanted.networkId()));
    }
    if (wanted.address() == 0) {
      return new ChangeResult<>(wanted.withRevision(0), lastTicket);
    }
    NetworkState.MemberState before = network.member(wanted.address());
    long ticket = keep(network, wanted);
    MemberRecord kept = member(wanted.networkId(), wanted.address()).orElseThrow();
    boolean changed = before == null || !before.record().equals(kept);
    if (changed && isOnline(network, kept.address(), nowMs)) {
      notifications.add(
          ticket, new PendingNotification.ConfigPush(kept.networkId(), kept.address()));
    }
    if (before != null && before.record().authorized() && !kept.authorized()) {
      List<Long> recipients = online(network, kept.address(), nowMs);
      revoke(kept.networkId(), kept.address(), recipients, ticket, nowMs);
    }
    return new ChangeResult<>(kept, changed ? ticket : lastTicket);
  }

  /** Deletes a network and its members; empty where there is none. */
  public Optional<ChangeResult<NetworkRecord>> deleteNetwork(long id, long nowMs) {
    NetworkState network = networks.remove(id);
    if (network == null) {
      return Optional.empty();
    }
    long ticket = write(new RecordChange.NetworkDeleted(id));
    List<Long> recipients = online(network, 0, nowMs);
    for (MemberRecord member : network.members()) {
      if (member.authorized()) {
        revoke(id, member.address(), recipients, ticket, nowMs);
      }
    }
    return Optional.of(new ChangeResult<>(network.record(), ticket));
  }

  /** Deletes a member; empty where there is none. */
  public Optional<ChangeResult<MemberRecord>> deleteMember(
      long networkId, long address, long nowMs) {
    NetworkState network = networks.get(networkId);
    MemberRecord member = network == null ? null : network.remove(address);
    if (network == null || member == null) {
      return Optional.empty();
    }
    long ticket = write(new RecordChange.MemberDeleted(networkId, address));
    if (member.authorized()) {
      revoke(networkId, address, online(network, address, nowMs), ticket, nowMs);
    }
    network.forget(address);
    return Optional.of(new ChangeResult<>(member, ticket));
  }

  public ControllerCounters counters() {
    return counters;
  }

  // What becomes safe, and what follows from it.

  /** Returns the ticket of the last change; once it is saved, all that was shown is safe. */
  public long lastTicket() {
    return lastTicket;
  }

  /**
   * Takes note that all changes up to a ticket are safe; {@link #sendNotifications} tells the
   * members.
   */
  public void saved(long ticket) {
    notifications.saved(ticket);
  }

  /** Returns whether {@link #sendNotifications} has something to tell members. */
  public boolean hasNotifications() {
    return !notifications.isEmpty();
  }

  /** Tells a few members what is new; not all of them, so that the node is not held up. */
  public void sendNotifications(long nowMs) {
    int told = 0;
    while (told < NOTIFICATIONS_PER_TURN && !notifications.isEmpty()) {
      switch (notifications.removeFirst()) {
        case PendingNotification.ConfigPush push -> {
          push(push, nowMs);
          told += NOTIFICATIONS_PER_PUSH;
        }
        case PendingNotification.Revoke revoke -> {
          revoke(revoke);
          told += revoke.recipients().size();
        }
      }
    }
  }

  private void push(PendingNotification.ConfigPush push, long nowMs) {
    NetworkState network = networks.get(push.networkId());
    LastRequest asked = network == null ? null : network.asked(push.member());
    if (network == null || asked == null || !self.hasPrivateKey()) {
      return;
    }
    if (decide(network, asked, nowMs) instanceof ConfigAnswer.Granted granted) {
      counters.pushes++;
      output.pushConfig(push.member(), granted.config());
    }
  }

  private void revoke(PendingNotification.Revoke revoke) {
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

  private void revoke(long networkId, long target, List<Long> recipients, long ticket, long nowMs) {
    if (!recipients.isEmpty()) {
      notifications.add(
          ticket, new PendingNotification.Revoke(networkId, target, nowMs, recipients));
    }
  }

  /** Returns the members that have asked lately and are let in, and one that is so no more. */
  private static List<Long> online(NetworkState network, long target, long nowMs) {
    var online = new ArrayList<Long>();
    for (long member : network.requestedSince(nowMs - ONLINE_MS)) {
      NetworkState.MemberState state = network.member(member);
      if (member == target || (state != null && state.record().authorized())) {
        online.add(member);
      }
    }
    return List.copyOf(online);
  }

  private static boolean isOnline(NetworkState network, long member, long nowMs) {
    LastRequest asked = network.asked(member);
    return asked != null && nowMs - asked.atMs() < ONLINE_MS;
  }

  /**
   * Keeps a member's record if anything in it is new, and returns the ticket that makes it safe.
   */
  private long keep(NetworkState network, MemberRecord wanted) {
    NetworkState.MemberState known = network.member(wanted.address());
    long revision = known == null ? 0 : known.record().revision();
    if (known != null && wanted.withRevision(revision).equals(known.record())) {
      return known.ticket();
    }
    MemberRecord kept = wanted.withRevision(revision + 1);
    long ticket = write(new RecordChange.MemberSaved(kept));
    network.put(kept, ticket);
    count(known == null ? null : known.record(), kept);
    return ticket;
  }

  private void count(@Nullable MemberRecord before, MemberRecord after) {
    counters.memberWrites++;
    counters.memberChanges += before == null ? 0 : 1;
    boolean was = before != null && before.authorized();
    counters.authorizations += !was && after.authorized() ? 1 : 0;
    counters.deauthorizations += was && !after.authorized() ? 1 : 0;
  }

  private long write(RecordChange change) {
    store.write(++lastTicket, change);
    return lastTicket;
  }
}
