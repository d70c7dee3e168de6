// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import static net.backhaul.protocol.message.ErrorMessage.NETWORK_ACCESS_DENIED;
import static net.backhaul.protocol.message.ErrorMessage.NETWORK_AUTHENTICATION_REQUIRED;
import static net.backhaul.protocol.message.ErrorMessage.OBJ_NOT_FOUND;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.random.RandomGenerator;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.network.ConfigAnswer;
import net.backhaul.protocol.network.ConfigRequest;
import net.backhaul.protocol.network.DictionaryWriter;
import net.backhaul.protocol.network.DirectoryUpdate;
import net.backhaul.protocol.network.RequestMetaData;
import net.backhaul.protocol.packet.Bytes;
import org.jspecify.annotations.Nullable;

/** Answers config requests, and evaluates the last ones again for pushes (04 section 5.7). */
final class ConfigRequestHandler {
  /** Maximum revocations that are repeated to a member which has returned: the latest. */
  static final int MAX_REPEATED = 4_096;

  /** Maximum revocations that are repeated to a member which was online all the time. */
  static final int MAX_REPEATED_ONLINE = 64;

  /** So many fit into one datagram. */
  private static final int REPEATED_PER_MESSAGE = 8;

  private static final int SSO_DICTIONARY_BYTES = 1_024;

  private final Identity self;
  private final RecordTable records;
  private final NotificationQueue notifications;
  private final RandomGenerator random;
  private final ControllerCounters counters;
  private final ConfigBuilder builder;
  private final JoinTokens joinTokens;

  /**
   * Times of the last rejected requests for networks that do not exist, by member; oldest first.
   */
  private final LinkedHashMap<Long, Long> unknownNetworkRequests = new LinkedHashMap<>();

  ConfigRequestHandler(
      Identity self,
      RecordTable records,
      NotificationQueue notifications,
      RandomGenerator random,
      ControllerCounters counters) {
    this.self = self;
    this.records = records;
    this.notifications = notifications;
    this.random = random;
    this.counters = counters;
    this.builder = new ConfigBuilder(self);
    this.joinTokens = new JoinTokens(records);
  }

  ConfigAnswer answer(ConfigRequest request, long nowMs) {
    counters.requests++;
    if (NetworkIds.controller(request.networkId()) != self.address() || !self.hasPrivateKey()) {
      return new ConfigAnswer.Ignored();
    }
    NetworkState network = records.network(request.networkId());
    long member = request.member().address();
    if (network == null) {
      return answerUnknownNetwork(member, nowMs);
    }
    LastRequest previous = network.lastRequest(member);
    if (previous != null && nowMs - previous.atMs() <= Controller.MIN_BETWEEN_REQUESTS_MS) {
      counters.rateLimited++;
      return new ConfigAnswer.Ignored();
    }
    LastRequest current = LastRequest.of(request, nowMs).after(previous);
    network.recordRequest(member, current);
    String token = RequestMetaData.parse(request.metaData().toByteArray()).joinToken();
    if (!token.isEmpty()) {
      joinTokens.use(network, current, token, nowMs);
    }
    ConfigAnswer answer = evaluate(network, current, nowMs);
    repeatRevocations(network, current, previous);
    if (current.stated().readsDirectory()) {
      sendDirectory(network, member, current.stated().directoryRevision(), nowMs);
    }
    return answer;
  }

  /**
   * Sends a member the revocations that it may have missed, as far as they still matter: after it
   * has returned all, with each request for a while, since a packet may be lost; later those that
   * were sent since shortly before its last request.
   */
  private void repeatRevocations(
      NetworkState network, LastRequest request, @Nullable LastRequest previous) {
    long address = request.identity().address();
    NetworkState.MemberState member = network.member(address);
    if (member == null || !member.record().authorized()) {
      return;
    }
    boolean returned = previous == null || request.hasReturned();
    long sinceMs =
        previous == null || request.hasReturned()
            ? request.missedSinceMs()
            : previous.atMs() - Controller.ONLINE_MS;
    List<RevokedMember> missed =
        network
            .revoked()
            .since(
                Math.max(sinceMs, network.expiredMs(request.atMs())),
                address,
                returned ? MAX_REPEATED : MAX_REPEATED_ONLINE);
    for (int start = 0; start < missed.size(); start += REPEATED_PER_MESSAGE) {
      int end = Math.min(start + REPEATED_PER_MESSAGE, missed.size());
      notifications.add(
          records.lastTicket(),
          new PendingNotification.RepeatRevocations(missed.subList(start, end), address));
    }
  }

  /** Sends a member what has changed in the directory since the revision that it holds. */
  private void sendDirectory(NetworkState network, long address, long held, long nowMs) {
    NetworkState.MemberState member = network.member(address);
    if (member == null || !member.record().authorized()) {
      return;
    }
    DirectoryLog directory = network.directory();
    if (directory.isNew()) {
      directory.refresh(network, records.lastTicket(), nowMs);
      records.unpublished().add(network);
    }
    DirectoryUpdate update = directory.updateSince(held);
    if (update != null) {
      notifications.add(
          Math.max(directory.ticket(), member.ticket()),
          new PendingNotification.DirectoryPush(
              network.record().id(), Bytes.of(update.encode()), List.of(address)));
    }
  }

