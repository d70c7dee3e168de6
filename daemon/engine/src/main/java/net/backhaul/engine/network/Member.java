// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.Capability;
import net.backhaul.protocol.network.Credential;
import net.backhaul.protocol.network.MembershipCertificate;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.OwnershipCertificate;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.network.Tag;
import org.jspecify.annotations.Nullable;

/** Another member of a network and its credentials (03 sections 4.8 and 4.9). */
final class Member {
  /** Earlier than any time. */
  static final long NEVER = Long.MIN_VALUE / 2;

  private static final int MAX_TAGS = NetworkConfig.MAX_TAGS;
  private static final int MAX_CAPABILITIES = NetworkConfig.MAX_CAPABILITIES;
  private static final int MAX_OWNERSHIPS = NetworkConfig.MAX_OWNERSHIPS;
  private static final int MAX_REVOCATIONS = 512;

  final long address;
  long touchedMs;
  long lastLikeMs = NEVER;

  /** The configuration whose credentials were sent to the member last, and when. */
  @Nullable Policy sentCredentialsOf;

  long lastCredentialsMs = NEVER;

  private @Nullable MembershipCertificate com;
  private long comTimestampMs;
  private long comRevokedMs;
  private final List<Tag> tags = new ArrayList<>(0);
  private final List<CompiledCapability> capabilities = new ArrayList<>(0);
  private final List<CompiledOwnership> ownerships = new ArrayList<>(0);
  private final Map<Revoked, Long> revoked = new HashMap<>(0);

  private @Nullable MembershipCertificate checkedOurs;
  private @Nullable MembershipCertificate checkedTheirs;
  private @Nullable Identity checkedIdentity;
  private boolean agrees;

  /** The credentials that are revoked up to a time. */
  private record Revoked(int type, long id) {
    static Revoked by(Revocation revocation) {
      return new Revoked(revocation.credentialType(), revocation.credentialId());
    }
  }

  Member(long address, long nowMs) {
    this.address = address;
    this.touchedMs = nowMs;
  }

  @Nullable MembershipCertificate com() {
    return com;
  }

  long comTimestampMs() {
    return comTimestampMs;
  }

  long comRevokedMs() {
    return comRevokedMs;
  }

  boolean hasNoCredentials() {
    return com == null && tags.isEmpty() && capabilities.isEmpty() && ownerships.isEmpty();
  }

  /** Returns whether this member can be evicted without a loss. */
  boolean isBlank() {
    return hasNoCredentials() && comRevokedMs == 0 && revoked.isEmpty();
  }

  /** Returns whether the certificate proves membership under a configuration (03 section 4.8). */
  boolean isAllowed(Policy policy, Identity identity) {
    if (policy.isPublic) {
      return true;
    }
    MembershipCertificate ours = policy.com;
    MembershipCertificate theirs = com;
    if (ours == null || theirs == null || comTimestampMs <= comRevokedMs) {
      return false;
    }
    if (ours != checkedOurs || theirs != checkedTheirs || identity != checkedIdentity) {
      checkedOurs = ours;
      checkedTheirs = theirs;
      checkedIdentity = identity;
      agrees = ours.agreesWith(theirs, identity);
    }
    return agrees;
  }

  /** Returns the value of a tag that is current and not revoked, or -1. */
  long usableTag(long id, Policy policy) {
    for (int i = 0; i < tags.size(); i++) {
      Tag tag = tags.get(i);
      if (tag.id() == id) {
        return isUsable(tag, policy) ? tag.value() : -1;
      }
    }
    return -1;
  }

  int capabilityCount() {
    return capabilities.size();
  }

  CompiledCapability capability(int i) {
    return capabilities.get(i);
  }

  boolean isCapabilityUsable(int i, Policy policy) {
    return isUsable(capabilities.get(i).capability(), policy);
  }

  boolean ownsIp(byte[] bytes, int start, int length, Policy policy) {
    for (int i = 0; i < ownerships.size(); i++) {
      CompiledOwnership ownership = ownerships.get(i);
      if (ownership.ownsIp(bytes, start, length) && isUsable(ownership.certificate(), policy)) {
        return true;
      }
    }
    return false;
  }

