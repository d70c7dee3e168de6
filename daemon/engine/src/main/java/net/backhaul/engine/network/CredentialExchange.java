// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.List;
import java.util.function.Function;
import java.util.function.LongFunction;
import net.backhaul.engine.Drop;
import net.backhaul.engine.LongMap;
import net.backhaul.engine.peer.InboundPacket;
import net.backhaul.engine.peer.PacketOutcome;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Credentials;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.network.Capability;
import net.backhaul.protocol.network.Credential;
import net.backhaul.protocol.network.MembershipCertificate;
import net.backhaul.protocol.network.NetworkCredentials;
import net.backhaul.protocol.network.OwnershipCertificate;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.network.SignatureStatus;
import net.backhaul.protocol.network.Tag;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import org.jspecify.annotations.Nullable;

/** Takes the credentials that members show, and shows them ours (03 sections 4.7 to 4.9). */
final class CredentialExchange {
  /** What became of a credential. */
  enum CredentialOutcome {
    NEW,
    REDUNDANT,
    REJECTED,
    /** Its signature is false: nobody honest shows it. */
    FORGED,
    /** Its signer is unknown; somebody was asked for him. */
    DEFERRED
  }

  private static final long SHOW_AGAIN_MS = 500_000;
  private static final long ASKED_SPACING_MS = 1_000;
  private static final long TAKE_SPACING_MS = 1_000;

  /** A look at a signature is dear: after so many false ones the rest of a packet is not read. */
  private static final int MAX_FORGED = 3;

  private static final int MAX_REMEMBERED_SENDERS = 16_384;

  private final PeerLink link;
  private final LongMap<Network> networks;
  private final BadSignaturePenalty badSignatures = new BadSignaturePenalty();
  private LongMap<Long> lastTakenMs = new LongMap<>();

  CredentialExchange(PeerLink link, LongMap<Network> networks) {
    this.link = link;
    this.networks = networks;
  }

  // Taking.

