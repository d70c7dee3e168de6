// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.ConfigRequest;
import org.jspecify.annotations.Nullable;

/**
 * The controller of the networks whose ids start with this node's address (04 section 5).
 *
 * <p>Not thread-safe: it belongs to the node's thread. No change is sent to members before {@link
 * #saved} has confirmed it.
 */
public final class Controller {
  /** Minimum time between two requests of a member; earlier ones are not answered. */
  public static final long MIN_BETWEEN_REQUESTS_MS = 1_000;

  /** Members whose last request or acknowledgement is younger are online: changes are pushed. */
  public static final long ONLINE_MS = 120_000;

  /**
   * Maximum members whose requests for unknown networks are rate limited; the oldest is evicted.
   */
  static final int MAX_UNKNOWN_NETWORK_REQUESTS = 1_024;

  private static final int MAX_ID_TRIALS = 100_000;

  /** Notifications sent per turn, in revocations to one recipient; a push counts as several. */
  static final int NOTIFICATIONS_PER_TURN = 128;

  private static final int NOTIFICATIONS_PER_PUSH = 8;
  private final Identity self;
  private final RandomGenerator random;
  private final ControllerCounters counters = new ControllerCounters();
  private final NotificationQueue notifications = new NotificationQueue();
  private final RecordTable records;
  private final ConfigRequestHandler requests;
  private final DirectoryPublisher directories;
  private final NotificationSender sender;
  private final UnacknowledgedPushes unacknowledged;
  private final ChangeNotices notices;
  private final MemberChanges members;
  private final MemberBin bin;
  private final AbsentMembers absent;

  /**
   * Creates a controller with the records of an earlier run.
   *
   * @param self with its private key, which signs configurations and credentials
   * @param stored networks of any controller: those of others are stored and shown, but not served;
   *     members of unknown networks are ignored
   */
  public Controller(
      Identity self,
      StoredRecords stored,
      RecordStore store,
      ControllerOutput output,
      RandomGenerator random) {
    this.self = self;
    this.random = random;
    this.records = new RecordTable(store, counters);
    this.requests = new ConfigRequestHandler(self, records, notifications, random, counters);
    this.directories = new DirectoryPublisher(records, notifications, output);
    this.sender =
        new NotificationSender(records, requests, new RevocationSigner(self, random), output);
    this.unacknowledged = sender.unacknowledged();
    this.notices = new ChangeNotices(records, notifications);
    this.members = new MemberChanges(records, notices);
    this.bin = new MemberBin(records, members);
    this.absent = new AbsentMembers(records, members, bin);
    records.load(stored);
    absent.load(stored.activity());
  }

  /**
   * Answers a config request (04 section 5.7).
   *
   * <p>An answer that depends on a change not saved yet is withheld; the configuration is pushed
   * once {@link #saved} has confirmed the change.
   */
  public ConfigAnswer answer(ConfigRequest request, long nowMs) {
    ConfigAnswer answer = requests.answer(request, nowMs);
    if (answer instanceof ConfigAnswer.Granted) {
      unacknowledged.remove(
          new PendingNotification.ConfigPush(request.networkId(), request.member().address()));
    }
    return answer;
  }

