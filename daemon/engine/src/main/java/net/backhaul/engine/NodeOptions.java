// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.packet.Ecn;
import net.backhaul.protocol.packet.Packets;

/**
 * The options that an operator may set for the node; {@link #DEFAULT} suits most.
 *
 * @param physical underlay networks with settings of their own: forbidden, trusted, of another MTU
 * @param hints endpoints to try for a peer without a path
 * @param forbidden underlay networks in which a certain peer is never contacted
 * @param maxPeers maximum peers in memory; unknown peers beyond it are dropped
 * @param avoidsAes whether packets are sealed with Salsa20/12 and Poly1305 also for peers that take
 *     AES; for measurements
 * @param dscp the differentiated services code point of all datagrams, 0 to 63, or {@link
 *     #COPIED_DSCP} (RFC 2474)
 * @param relayUse when TCP relays carry the datagrams (02 section 4.7)
 * @param lowBandwidth whether periodic packets are sent less often (02 section 4.8)
 * @param maxMembers maximum members of one network in memory; others are evicted
 * @param bonding which peers are reached over several paths at a time (02 section 3.10)
 */
public record NodeOptions(
    List<PhysicalNetwork> physical,
    Map<Long, List<InetSocketAddress>> hints,
    Map<Long, List<IpPrefix>> forbidden,
    int maxPeers,
    boolean avoidsAes,
    int dscp,
    RelayUse relayUse,
    boolean lowBandwidth,
    int maxMembers,
    BondingOptions bonding) {
  public static final int DEFAULT_MAX_PEERS = 20_000;
  public static final int DEFAULT_MAX_MEMBERS = 32_768;

  /** The range of both. */
  public static final int LEAST_LIMIT = 100;

  public static final int GREATEST_LIMIT = 1_000_000;

  /** The {@link #dscp} of frames is that of the IP packet in them. */
  public static final int COPIED_DSCP = -1;

  public static final int MAX_DSCP = 63;
  private static final int DSCP_SHIFT = 2;
  public static final NodeOptions DEFAULT =
      new NodeOptions(List.of(), Map.of(), Map.of(), DEFAULT_MAX_PEERS, false, 0, RelayUse.NEVER);

  // Lists are read by index: these methods are called for each packet, and an iterator is an object
  // wherever the compiler cannot prove that it stays local.

  /** One entry of {@code physical} in local.conf (02 sections 1.7 and 1.8). */
  public record PhysicalNetwork(
      IpPrefix network, boolean forbidden, long trustedPathId, int mtuBytes) {}

  /** When TCP relays carry the datagrams of the node. */
  public enum RelayUse {
    NEVER,
    /** While no root answers over UDP. */
    FALLBACK,
    /** Always; the node has no UDP sockets. */
    ALWAYS
  }

  public NodeOptions {
    physical = List.copyOf(physical);
    hints = Map.copyOf(hints);
    forbidden = Map.copyOf(forbidden);
    if (maxPeers < 1) {
      throw new IllegalArgumentException("maxPeers: at least 1, not " + maxPeers);
    }
    if (maxMembers < 2) {
      throw new IllegalArgumentException("maxMembers: at least 2, not " + maxMembers);
    }
    if (dscp < COPIED_DSCP || dscp > MAX_DSCP) {
      throw new IllegalArgumentException("dscp: 0 to 63 or COPIED_DSCP, not " + dscp);
    }
  }

  /** Creates options without the mode for low bandwidth, and without bonding. */
  public NodeOptions(
      List<PhysicalNetwork> physical,
      Map<Long, List<InetSocketAddress>> hints,
      Map<Long, List<IpPrefix>> forbidden,
      int maxPeers,
      boolean avoidsAes,
      int dscp,
      RelayUse relayUse) {
    this(
        physical,
        hints,
        forbidden,
        maxPeers,
        avoidsAes,
        dscp,
        relayUse,
        false,
        DEFAULT_MAX_MEMBERS,
        BondingOptions.NONE);
  }

  /** Returns these options with another use of TCP relays. */
  public NodeOptions withRelayUse(RelayUse use) {
    return new NodeOptions(
        physical,
        hints,
        forbidden,
        maxPeers,
        avoidsAes,
        dscp,
        use,
        lowBandwidth,
        maxMembers,
        bonding);
  }

  /** Returns these options with or without the mode for low bandwidth. */
  public NodeOptions withLowBandwidth(boolean low) {
    return new NodeOptions(
        physical, hints, forbidden, maxPeers, avoidsAes, dscp, relayUse, low, maxMembers, bonding);
  }

  /** Returns these options with other limits of peers and of members of one network. */
  public NodeOptions withLimits(int peers, int members) {
    return new NodeOptions(
        physical,
        hints,
        forbidden,
        peers,
        avoidsAes,
        dscp,
        relayUse,
        lowBandwidth,
        members,
        bonding);
  }

  /** Returns these options with other bonds. */
  public NodeOptions withBonding(BondingOptions bonds) {
    return new NodeOptions(
        physical,
        hints,
        forbidden,
        maxPeers,
        avoidsAes,
        dscp,
        relayUse,
        lowBandwidth,
        maxMembers,
        bonds);
  }

  /** Returns the DSCP bits of the traffic class of datagrams that carry frames of a class. */
  public int dscpBits(int frameClass) {
    return (dscp == COPIED_DSCP ? frameClass : dscp << DSCP_SHIFT) & ~Ecn.MASK;
  }

  /** Returns the payload size of datagrams to an address, 1432 by default. */
  public int mtuBytes(InetAddress to) {
    int configured = configuredMtuBytes(to);
    return configured == 0 ? Packets.DEFAULT_MTU_BYTES : configured;
  }

  /** Returns the payload size of datagrams to an address, or 0 where none is configured. */
  public int configuredMtuBytes(InetAddress to) {
    for (int i = 0; i < physical.size(); i++) {
      PhysicalNetwork entry = physical.get(i);
      if (entry.network().contains(to)) {
        return entry.mtuBytes() == 0 ? 0 : Math.clamp(entry.mtuBytes(), 1400, 10324);
      }
    }
    return 0;
  }

  /** Returns the id of the trusted path to an address, or 0 where packets are encrypted. */
  public long trustedPathId(InetAddress to) {
    for (int i = 0; i < physical.size(); i++) {
      PhysicalNetwork entry = physical.get(i);
      if (entry.trustedPathId() != 0 && entry.network().contains(to)) {
        return entry.trustedPathId();
      }
    }
    return 0;
  }

  /** Returns whether a trusted path of exactly this id leads to the address (02 section 1.8). */
  public boolean trusts(InetAddress from, long pathId) {
    if (pathId == 0) {
      return false;
    }
    for (int i = 0; i < physical.size(); i++) {
      PhysicalNetwork entry = physical.get(i);
      if (entry.trustedPathId() == pathId && entry.network().contains(from)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether this address may not be used to reach the peer. */
  public boolean forbids(long peer, InetAddress address) {
    for (int i = 0; i < physical.size(); i++) {
      PhysicalNetwork entry = physical.get(i);
      if (entry.forbidden() && entry.network().contains(address)) {
        return true;
      }
    }
    for (IpPrefix prefix : forbidden.getOrDefault(peer, List.of())) {
      if (prefix.contains(address)) {
        return true;
      }
    }
    return false;
  }
}