  private ConfigAnswer answerUnknownNetwork(long member, long nowMs) {
    Long previousMs = unknownNetworkRequests.remove(member);
    if (previousMs != null && nowMs - previousMs <= Controller.MIN_BETWEEN_REQUESTS_MS) {
      unknownNetworkRequests.put(member, previousMs);
      counters.rateLimited++;
      return new ConfigAnswer.Ignored();
    }
    unknownNetworkRequests.put(member, nowMs);
    if (unknownNetworkRequests.size() > Controller.MAX_UNKNOWN_NETWORK_REQUESTS) {
      unknownNetworkRequests.pollFirstEntry();
    }
    counters.unknownNetwork++;
    return new ConfigAnswer.Rejected(OBJ_NOT_FOUND, Bytes.EMPTY);
  }

  /**
   * Decides about a request without rate limit; shared by requests and pushes. Idempotent: the same
   * request leads to the same records and configuration.
   */
  ConfigAnswer evaluate(NetworkState network, LastRequest request, long nowMs) {
    long address = request.identity().address();
    counters.memberReads++;
    NetworkState.MemberState stored = network.member(address);
    MemberRecord member =
        stored == null
            ? MemberRecord.unauthorized(network.record().id(), address, nowMs)
            : stored.record();
    if (member.identityDiffersFrom(request.identity())) {
      counters.accessDenied++;
      return accessDenied();
    }
    if (network.blocked(address) != null) {
      counters.accessDenied++;
      return accessDenied(); // Without a record, which a blocked node could otherwise create.
    }
    if (member.identity() == null) {
      member = member.withIdentity(request.identity().publicText());
    }
    // The reference resets the level with each request (04 section 5.5).
    member = member.withSettings(member.settings().withTraceLevel(0));
    member =
        member.withAuthorization(
            MembershipPolicy.authorization(network.record(), member, request, nowMs));
    if (stored == null && MembershipPolicy.isFull(network, member)) {
      counters.networkFull++;
      return accessDenied();
    }
    if (MembershipPolicy.requiresLogin(network.record(), member, nowMs)) {
      records.save(network, member);
      return loginRequired();
    }
    if (!member.authorized()) {
      records.save(network, member);
      counters.accessDenied++;
      return accessDenied();
    }
    member = member.withVersion(request.stated().version());
    member = MembershipPolicy.withDefaults(network.record(), member, stored == null);
    return configure(network, member, request, nowMs);
  }

  private ConfigAnswer configure(
      NetworkState network, MemberRecord member, LastRequest request, long nowMs) {
    counters.addressReads++;
    AddressAssignment.Result assigned = assign(network, member);
    MemberRecord record =
        member.withSettings(member.settings().withIpAssignments(assigned.assignments()));
    long ticket = Math.max(network.ticket(), records.save(network, record).ticket());
    if (!notifications.isSaved(ticket)) {
      notifications.add(
          ticket, new PendingNotification.ConfigPush(network.record().id(), member.address()));
      return new ConfigAnswer.Ignored();
    }
    counters.configs++;
    // Credentials issued after a revocation must be newer than it, even within one millisecond.
    long timestampMs =
        Math.max(network.credentialTimeMs(nowMs), member.authorization().deauthorizedAtMs() + 1);
    return new ConfigAnswer.Granted(builder.build(network, record, request, assigned, timestampMs));
  }

  /** Assigns addresses; those of removed members only where no other is free. */
  private AddressAssignment.Result assign(NetworkState network, MemberRecord member) {
    AddressAssignment.Result any =
        AddressAssignment.of(network.record(), member, network::isAssigned, random);
    if (any.assignments().stream().noneMatch(network.bin()::isAssigned)) {
      return any;
    }
    AddressAssignment.Result unused =
        AddressAssignment.of(
            network.record(),
            member,
            ip -> network.isAssigned(ip) || network.bin().isAssigned(ip),
            random);
    return unused.addresses().size() < any.addresses().size() ? any : unused;
  }

  private static ConfigAnswer accessDenied() {
    return new ConfigAnswer.Rejected(NETWORK_ACCESS_DENIED, Bytes.EMPTY);
  }

  private static ConfigAnswer loginRequired() {
    // There is no sign-on service, so the URL is empty (04 section 5.7, step 9).
    var dictionary = new DictionaryWriter(SSO_DICTIONARY_BYTES);
    dictionary.addU64("aV", 0);
    dictionary.add("aU", "");
    return new ConfigAnswer.Rejected(
        NETWORK_AUTHENTICATION_REQUIRED, Bytes.of(dictionary.toByteArray()));
  }
}
