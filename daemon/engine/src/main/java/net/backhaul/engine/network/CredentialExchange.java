// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.function.LongFunction;
import net.backhaul.engine.Deadlines;
import net.backhaul.engine.Drop;
import net.backhaul.engine.LongMap;
import net.backhaul.engine.peer.InboundPacket;
import net.backhaul.engine.peer.PacketOutcome;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.message.Credentials;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.network.Capability;
import net.backhaul.protocol.network.Credential;
import net.backhaul.protocol.network.MembershipCertificate;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.NetworkCredentials;
import net.backhaul.protocol.network.OwnershipCertificate;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.network.SignatureStatus;
import net.backhaul.protocol.network.Tag;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import org.jspecify.annotations.Nullable;

/** Accepts the credentials of members and sends them ours (03 sections 4.7 to 4.9). */
final class CredentialExchange {
  /** The result of handling a received credential. */
  enum CredentialOutcome {
    NEW,
    REDUNDANT,
    REJECTED,
    /** Its signature is invalid. */
    FORGED,
    /** Its signer is unknown and requested by WHOIS. */
    DEFERRED
  }

  private static final long PUSH_EVERY_MS = 500_000;
  private static final long REQUESTED_PUSH_SPACING_MS = 1_000;

  /**
   * A sender may deliver {@link #RECEIVE_BURST} packets at once and one more in each of these
   * intervals. The reference accepts no burst, by which it loses the second of two quick changes.
   */
  private static final long RECEIVE_SPACING_MS = 1_000;

  private static final int RECEIVE_BURST = 8;

  /** The burst of controllers of our networks: each change of a member may be a revocation. */
  private static final int RECEIVE_BURST_OF_CONTROLLER = 64;

  /** When credentials are repeated of which a receiver without a burst has lost the first copy. */
  private static final long REPEAT_AFTER_MS = 1_100;

  private static final int MAX_REPEATS = 1_024;

  /**
   * Maximum members to which new credentials are sent at once; others get them before the next
   * frame.
   */
  private static final int MAX_PROMPT_RECIPIENTS = 256;

  /**
   * Verifying a signature is expensive: after this many invalid ones the rest of the packet is
   * skipped.
   */
  private static final int MAX_FORGED = 3;

  private static final int MAX_SENDERS = 16_384;

  /** Interval of config requests because of certificates outside of the window of ours. */
  private static final long OUTSIDE_WINDOW_SPACING_MS = 60_000;

  private final PeerLink link;
  private final LongMap<Network> networks;
  private final BadSignaturePenalty badSignatures = new BadSignaturePenalty();
  private final ArrayDeque<Repeat> repeats = new ArrayDeque<>();

  /** By sender, when its burst is complete again: one interval after each packet. */
  private LongMap<Long> receivableMs = new LongMap<>();

  /** Credentials that are sent to a member once more; in the order of their times. */
  private record Repeat(Network network, Member member, long atMs) {}

  CredentialExchange(PeerLink link, LongMap<Network> networks) {
    this.link = link;
    this.networks = networks;
  }

  // Receiving.

  /** Handles NETWORK_CREDENTIALS; credentials before a malformed one count. */
  PacketOutcome receive(InboundPacket packet) {
    if (isRateLimited(packet.source(), packet.nowMs())) {
      link.drop(Drop.RATE_LIMITED);
      return PacketOutcome.IGNORED;
    }
    var batch = new CredentialBatch(packet.source(), packet.nowMs());
    boolean complete = false;
    try {
      complete = batch.acceptAll(packet.payload());
    } finally {
      if (!batch.deferred) {
        recordReceived(packet.source(), packet.nowMs());
      }
    }
    if (batch.deferred) {
      return PacketOutcome.PENDING;
    }
    if (!complete) {
      return PacketOutcome.IGNORED;
    }
    return batch.useful ? PacketOutcome.TRUSTED : PacketOutcome.ACCEPTED;
  }

  /** The credentials of one packet, accepted one after the other. */
  private final class CredentialBatch {
    private final long source;
    private final long nowMs;
    private boolean useful;
    private boolean deferred;
    private int forged;

    CredentialBatch(long source, long nowMs) {
      this.source = source;
      this.nowMs = nowMs;
    }

