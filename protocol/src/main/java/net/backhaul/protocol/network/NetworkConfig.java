// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.net.InetAddress;
import java.util.List;
import net.backhaul.protocol.address.IpPrefix;
import org.jspecify.annotations.Nullable;

/**
 * Everything that a controller tells a member about its network (03 section 3).
 *
 * @param credentialWindowMs how far timestamps of others' credentials may be from ours
 * @param flags see the constants
 * @param multicastLimit recipients of a multicast frame, unsigned; 0 is no multicast
 * @param specialists addresses with role flags in their upper bits
 */
public record NetworkConfig(
    long networkId,
    long timestampMs,
    long credentialWindowMs,
    long revision,
    long issuedTo,
    long traceTarget,
    long traceLevel,
    long flags,
    int multicastLimit,
    boolean isPublic,
    String name,
    int mtuBytes,
    @Nullable MembershipCertificate com,
    List<Capability> capabilities,
    List<Tag> tags,
    List<OwnershipCertificate> ownerships,
    List<Long> specialists,
    List<Route> routes,
    List<IpPrefix> addresses,
    List<Rule> rules,
    String dnsDomain,
    List<InetAddress> dnsServers,
    Sso sso) {
  public static final int DEFAULT_MTU_BYTES = 2_800;
  public static final int MIN_MTU_BYTES = 1_280;
  public static final int MAX_MTU_BYTES = 10_000;
  public static final int MAX_CAPABILITIES = 128;
  public static final int MAX_TAGS = 128;
  public static final int MAX_OWNERSHIPS = 4;
  public static final int MAX_SPECIALISTS = 256;
  public static final int MAX_ROUTES = 128;
  public static final int MAX_ADDRESSES = 32;
  public static final int MAX_DNS_SERVERS = 4;
  public static final int MAX_NAME_BYTES = 127;

  /** One more than the longest dictionary that is taken (03 section 1.6). */
  public static final int CAPACITY_BYTES = 484_520;

  public static final long FLAG_BROADCAST = 0x02;
  public static final long FLAG_NDP_EMULATION = 0x04;
  public static final long FLAG_UNKNOWN_MATCHES_MATCH = 0x08;
  public static final long FLAG_NO_COMPRESSION = 0x10;

  public static final long ACTIVE_BRIDGE = 0x0000_0200_0000_0000L;
  public static final long ANCHOR = 0x0000_0400_0000_0000L;
  public static final long REPLICATOR = 0x0000_0800_0000_0000L;

  private static final long ADDRESS = 0xff_ffff_ffffL;

  public NetworkConfig {
    capabilities = List.copyOf(capabilities);
    tags = List.copyOf(tags);
    ownerships = List.copyOf(ownerships);
    specialists = List.copyOf(specialists);
    routes = List.copyOf(routes);
    addresses = List.copyOf(addresses);
    rules = List.copyOf(rules);
    dnsServers = List.copyOf(dnsServers);
  }

  /** Reads a dictionary; throws WireException where the whole of it must be refused. */
  public static NetworkConfig decode(byte[] dictionary) {
    return NetworkConfigCodec.decode(dictionary);
  }

  /** Writes the dictionary, byte for byte as the reference does. */
  public byte[] encode() {
    return NetworkConfigCodec.encode(this);
  }

  public boolean broadcastEnabled() {
    return (flags & FLAG_BROADCAST) != 0;
  }

  public boolean ndpEmulation() {
    return (flags & FLAG_NDP_EMULATION) != 0;
  }

  public boolean isActiveBridge(long address) {
    return hasRole(address, ACTIVE_BRIDGE);
  }

  public boolean isReplicator(long address) {
    return hasRole(address, REPLICATOR);
  }

  public List<Long> activeBridges() {
    return withRole(ACTIVE_BRIDGE);
  }

  public List<Long> anchors() {
    return withRole(ANCHOR);
  }

  public List<Long> replicators() {
    return withRole(REPLICATOR);
  }

  private boolean hasRole(long address, long role) {
    for (long specialist : specialists) {
      if ((specialist & ADDRESS) == address && (specialist & role) != 0) {
        return true;
      }
    }
    return false;
  }

  private List<Long> withRole(long role) {
    return specialists.stream()
        .filter(specialist -> (specialist & role) != 0)
        .map(specialist -> specialist & ADDRESS)
        .toList();
  }
}