  /** Handles NETWORK_CREDENTIALS; what comes before an error in it counts. */
  PacketOutcome receive(WireReader in, InboundPacket from, long nowMs) {
    if (!mayShow(from.source(), nowMs)) {
      link.drop(Drop.RATE_LIMITED);
      return PacketOutcome.IGNORED;
    }
    var batch = new CredentialBatch(from.source(), nowMs);
    boolean complete = false;
    try {
      complete = batch.takeAll(in);
    } finally {
      if (!batch.deferred) {
        remember(from.source(), nowMs);
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

  /** The credentials of one packet, taken one after the other. */
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

    /** Returns whether the packet had all its parts. */
    boolean takeAll(WireReader in) {
      while (!in.atEnd()) {
        if (in.array()[in.position()] == 0) {
          in.skip(1);
          break;
        }
        if (!take(MembershipCertificate.read(in))) {
          return false;
        }
      }
      return takeList(in, Capability::read)
          && takeList(in, Tag::read)
          && takeList(in, Revocation::read)
          && takeList(in, OwnershipCertificate::read);
    }

    private boolean takeList(WireReader in, Function<WireReader, Credential> read) {
      if (in.atEnd()) {
        return false;
      }
      int count = in.u16();
      for (int i = 0; i < count; i++) {
        if (in.atEnd()) {
          throw new WireException("fewer credentials than stated");
        }
        if (!take(read.apply(in))) {
          return false;
        }
      }
      return true;
    }

    /** Returns whether to go on. */
    private boolean take(Credential credential) {
      switch (accept(credential, source, nowMs)) {
        case NEW, REDUNDANT -> useful = true;
        case DEFERRED -> deferred = true;
        case FORGED -> forged++;
        case REJECTED -> {}
      }
      return !deferred && forged < MAX_FORGED;
    }
  }

  private boolean mayShow(long source, long nowMs) {
    Long last = lastTakenMs.get(source);
    return last == null || nowMs - last >= TAKE_SPACING_MS;
  }

  /** Packets that were deferred don't count: they come again as soon as the signer is known. */
  private void remember(long source, long nowMs) {
    if (lastTakenMs.size() >= MAX_REMEMBERED_SENDERS) {
      lastTakenMs = new LongMap<>(); // Whoever is forgotten may come once more within a second.
    }
    lastTakenMs.put(source, nowMs);
  }

  /**
   * Takes a certificate that came with something else, as old senders do (03 sections 6.2, 7.5 and
   * 7.6).
   */
  void acceptAttached(MembershipCertificate com, long deliveredBy, long nowMs) {
    if (badSignatures.isPenalized(deliveredBy, nowMs)) {
      link.drop(Drop.RATE_LIMITED);
    } else if (accept(com, deliveredBy, nowMs) == CredentialOutcome.FORGED) {
      badSignatures.penalize(deliveredBy, nowMs);
    }
  }

  /** Files a credential under the member it names, whoever has shown it (03 section 4.8). */
  CredentialOutcome accept(Credential credential, long deliveredBy, long nowMs) {
    Network network = networks.get(credential.networkId());
    long about = credential.issuedTo();
    if (network == null || Addresses.isReserved(about) || about != (about & Addresses.MASK)) {
      return CredentialOutcome.REJECTED;
    }
    Member known = network.members.get(about);
    Member member = known == null ? new Member(about, nowMs) : known;
    CredentialOutcome acceptance = judge(credential, member, nowMs);
    switch (acceptance) {
      case NEW -> {
        keep(credential, network.members.touch(about, nowMs));
        if (credential instanceof Revocation revocation && revocation.propagatesFast()) {
          passOn(network, revocation, deliveredBy, nowMs);
        }
        if (about == link.self().address() && credential instanceof Revocation) {
          network.askSoon(nowMs);
        }
        link.retryPending(nowMs);
      }
      case REJECTED, FORGED -> link.drop(Drop.BAD_CREDENTIAL);
      case REDUNDANT, DEFERRED -> {}
    }
    return acceptance;
  }

  private CredentialOutcome judge(Credential credential, Member member, long nowMs) {
    CredentialOutcome early = null;
    switch (credential) {
      case MembershipCertificate com -> {
        if (member.refuses(com)) {
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
      case Tag ignored -> early = judgeByAge(credential, member);
      case Capability ignored -> early = judgeByAge(credential, member);
      case OwnershipCertificate ignored -> early = judgeByAge(credential, member);
    }
    if (early != null) {
      return early;
    }
    LongFunction<@Nullable Identity> identities = address -> link.identityOf(address, nowMs);
    SignatureStatus status = credential.verify(identities);
    return switch (status) {
      case VALID ->
          isNews(credential, member) ? CredentialOutcome.NEW : CredentialOutcome.REDUNDANT;
      case INVALID -> CredentialOutcome.FORGED;
      case SIGNER_UNKNOWN -> CredentialOutcome.DEFERRED;
    };
  }

  private static @Nullable CredentialOutcome judgeByAge(Credential credential, Member member) {
    Credential kept = member.kept(credential);
    if (kept != null) {
      if (kept.timestampMs() > credential.timestampMs()) {
        return CredentialOutcome.REJECTED;
      }
      if (kept.equals(credential)) {
        return CredentialOutcome.REDUNDANT;
      }
    }
    return member.isRevoked(credential) ? CredentialOutcome.REJECTED : null;
  }

  private static boolean isNews(Credential credential, Member member) {
    return !(credential instanceof Revocation revocation) || !member.knows(revocation);
  }

  private static void keep(Credential credential, Member member) {
    switch (credential) {
      case MembershipCertificate com -> member.keep(com);
      case Capability capability -> member.keep(capability);
      case Tag tag -> member.keep(tag);
      case OwnershipCertificate ownership -> member.keep(ownership);
      case Revocation revocation -> member.keep(revocation);
    }
  }

  private void passOn(Network network, Revocation revocation, long deliveredBy, long nowMs) {
    Message message = alone(revocation);
    for (Member member : network.members.all()) {
      if (member.address != deliveredBy && member.address != revocation.signer()) {
        link.send(member.address, message, nowMs);
      }
    }
  }

  /** Returns a message with nothing in it but a revocation. */
  static Message alone(Revocation revocation) {
    return new Credentials(
        new NetworkCredentials(
            List.of(), List.of(), List.of(), List.of(revocation), List.of(), true));
  }

  // Showing.

  /** Shows our credentials to a member that gets a frame next, if it has not seen them lately. */
  void showIfDue(Network network, Member member, long nowMs) {
    if (member.shown != network.policy || nowMs - member.lastShownMs > SHOW_AGAIN_MS) {
      show(network, member, nowMs);
    }
  }

  /** Somebody says that he needs to see our credentials. */
  void showOnRequest(Network network, long asker, long nowMs) {
    Policy policy = network.policy;
    if (policy == null || policy.com == null) {
      return;
    }
    Member member = network.members.touch(asker, nowMs);
    if (member.shown != policy || nowMs - member.lastShownMs > ASKED_SPACING_MS) {
      show(network, member, nowMs);
    }
  }

  private void show(Network network, Member member, long nowMs) {
    member.shown = network.policy;
    member.lastShownMs = nowMs;
    for (Message message : network.credentials) {
      link.send(member.address, message, nowMs);
    }
  }
}
