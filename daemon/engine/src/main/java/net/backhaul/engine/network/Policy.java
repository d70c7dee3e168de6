// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.List;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.ethernet.ManagedAddresses;
import net.backhaul.protocol.network.MembershipCertificate;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Tag;
import org.jspecify.annotations.Nullable;

/** The configuration in force, compiled for the path of frames. */
final class Policy {
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
  final boolean unknownMatchesMatch;
  final boolean amBridge;
  final RuleTable rules;
  final CompiledCapability[] capabilities;

  /** Whether outbound frames of one flow all get the same verdict. */
  final boolean isFlowInvariant;

  private final CompiledOwnership[] ownerships;
  private final long[] bridges;
  private final long[] tagIds;
  private final long[] tagValues;
  private final List<byte[]> impliedPrefixes;

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
    unknownMatchesMatch = (config.flags() & NetworkConfig.FLAG_UNKNOWN_MATCHES_MATCH) != 0;
    amBridge = config.isActiveBridge(self);
    rules = new RuleTable(config.rules());
    capabilities =
        config.capabilities().stream()
            .map(CompiledCapability::new)
            .toArray(CompiledCapability[]::new);
    isFlowInvariant =
        rules.isFlowInvariant()
            && Arrays.stream(capabilities).allMatch(each -> each.rules().isFlowInvariant());
    ownerships =
        config.ownerships().stream().map(CompiledOwnership::new).toArray(CompiledOwnership[]::new);
    bridges = config.activeBridges().stream().mapToLong(Long::longValue).toArray();
    tagIds = config.tags().stream().mapToLong(Tag::id).toArray();
    tagValues = config.tags().stream().mapToLong(Tag::value).toArray();
    impliedPrefixes = config.ndpEmulation() ? impliedPrefixes() : List.of();
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

  /** Returns the value of a tag of ours, or -1 without one. */
  long tag(long id) {
    for (int i = 0; i < tagIds.length; i++) {
      if (tagIds[i] == id) {
        return tagValues[i];
      }
    }
    return -1;
  }

  boolean ownsIp(byte[] bytes, int start, int length) {
    for (CompiledOwnership ownership : ownerships) {
      if (ownership.ownsIp(bytes, start, length)) {
        return true;
      }
    }
    return false;
  }

  boolean ownsMac(long mac) {
    for (CompiledOwnership ownership : ownerships) {
      if (ownership.ownsMac(mac)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether an IPv6 address is derived from network and member (03 section 5.4.8). */
  boolean impliesOwnership(byte[] bytes, int start) {
    for (int i = 0; i < impliedPrefixes.size(); i++) {
      byte[] prefix = impliedPrefixes.get(i);
      if (Arrays.equals(prefix, 0, prefix.length, bytes, start, start + prefix.length)) {
        return true;
      }
    }
    return false;
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