    /** Returns whether the packet was complete and accepted to its end. */
    boolean acceptAll(WireReader in) {
      while (!in.atEnd()) {
        if (in.array()[in.position()] == 0) {
          in.skip(1);
          break;
        }
        if (!acceptOne(MembershipCertificate.read(in))) {
          return false;
        }
      }
      return acceptList(in, Capability::read)
          && acceptList(in, Tag::read)
          && acceptList(in, Revocation::read)
          && acceptList(in, OwnershipCertificate::read);
    }

    private boolean acceptList(WireReader in, Function<WireReader, Credential> read) {
      if (in.atEnd()) {
        return false;
      }
      int count = in.u16();
      for (int i = 0; i < count; i++) {
        if (in.atEnd()) {
          throw new WireException("fewer credentials than stated");
        }
        if (!acceptOne(read.apply(in))) {
          return false;
        }
      }
      return true;
    }

    /** Returns whether the next credential may be accepted. */
    private boolean acceptOne(Credential credential) {
      switch (accept(credential, source, nowMs)) {
        case NEW, REDUNDANT -> useful = true;
        case DEFERRED -> deferred = true;
        case FORGED -> forged++;
        case REJECTED -> {}
      }
      return !deferred && forged < MAX_FORGED;
    }
  }

  private boolean isRateLimited(long source, long nowMs) {
    Long completeMs = receivableMs.get(source);
    if (completeMs == null || completeMs - nowMs <= (RECEIVE_BURST - 1) * RECEIVE_SPACING_MS) {
      return false;
    }
    return completeMs - nowMs > (RECEIVE_BURST_OF_CONTROLLER - 1) * RECEIVE_SPACING_MS
        || !isController(source);
  }

  private boolean isController(long address) {
    for (Network network : networks.values()) {
      if (NetworkIds.controller(network.id) == address) {
        return true;
      }
    }
    return false;
  }

  /** Not for deferred packets: they are retried as soon as the signer's identity is known. */
  private void recordReceived(long source, long nowMs) {
    if (receivableMs.size() >= MAX_SENDERS) {
      receivableMs = new LongMap<>(); // Allows each sender one more burst.
    }
    Long completeMs = receivableMs.get(source);
    long fromMs = completeMs == null ? nowMs : Math.max(nowMs, completeMs);
    receivableMs.put(source, fromMs + RECEIVE_SPACING_MS);
  }

  /** Accepts a certificate that is attached to another message, as old senders do. */
  void acceptAttached(MembershipCertificate com, long deliveredBy, long nowMs) {
    if (badSignatures.isPenalized(deliveredBy, nowMs)) {
      link.drop(Drop.RATE_LIMITED);
    } else if (accept(com, deliveredBy, nowMs) == CredentialOutcome.FORGED) {
      badSignatures.penalize(deliveredBy, nowMs);
    }
  }

  /** Records a credential for the member it was issued to, from any sender (03 section 4.8). */
  CredentialOutcome accept(Credential credential, long deliveredBy, long nowMs) {
    Network network = networks.get(credential.networkId());
    long about = credential.issuedTo();
    if (network == null || Addresses.isReserved(about) || about != (about & Addresses.MASK)) {
      link.drop(network == null ? Drop.UNKNOWN_NETWORK : Drop.BAD_CREDENTIAL);
      return CredentialOutcome.REJECTED;
    }
    Member known = network.members.get(about);
    Member member = known == null ? new Member(about, nowMs) : known;
    CredentialOutcome outcome = validate(network.policy, credential, member, nowMs);
    switch (outcome) {
      case NEW -> {
        record(credential, network.members.touch(about, nowMs));
        if (credential instanceof Revocation revocation && revocation.propagatesFast()) {
          propagate(network, revocation, deliveredBy, nowMs);
        }
        if (about == link.self().address() && credential instanceof Revocation) {
          network.requestSoon(nowMs);
        }
        link.retryPending(nowMs);
      }
      case REJECTED, FORGED -> {
        link.drop(Drop.BAD_CREDENTIAL);
        String reason = rejectionReason(outcome, credential, member);
        network.traces.credentialRejected(
            link, network.policy, new TraceRecords.CredentialRejection(credential, reason), nowMs);
      }
      case REDUNDANT, DEFERRED -> {}
    }
    if (credential instanceof MembershipCertificate com
        && (outcome == CredentialOutcome.NEW || outcome == CredentialOutcome.REJECTED)) {
      requestIfOutsideWindow(network, com, nowMs);
    }
    return outcome;
  }

