// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.net.InetAddress;
import java.util.List;
import net.backhaul.protocol.address.IpPrefix;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a network for one member (03 section 3).
 *
 * @param credentialWindowMs the maximum difference of credentials' timestamps from ours
 * @param traceTarget the node that gets traces, 0 for none
 * @param flags a set of the constants FLAG_*
 * @param multicastLimit the maximum recipients of a multicast frame, unsigned; 0 disables it
 * @param specialists node addresses with roles in their upper bits
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
  /** The MTU of a network without another setting. */
  public static final int DEFAULT_MTU_BYTES = 2_800;

  /** The minimum MTU; lower values are raised. */
  public static final int MIN_MTU_BYTES = 1_280;

  /** The maximum MTU; higher values are lowered. */
  public static final int MAX_MTU_BYTES = 10_000;

  /** The maximum number of capabilities; further ones are ignored. */
  public static final int MAX_CAPABILITIES = 128;

  /** The maximum number of tags; further ones are ignored. */
  public static final int MAX_TAGS = 128;

  /** The maximum number of certificates of ownership; further ones are ignored. */
  public static final int MAX_OWNERSHIPS = 4;

  /** The maximum number of specialists; further ones are ignored. */
  public static final int MAX_SPECIALISTS = 256;

  /** The maximum number of routes; further ones are ignored. */
  public static final int MAX_ROUTES = 128;

  /** The maximum number of addresses; further ones are ignored. */
  public static final int MAX_ADDRESSES = 32;

  /** The number of DNS servers in the binary form. */
  public static final int MAX_DNS_SERVERS = 4;

  /** The maximum length of the name; longer names are truncated. */
  public static final int MAX_NAME_BYTES = 127;

  /** One more than the maximum length of a dictionary (03 section 1.6). */
  public static final int CAPACITY_BYTES = 484_520;

  /** Flag: frames to the broadcast address are allowed. */
  public static final long FLAG_BROADCAST = 0x02;

  /** Flag: neighbor solicitations for managed addresses are answered locally. */
  public static final long FLAG_NDP_EMULATION = 0x04;

  /** Flag: unknown matches in rules match. */
  public static final long FLAG_UNKNOWN_MATCHES_MATCH = 0x08;

  /** Flag: frames are not compressed. */
  public static final long FLAG_NO_COMPRESSION = 0x10;

  /** Role: bridges frames to and from another Ethernet. */
  public static final long ACTIVE_BRIDGE = 0x0000_0200_0000_0000L;

  /** Role: a member that multicast members are always requested from. */
  public static final long ANCHOR = 0x0000_0400_0000_0000L;

  /** Role: replicates multicast frames. */
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

  /** Reads a dictionary; throws WireException if it is rejected as a whole (03 section 3.2). */
  public static NetworkConfig decode(byte[] dictionary) {
    return NetworkConfigCodec.decode(dictionary);
  }

  /** Writes the dictionary, byte for byte as the reference does (03 section 3.1). */
  public byte[] encode() {
    return NetworkConfigCodec.encode(this);
  }

  /** Returns whether frames to the broadcast address are allowed. */
  public boolean broadcastEnabled() {
    return (flags & FLAG_BROADCAST) != 0;
  }

  /** Returns whether neighbor solicitations are answered locally. */
  public boolean ndpEmulation() {
    return (flags & FLAG_NDP_EMULATION) != 0;
  }

  /** Returns whether a member may bridge. */
  public boolean isActiveBridge(long address) {
    return hasRole(address, ACTIVE_BRIDGE);
  }

  /** Returns whether a member replicates multicast frames. */
  public boolean isReplicator(long address) {
    return hasRole(address, REPLICATOR);
  }

  /** Returns the members that may bridge. */
  public List<Long> activeBridges() {
    return withRole(ACTIVE_BRIDGE);
  }

  /** Returns the anchors. */
  public List<Long> anchors() {
    return withRole(ANCHOR);
  }

  /** Returns the members that replicate multicast frames. */
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