  boolean ownsMac(long mac, Policy policy) {
    for (int i = 0; i < ownerships.size(); i++) {
      CompiledOwnership ownership = ownerships.get(i);
      if (ownership.ownsMac(mac) && isUsable(ownership.certificate(), policy)) {
        return true;
      }
    }
    return false;
  }

  private boolean isUsable(Credential credential, Policy policy) {
    return policy.isCurrent(credential.timestampMs())
        && (revoked.isEmpty() || !isRevoked(credential));
  }

  int tagCount() {
    return tags.size();
  }

  int ownershipCount() {
    return ownerships.size();
  }

  /** Returns whether a certificate is revoked, or outdated by the one at hand. */
  boolean rejects(MembershipCertificate newCom, @Nullable Policy policy) {
    long timestampMs = newCom.timestampMs();
    return timestampMs <= comRevokedMs
        || (com != null && CredentialExchange.isOutdated(timestampMs, comTimestampMs, policy));
  }

  void record(MembershipCertificate newCom) {
    com = newCom;
    comTimestampMs = newCom.timestampMs();
  }

  /** Returns the recorded credential of the same type and id, or null. */
  @Nullable Credential recorded(Credential like) {
    return switch (like) {
      case MembershipCertificate ignored -> com;
      case Tag tag -> find(tags, tag.id());
      case Capability capability -> {
        int i = indexOfCapability(capability.id());
        yield i < 0 ? null : capabilities.get(i).capability();
      }
      case OwnershipCertificate ownership -> {
        int i = indexOfOwnership(ownership.id());
        yield i < 0 ? null : ownerships.get(i).certificate();
      }
      default -> null;
    };
  }

  boolean isRevoked(Credential credential) {
    Long thresholdMs = revoked.get(new Revoked(credential.type(), credential.id()));
    return thresholdMs != null && credential.timestampMs() <= thresholdMs;
  }

  void record(Tag tag) {
    tags.removeIf(old -> old.id() == tag.id());
    makeRoom(tags, MAX_TAGS);
    tags.add(tag);
  }

  void record(Capability capability) {
    capabilities.removeIf(old -> old.capability().id() == capability.id());
    makeRoom(capabilities, MAX_CAPABILITIES);
    capabilities.add(new CompiledCapability(capability));
  }

  void record(OwnershipCertificate ownership) {
    ownerships.removeIf(old -> old.certificate().id() == ownership.id());
    makeRoom(ownerships, MAX_OWNERSHIPS);
    ownerships.add(new CompiledOwnership(ownership));
  }

  /** Returns whether a revocation has no effect beyond those recorded. */
  boolean hasRevocation(Revocation revocation) {
    return revocation.thresholdMs()
        <= (revocation.credentialType() == Credential.TYPE_MEMBERSHIP
            ? comRevokedMs
            : revoked.getOrDefault(Revoked.by(revocation), 0L));
  }

  void record(Revocation revocation) {
    if (revocation.credentialType() == Credential.TYPE_MEMBERSHIP) {
      comRevokedMs = revocation.thresholdMs();
      return;
    }
    if (revoked.size() >= MAX_REVOCATIONS) {
      revoked.remove(revoked.keySet().iterator().next());
    }
    revoked.put(Revoked.by(revocation), revocation.thresholdMs());
  }

  private static <T extends Credential> @Nullable T find(List<T> all, long id) {
    for (T one : all) {
      if (one.id() == id) {
        return one;
      }
    }
    return null;
  }

  private int indexOfCapability(long id) {
    for (int i = 0; i < capabilities.size(); i++) {
      if (capabilities.get(i).capability().id() == id) {
        return i;
      }
    }
    return -1;
  }

  private int indexOfOwnership(long id) {
    for (int i = 0; i < ownerships.size(); i++) {
      if (ownerships.get(i).certificate().id() == id) {
        return i;
      }
    }
    return -1;
  }

  /** Only the controller can fill these lists; the oldest entry is evicted. */
  private static void makeRoom(List<?> list, int max) {
    if (list.size() >= max) {
      list.removeFirst();
    }
  }
}