  /**
   * A member acknowledges a pushed configuration (03 section 1.6), so that it is not pushed again;
   * it is online as after a request.
   */
  public void acknowledged(long networkId, long member, long updateId, long nowMs) {
    NetworkState network = records.network(networkId);
    var push = new PendingNotification.ConfigPush(networkId, member);
    if (network != null && unacknowledged.acknowledge(push, updateId)) {
      network.recordSeen(member, nowMs);
    }
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

  /**
   * Returns a page of the members of a network, ascending by address.
   *
   * @param afterAddress the last address of the page before; 0 for the first page
   */
  public List<MemberRecord> members(long networkId, long afterAddress, int limit) {
    counters.memberListReads++;
    NetworkState network = records.network(networkId);
    return network == null ? List.of() : network.membersAfter(afterAddress, limit);
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

  /**
   * Returns the number of members of a network that request to be authorized; 0 for an unknown
   * network.
   */
  public int waitingCount(long networkId) {
    NetworkState network = records.network(networkId);
    return network == null ? 0 : network.waitingCount();
  }

  /**
   * Returns since when a member requests to be authorized, 0 if it does not: it is neither
   * authorized nor blocked, and was seen, after its deauthorization if there was one.
   */
  public long waitingSinceMs(long networkId, long address) {
    NetworkState network = records.network(networkId);
    NetworkState.MemberState member = network == null ? null : network.member(address);
    return network == null || member == null ? 0 : network.waitingSinceMs(member);
  }

  public Optional<MemberRecord> member(long networkId, long address) {
    counters.memberReads++;
    return Optional.ofNullable(records.member(networkId, address));
  }

  /** Returns whether a member of a network has an IP address. */
  public boolean isAssigned(long networkId, InetAddress ip) {
    NetworkState network = records.network(networkId);
    return network != null && network.isAssigned(ip);
  }

  /**
   * Returns when a member last sent a request or an acknowledgement, up to {@link
   * AbsentMembers#SAVE_AFTER_MS} too early for those before this run; 0 for never.
   */
  public long lastSeenMs(long networkId, long address) {
    return records.presence(networkId, address).seenMs();
  }

  /**
   * Returns the name of the member's host, as its requests since the start of this run state it;
   * empty for none.
   */
  public String hostName(long networkId, long address) {
    return records.presence(networkId, address).hostName();
  }

  /** Returns the version that the member's requests state likewise, authorized or not. */
  public MemberVersion statedVersion(long networkId, long address) {
    return records.presence(networkId, address).version();
  }

  /** Returns whether the {@link RecordSize} of a network, or a new one, may grow by a size. */
  public boolean hasRoom(long networkId, long growth) {
    return records.hasRoom(records.network(networkId), growth);
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
    return put(wanted, nowMs, null);
  }

  /**
   * Creates or changes a network likewise, for an operator.
   *
   * @throws RevisionConflictException if it does not have the expected revision
   */
  public ChangeResult<NetworkRecord> put(NetworkRecord wanted, Edit edit) {
    return put(wanted, edit.nowMs(), edit);
  }

  private ChangeResult<NetworkRecord> put(NetworkRecord wanted, long nowMs, @Nullable Edit edit) {
    NetworkState network = records.network(wanted.id());
    long revision = network == null ? 0 : network.record().revision();
    if (edit != null) {
      edit.verify(revision);
    }
    NetworkRecord unchanged = wanted.withRevision(revision);
    if (wanted.id() == 0 || (network != null && unchanged.equals(network.record()))) {
      return new ChangeResult<>(unchanged, records.lastTicket());
    }
    NetworkRecord before = network == null ? null : network.record();
    ChangeResult<NetworkRecord> saved = records.save(wanted, edit);
    if (network != null && before != null && !wanted.differsInAnnotationsOnly(before)) {
      notices.revoke(network, RemovedCredentials.of(network, before, nowMs - ONLINE_MS), nowMs);
      notices.pushToAll(network, saved.ticket(), nowMs);
    }
    return saved;
  }

  /**
   * Creates or changes a member of an existing network; its revision rises if anything else
   * differs. Member 0 is returned unsaved.
   */
  public ChangeResult<MemberRecord> put(MemberRecord wanted, long nowMs) {
    return members.put(wanted, nowMs, null);
  }

  /**
   * Creates or changes a member likewise, for an operator. A blocked one is not authorized.
   *
   * @throws RevisionConflictException if it does not have the expected revision
   */
  public ChangeResult<MemberRecord> put(MemberRecord wanted, Edit edit) {
    return members.put(wanted, edit.nowMs(), edit);
  }

  /** Deletes a network and its members, and returns it; empty if it does not exist. */
  public Optional<ChangeResult<NetworkRecord>> deleteNetwork(long id, long nowMs) {
    return deleteNetwork(id, nowMs, null);
  }

  /**
   * Deletes a network likewise, for an operator.
   *
   * @throws RevisionConflictException if it does not have the expected revision
   */
  public Optional<ChangeResult<NetworkRecord>> deleteNetwork(long id, Edit edit) {
    return deleteNetwork(id, edit.nowMs(), edit);
  }

  private Optional<ChangeResult<NetworkRecord>> deleteNetwork(
      long id, long nowMs, @Nullable Edit edit) {
    NetworkState network = records.network(id);
    if (network == null) {
      return Optional.empty();
    }
    if (edit != null) {
      edit.verify(network.record().revision());
    }
    long ticket = records.deleteNetwork(network, edit);
    List<Long> recipients = ChangeNotices.recipients(network, 0, nowMs);
    long thresholdMs = network.credentialTimeMs(nowMs);
    for (MemberRecord member : network.members()) {
      if (member.authorized()) {
        notices.addRevocation(member, recipients, ticket, thresholdMs);
      }
    }
    return Optional.of(new ChangeResult<>(network.record(), ticket));
  }

  /** Deletes a member, and returns it; empty if it does not exist. */
  public Optional<ChangeResult<MemberRecord>> deleteMember(
      long networkId, long address, long nowMs) {
    return members.delete(networkId, address, nowMs, null);
  }

  /**
   * Deletes a member likewise, for an operator. A block of its address remains.
   *
   * @throws RevisionConflictException if it does not have the expected revision
   */
  public Optional<ChangeResult<MemberRecord>> deleteMember(
      long networkId, long address, Edit edit) {
    return members.delete(networkId, address, edit.nowMs(), edit);
  }

  /** Returns the members that were removed, and can be restored. */
  public MemberBin bin() {
    return bin;
  }

  /** Returns the periodic work on the members that were not seen for long. */
  public AbsentMembers absentMembers() {
    return absent;
  }

  // Blocks.

  /**
   * Blocks an address of an existing network: its member is deauthorized, and stays so until {@link
   * #unblock}; neither deleting it nor a token, a public network or an operator's authorization
   * admits it.
   *
   * @throws IllegalArgumentException if the network has the maximum of them
   * @return the block with its ticket; the present one if the address is blocked
   */
  public ChangeResult<BlockedAddress> block(long networkId, long address, Edit edit) {
    NetworkState network = records.existing(networkId);
    BlockedAddress present = network.blocked(address);
    if (present != null) {
      return new ChangeResult<>(present, records.lastTicket());
    }
    if (network.blocked().size() >= RecordLimits.MAX_BLOCKED) {
      throw new IllegalArgumentException("too many blocked addresses");
    }
    var block = new BlockedAddress(networkId, address, edit.nowMs());
    records.block(network, block, edit);
    MemberRecord member = records.member(networkId, address);
    if (member != null && member.authorized()) {
      put(member, edit.expecting(Edit.ANY_REVISION));
    }
    return new ChangeResult<>(block, records.lastTicket());
  }

  /** Ends the block of an address; returns whether there was one. Its member stays unauthorized. */
  public ChangeResult<Boolean> unblock(long networkId, long address, Edit edit) {
    NetworkState network = records.existing(networkId);
    return network.blocked(address) == null
        ? new ChangeResult<>(false, records.lastTicket())
        : new ChangeResult<>(true, records.unblock(network, address, edit));
  }

  /** Returns the blocked addresses of a network, ascending; empty for an unknown network. */
  public List<BlockedAddress> blocked(long networkId) {
    NetworkState network = records.network(networkId);
    return network == null ? List.of() : List.copyOf(network.blocked());
  }

  // Join tokens.

  /**
   * Makes a join token of an existing network.
   *
   * @throws IllegalArgumentException if the network has the maximum of them
   */
  public ChangeResult<JoinToken> createJoinToken(JoinToken token, Edit edit) {
    NetworkState network = records.existing(token.networkId());
    if (network.joinTokens().size() >= JoinToken.MAX_PER_NETWORK) {
      throw new IllegalArgumentException("too many join tokens");
    }
    return new ChangeResult<>(token, records.save(network, token, edit));
  }

  /** Revokes a join token, and returns it; empty if there is none. Its members stay. */
  public Optional<ChangeResult<JoinToken>> revokeJoinToken(long networkId, long id, Edit edit) {
    NetworkState network = records.network(networkId);
    return joinToken(networkId, id)
        .filter(token -> network != null)
        .map(
            token ->
                new ChangeResult<>(
                    token, records.delete(records.existing(networkId), token, edit)));
  }

  /** Returns the join tokens of a network, also those that are used up or have expired. */
  public List<JoinToken> joinTokens(long networkId) {
    NetworkState network = records.network(networkId);
    return network == null ? List.of() : List.copyOf(network.joinTokens());
  }

  public Optional<JoinToken> joinToken(long networkId, long id) {
    return joinTokens(networkId).stream().filter(each -> each.id() == id).findFirst();
  }

  /** Returns the join token of a hash, of any network. */
  public Optional<JoinToken> joinToken(String hash) {
    return records.networks().stream()
        .map(network -> network.joinToken(hash))
        .filter(Objects::nonNull)
        .findFirst();
  }

  /** Returns the block of an address; empty if it is not blocked. */
  public Optional<BlockedAddress> blocked(long networkId, long address) {
    NetworkState network = records.network(networkId);
    return Optional.ofNullable(network == null ? null : network.blocked(address));
  }

  public ControllerCounters counters() {
    return counters;
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

  /**
   * Returns when {@link #publishDirectories} has something to do; {@link Long#MAX_VALUE} for never.
   */
  public long nextPublicationMs() {
    return directories.nextPublicationMs();
  }

  /** Adds notifications of what has changed in the directories of networks (03 section 3.8). */
  public void publishDirectories(long nowMs) {
    directories.publish(nowMs);
  }

  /** Returns whether {@link #sendNotifications} has anything to send. */
  public boolean hasNotifications(long nowMs) {
    return notifications.hasReady() || unacknowledged.nextRetryMs() <= nowMs;
  }

  /** Returns when {@link #sendNotifications} has a retry; {@link Long#MAX_VALUE} for never. */
  public long nextRetryMs() {
    return unacknowledged.nextRetryMs();
  }

  /** Sends a limited number of notifications, so that the node's thread is not blocked. */
  public void sendNotifications(long nowMs) {
    for (PendingNotification.ConfigPush retry : unacknowledged.removeDue(nowMs)) {
      counters.pushRetries++;
      notifications.addReady(retry);
    }
    int sent = 0;
    while (sent < NOTIFICATIONS_PER_TURN && notifications.hasReady()) {
      PendingNotification next = notifications.removeFirst();
      sent +=
          switch (next) {
            case PendingNotification.ConfigPush push -> NOTIFICATIONS_PER_PUSH;
            case PendingNotification.Revoke revoke -> revoke.recipients().size();
            case PendingNotification.RepeatRevocations repeat -> repeat.revoked().size();
            case PendingNotification.RevokeCredentials revoke ->
                revoke.revoked().size() + revoke.recipients().size();
            case PendingNotification.DirectoryPush push -> push.recipients().size();
          };
      sender.send(next, nowMs);
    }
  }
}
