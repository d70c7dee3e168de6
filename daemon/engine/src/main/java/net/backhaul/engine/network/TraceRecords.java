// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.Locale;
import net.backhaul.engine.Drop;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.message.RemoteTrace;
import net.backhaul.protocol.network.Credential;
import net.backhaul.protocol.network.DictionaryWriter;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.packet.Bytes;
import org.jspecify.annotations.Nullable;

/**
 * Sends records of one network to the node that its configuration names for them, up to its level
 * (02 section 2.21).
 */
final class TraceRecords {
  /** Maximum records in a second; further ones are dropped. */
  static final int MAX_PER_SECOND = 20;

  /** The level from which dropped frames are recorded; credentials are at every level. */
  static final int FRAME_LEVEL = 10;

  private static final int MAX_BYTES = 1_024;
  private static final String FRAME_DROPPED = "2000";
  private static final String CREDENTIAL_REJECTED = "2003";
  private static final long SECOND_MS = 1_000;

  private long secondBeginMs = Member.NEVER;
  private int sentInSecond;

  /** Records that a frame of this host was dropped. */
  void frameDropped(PeerLink link, FrameView frame, Drop reason) {
    NetworkConfig config = frame.policy.config;
    if (!isWanted(link, config, FRAME_LEVEL) || !isWithinRate(link, frame.nowMs)) {
      return;
    }
    var record = new DictionaryWriter(MAX_BYTES);
    record.add("event", FRAME_DROPPED);
    record.addU64("networkId", config.networkId());
    record.addU64("sourceMac", frame.sourceMac());
    record.addU64("destMac", frame.destinationMac());
    record.addU64("etherType", frame.etherType());
    record.addU64("vlanId", 0);
    record.addU64("frameLength", frame.length());
    record.add("reason", words(reason));
    send(link, config, record, frame.nowMs);
  }

  /** Records that a credential of a member was rejected. */
  void credentialRejected(
      PeerLink link, @Nullable Policy policy, CredentialRejection rejection, long nowMs) {
    if (policy == null || !isWanted(link, policy.config, 0) || !isWithinRate(link, nowMs)) {
      return;
    }
    Credential credential = rejection.credential();
    var record = new DictionaryWriter(MAX_BYTES);
    record.add("event", CREDENTIAL_REJECTED);
    record.addU64("networkId", policy.config.networkId());
    record.addU64("credType", credential.type());
    record.addU64("credId", credential.id());
    record.addU64("credTs", credential.timestampMs());
    record.addU64("credIssuedTo", credential.issuedTo());
    record.add("reason", rejection.reason());
    send(link, policy.config, record, nowMs);
  }

  /** A credential that was rejected, and why. */
  record CredentialRejection(Credential credential, String reason) {}

  private static boolean isWanted(PeerLink link, NetworkConfig config, int level) {
    long target = config.traceTarget();
    return target != 0
        && target != link.self().address()
        && Long.compareUnsigned(config.traceLevel(), level) >= 0;
  }

  /** Counts a record, before it is made: a flood of frames costs no more than this. */
  private boolean isWithinRate(PeerLink link, long nowMs) {
    if (nowMs - secondBeginMs >= SECOND_MS) {
      secondBeginMs = nowMs;
      sentInSecond = 0;
    }
    if (sentInSecond >= MAX_PER_SECOND) {
      link.drop(Drop.RATE_LIMITED);
      return false;
    }
    sentInSecond++;
    return true;
  }

  private static void send(
      PeerLink link, NetworkConfig config, DictionaryWriter record, long nowMs) {
    link.send(config.traceTarget(), new RemoteTrace(Bytes.of(record.toByteArray())), nowMs);
  }

  /** Returns the words of the reference, where they are recorded, else ours. */
  private static String words(Drop reason) {
    return switch (reason) {
      case BLOCKED_BY_RULES_OUTBOUND -> "filter blocked";
      case BRIDGING_NOT_AUTHORIZED -> "not a bridge";
      default -> reason.name().toLowerCase(Locale.ROOT).replace('_', ' ');
    };
  }
}