  private static String rejectionReason(
      CredentialOutcome outcome, Credential credential, Member member) {
    if (outcome == CredentialOutcome.FORGED) {
      return "invalid signature";
    }
    boolean revoked =
        credential instanceof MembershipCertificate
            ? credential.timestampMs() <= member.comRevokedMs()
            : member.isRevoked(credential);
    return revoked ? "revoked" : "old or invalid";
  }

  /**
   * Requests our configuration if a valid certificate is outside of its window: the controller's
   * clock has jumped, and until the request both members drop the frames of each other.
   */
  private void requestIfOutsideWindow(Network network, MembershipCertificate com, long nowMs) {
    Policy policy = network.policy;
    if (policy == null
        || policy.com == null
        || policy.isCurrent(com.timestampMs())
        || nowMs - network.lastOutsideWindowMs < OUTSIDE_WINDOW_SPACING_MS
        || com.verify(address -> link.identityOf(address, nowMs)) != SignatureStatus.VALID) {
      return;
    }
    network.lastOutsideWindowMs = nowMs;
    network.requestSoon(nowMs);
  }

  private CredentialOutcome validate(
      @Nullable Policy policy, Credential credential, Member member, long nowMs) {
    CredentialOutcome early = null;
    switch (credential) {
      case MembershipCertificate com -> {
        if (member.rejects(com, policy)) {
          return CredentialOutcome.REJECTED;
        }
        if (com.equals(member.com())) {
          return CredentialOutcome.REDUNDANT;
        }
      }
      case Revocation revocation -> {
        int type = revocation.credentialType();
        if (type < Credential.TYPE_MEMBERSHIP || type > Credential.TYPE_OWNERSHIP) {
          return CredentialOutcome.REJECTED;
        }
      }
      case Tag ignored -> early = validateByAge(policy, credential, member);
      case Capability ignored -> early = validateByAge(policy, credential, member);
      case OwnershipCertificate ignored -> early = validateByAge(policy, credential, member);
    }
    if (early != null) {
      return early;
    }
    LongFunction<@Nullable Identity> identities = address -> link.identityOf(address, nowMs);
    SignatureStatus status = credential.verify(identities);
    return switch (status) {
      case VALID -> isNew(credential, member) ? CredentialOutcome.NEW : CredentialOutcome.REDUNDANT;
      case INVALID -> CredentialOutcome.FORGED;
      case SIGNER_UNKNOWN -> CredentialOutcome.DEFERRED;
    };
  }

  private static @Nullable CredentialOutcome validateByAge(
      @Nullable Policy policy, Credential credential, Member member) {
    Credential recorded = member.recorded(credential);
    if (recorded != null) {
      if (isOutdated(credential.timestampMs(), recorded.timestampMs(), policy)) {
        return CredentialOutcome.REJECTED;
      }
      if (recorded.equals(credential)) {
        return CredentialOutcome.REDUNDANT;
      }
    }
    return member.isRevoked(credential) ? CredentialOutcome.REJECTED : null;
  }

  /**
   * Returns whether a credential is older than the recorded one and does not replace it. It does if
   * the recorded one is outside of the window of our configuration and the older one inside: then
   * the controller's clock was ahead when the recorded one was issued, and is right again.
   */
  static boolean isOutdated(long timestampMs, long recordedMs, @Nullable Policy policy) {
    return timestampMs < recordedMs
        && (policy == null || policy.isCurrent(recordedMs) || !policy.isCurrent(timestampMs));
  }

  private static boolean isNew(Credential credential, Member member) {
    return !(credential instanceof Revocation revocation) || !member.hasRevocation(revocation);
  }

  private static void record(Credential credential, Member member) {
    switch (credential) {
      case MembershipCertificate com -> member.record(com);
      case Capability capability -> member.record(capability);
      case Tag tag -> member.record(tag);
      case OwnershipCertificate ownership -> member.record(ownership);
      case Revocation revocation -> member.record(revocation);
    }
  }

