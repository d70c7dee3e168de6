// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.ethernet.ManagedAddresses;
import net.backhaul.protocol.network.MembershipCertificate;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.rules.evaluation.CapabilityRules;
import net.backhaul.rules.evaluation.NetworkRules;
import net.backhaul.rules.evaluation.OwnedAddresses;
import net.backhaul.rules.evaluation.Parties;
import net.backhaul.rules.evaluation.Party;
import net.backhaul.rules.evaluation.RuleTable;
import org.jspecify.annotations.Nullable;

/** The configuration in force, compiled for the path of frames. */
final class Policy {
  /** CWR, PSH and FIN, which are set in the first or last segment only. */
  private static final int SEGMENT_FLAGS = 0x80 | 0x08 | 0x01;

  private static final int SIX_PLANE_BYTES = 5;
  private static final int RFC4193_BYTES = 11;

  final NetworkConfig config;
  final long self;
  final @Nullable MembershipCertificate com;
  final boolean isPublic;
  final int multicastLimit;
  final int mtuBytes;
  final long timestampMs;
  final long windowMs;
  final boolean amBridge;

  /** Whether the rules accept every frame, whatever the credentials of its members. */
  final boolean acceptsAll;

  final NetworkRules rules;

  /** This member, with its credentials. */
  final Party me;

  /** This member with frames to no single recipient. */
  final Parties alone;

  /**
   * Whether all segments of a super-frame get the same verdict: it depends on nothing that differs
   * between them.
   */
  final boolean isSegmentInvariant;

  private final long[] bridges;

  Policy(NetworkConfig config, long self) {
    this.config = config;
    this.self = self;
    com = config.com();
    isPublic = config.isPublic();
    int limit = config.multicastLimit(); // Unsigned: a negative one exceeds any number.
    multicastLimit = limit < 0 ? Integer.MAX_VALUE : limit;
    mtuBytes = config.mtuBytes();
    timestampMs = config.timestampMs();
    windowMs = config.credentialWindowMs();
    amBridge = config.isActiveBridge(self);
    rules =
        new NetworkRules(
            new RuleTable(config.rules()),
            (config.flags() & NetworkConfig.FLAG_UNKNOWN_MATCHES_MATCH) != 0,
            config.ndpEmulation() ? impliedPrefixes() : List.of());
    acceptsAll = rules.table().acceptsAll();
    me = me();
    alone = new Parties(rules, me, null);
    isSegmentInvariant =
        alone.isFlowInvariant(false) && (alone.tcpFlags(false) & SEGMENT_FLAGS) == 0;
    bridges = config.activeBridges().stream().mapToLong(Long::longValue).toArray();
  }

  private Party me() {
    var tags = new LinkedHashMap<Long, Long>();
    config.tags().forEach(tag -> tags.putIfAbsent(tag.id(), tag.value()));
    List<CapabilityRules> capabilities =
        config.capabilities().stream()
            .map(each -> new CapabilityRules(each.id(), new RuleTable(each.rules())))
            .toList();
    return new Party(
        self, tags, capabilities, config.ownerships().stream().map(OwnedAddresses::new).toList());
  }

  /** Returns the prefixes in which an address belongs to a member without a certificate. */
  private List<byte[]> impliedPrefixes() {
    InetAddress sixPlane = ManagedAddresses.sixPlane(config.networkId(), self);
    InetAddress rfc4193 = ManagedAddresses.rfc4193(config.networkId(), self);
    return config.addresses().stream()
        .map(IpPrefix::address)
        .filter(address -> address.equals(sixPlane) || address.equals(rfc4193))
        .map(
            address ->
                Arrays.copyOf(
                    address.getAddress(),
                    address.equals(sixPlane) ? SIX_PLANE_BYTES : RFC4193_BYTES))
        .toList();
  }

  /** Returns whether a credential's timestamp is within the window of the configuration. */
  boolean isCurrent(long credentialTimestampMs) {
    long distance = Math.abs(credentialTimestampMs - timestampMs);
    return distance >= 0 && distance <= windowMs;
  }

  boolean isActiveBridge(long address) {
    for (long bridge : bridges) {
      if (bridge == address) {
        return true;
      }
    }
    return false;
  }

  /** Returns the active bridges in the order of the configuration, borrowed. */
  long[] bridges() {
    return bridges;
  }
}
