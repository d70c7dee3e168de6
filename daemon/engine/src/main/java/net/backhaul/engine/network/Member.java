// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
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
import net.backhaul.rules.evaluation.CapabilityRules;
import net.backhaul.rules.evaluation.OwnedAddresses;
import net.backhaul.rules.evaluation.Parties;
import net.backhaul.rules.evaluation.Party;
import net.backhaul.rules.evaluation.RuleTable;
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
  private final List<HeldCapability> capabilities = new ArrayList<>(0);
  private final List<HeldOwnership> ownerships = new ArrayList<>(0);
  private final Map<Revoked, Long> revoked = new HashMap<>(0);

  /** What rules need of the credentials, compiled for a configuration; null after a change. */
  private @Nullable Parties parties;

  private @Nullable Policy partiesOf;

  private @Nullable MembershipCertificate checkedOurs;
  private @Nullable MembershipCertificate checkedTheirs;
  private @Nullable Identity checkedIdentity;
  private boolean agrees;

  private record HeldCapability(Capability capability, RuleTable table) {}

  private record HeldOwnership(OwnershipCertificate certificate, OwnedAddresses addresses) {}

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

  /**
   * Returns us and this member with its usable credentials, for the rules of a configuration; the
   * same object until one of these changes.
   */
  Parties parties(Policy policy) {
    Parties current = parties;
    if (current == null || partiesOf != policy) {
      current = new Parties(policy.rules, policy.me, party(policy));
      parties = current;
      partiesOf = policy;
    }
    return current;
  }

  /** Returns this member with the credentials that are current and not revoked. */
  private Party party(Policy policy) {
    var usableTags = new LinkedHashMap<Long, Long>();
    for (Tag tag : tags) {
      if (isUsable(tag, policy)) {
        usableTags.put(tag.id(), tag.value());
      }
    }
    var usableCapabilities = new ArrayList<CapabilityRules>();
    for (HeldCapability held : capabilities) {
      if (isUsable(held.capability(), policy)) {
        usableCapabilities.add(new CapabilityRules(held.capability().id(), held.table()));
      }
    }
    List<OwnedAddresses> owned =
        ownerships.stream()
            .filter(held -> isUsable(held.certificate(), policy))
            .map(HeldOwnership::addresses)
            .toList();
    return new Party(address, usableTags, usableCapabilities, owned);
  }

  /** Returns the value of a tag that is current and not revoked, or {@link Party#NO_TAG}. */
  long usableTag(long id, Policy policy) {
    return parties(policy).remoteTag(id);
  }

  int capabilityCount() {
    return capabilities.size();
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

  /** Returns whether a certificate is revoked, or outdated by the current one. */
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
    evictOldestAt(tags, MAX_TAGS);
    tags.add(tag);
    parties = null;
  }

  void record(Capability capability) {
    capabilities.removeIf(old -> old.capability().id() == capability.id());
    evictOldestAt(capabilities, MAX_CAPABILITIES);
    capabilities.add(new HeldCapability(capability, new RuleTable(capability.rules())));
    parties = null;
  }

  void record(OwnershipCertificate ownership) {
    ownerships.removeIf(old -> old.certificate().id() == ownership.id());
    evictOldestAt(ownerships, MAX_OWNERSHIPS);
    ownerships.add(new HeldOwnership(ownership, new OwnedAddresses(ownership)));
    parties = null;
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
    parties = null;
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
  private static void evictOldestAt(List<?> list, int max) {
    if (list.size() >= max) {
      list.removeFirst();
    }
  }
}