  private void propagate(Network network, Revocation revocation, long deliveredBy, long nowMs) {
    Message message = message(List.of(revocation));
    for (Member member : network.members.all()) {
      if (member.address != deliveredBy && member.address != revocation.signer()) {
        link.send(member.address, message, nowMs);
      }
    }
  }

  /** Returns a message with revocations and no other credential. */
  static Message message(List<Revocation> revocations) {
    return new Credentials(
        new NetworkCredentials(List.of(), List.of(), List.of(), revocations, List.of(), true));
  }

  // Sending.

  /** Sends our credentials before a frame to a member that has not got them lately. */
  void sendIfDue(Network network, Member member, long nowMs) {
    if (member.sentCredentialsOf != network.policy
        || nowMs - member.lastCredentialsMs > PUSH_EVERY_MS) {
      send(network, member, nowMs);
    }
  }

  /** Sends our credentials to a peer that has requested them. */
  void sendOnRequest(Network network, long requester, long nowMs) {
    Policy policy = network.policy;
    if (policy == null || policy.com == null) {
      return;
    }
    Member member = network.members.touch(requester, nowMs);
    if (member.sentCredentialsOf != policy
        || nowMs - member.lastCredentialsMs > REQUESTED_PUSH_SPACING_MS) {
      send(network, member, nowMs);
    }
  }

  /**
   * Sends new credentials to members at once, if the configuration has a tag, capability or
   * certificate of ownership that the one before had not: rules of those members depend on it, and
   * they may not get a frame of ours before. Those with which we communicated last come first.
   */
  void sendIfNew(Network network, @Nullable Policy before, long nowMs) {
    Policy policy = network.policy;
    if (before == null || policy == null || !hasNew(before.config, policy.config)) {
      return;
    }
    network.members.all().stream()
        .filter(member -> nowMs - member.touchedMs <= PUSH_EVERY_MS)
        .filter(member -> member.sentCredentialsOf != null || member.com() != null)
        .sorted(Comparator.comparingLong((Member member) -> member.touchedMs).reversed())
        .limit(MAX_PROMPT_RECIPIENTS)
        .forEach(member -> send(network, member, nowMs));
  }

  /** Timestamps and signatures differ in each configuration, and are ignored. */
  private static boolean hasNew(NetworkConfig before, NetworkConfig after) {
    return after.tags().stream()
            .anyMatch(
                tag ->
                    before.tags().stream()
                        .noneMatch(old -> old.id() == tag.id() && old.value() == tag.value()))
        || after.capabilities().stream()
            .anyMatch(
                capability ->
                    before.capabilities().stream()
                        .noneMatch(
                            old ->
                                old.id() == capability.id()
                                    && old.rules().equals(capability.rules())))
        || after.ownerships().stream()
            .anyMatch(
                ownership ->
                    before.ownerships().stream()
                        .noneMatch(old -> old.addresses().equals(ownership.addresses())));
  }

  private void send(Network network, Member member, long nowMs) {
    boolean mayBeLost = nowMs - member.lastCredentialsMs < REPEAT_AFTER_MS;
    member.sentCredentialsOf = network.policy;
    member.lastCredentialsMs = nowMs;
    sendAll(network, member, nowMs);
    if (mayBeLost && repeats.size() < MAX_REPEATS && !isRepeated(network, member)) {
      repeats.add(new Repeat(network, member, nowMs + REPEAT_AFTER_MS));
    }
  }

  private boolean isRepeated(Network network, Member member) {
    for (Repeat repeat : repeats) {
      if (repeat.network == network && repeat.member == member) {
        return true;
      }
    }
    return false;
  }

  private void sendAll(Network network, Member member, long nowMs) {
    for (Message message : network.credentials) {
      link.send(member.address, message, nowMs);
    }
  }

  /** Returns when credentials are to be repeated. */
  long nextDeadlineMs() {
    Repeat first = repeats.peekFirst();
    return first == null ? Deadlines.NEVER : first.atMs;
  }

  /** Repeats credentials whose time has come, in the version that is in force now. */
  void advance(long nowMs) {
    for (Repeat next = repeats.peekFirst();
        next != null && nowMs >= next.atMs;
        next = repeats.peekFirst()) {
      repeats.removeFirst();
      if (networks.get(next.network.id) == next.network) {
        sendAll(next.network, next.member, nowMs);
      }
    }
  }
}
