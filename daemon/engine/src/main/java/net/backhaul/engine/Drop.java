// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

/** The reason for which a datagram, a packet or a frame was dropped. */
public enum Drop {
  TOO_SHORT,
  TOO_LONG,
  FROM_SELF,
  NOT_FOR_US,
  TOO_MANY_HOPS,
  NO_ROUTE,
  BAD_FRAGMENT,
  BAD_SUITE,
  BAD_MAC,
  BAD_COMPRESSION,
  MALFORMED,
  OLD_PROTOCOL,
  INVALID_IDENTITY,
  IDENTITY_COLLISION,
  UNKNOWN_SENDER,
  /** A pending packet expired, or was evicted for a later one. */
  PENDING_EXPIRED,
  /** An OK that answers no request of ours. */
  UNSOLICITED,
  RATE_LIMITED,
  /** A packet of which fragments did not come in time, or that was evicted for later ones. */
  INCOMPLETE,
  /**
   * A planet or moon that is not authentic, that was not requested, or whose sender is neither a
   * root nor the seed of a requested moon.
   */
  BAD_WORLD,
  /** A planet or moon that is not newer than ours; a second root may have sent it, too. */
  OLD_WORLD,
  /**
   * An update of a planet or moon that was left out of an OK(HELLO), since its receiver has not
   * proven its address: the answer would be longer than the HELLO, whose source may be forged. Or a
   * reply that was sent over another path, or a beacon from the internet, for the same reason. Or
   * ports that were not searched, since no root has seen the peer at the address that it states.
   */
  UNPROVEN_ADDRESS,
  /** A packet that a bonded peer has sent over several paths, of which one was faster. */
  DUPLICATE,
  TOO_MANY_PEERS,
  TOO_MANY_GROUPS,
  NOT_A_MEMBER,
  BLOCKED_BY_RULES_INBOUND,
  BLOCKED_BY_RULES_OUTBOUND,
  /** A frame without a whole Ethernet header, or without data. */
  FRAME_TOO_SHORT,
  /** A frame over the MTU of its network, or over what fits into a packet. */
  FRAME_TOO_LONG,
  /** A source MAC that is invalid, or that its sender may not use. */
  SPOOFED_MAC,
  /** A frame from or to a device behind this node, which is not a bridge of the network. */
  BRIDGING_NOT_AUTHORIZED,
  /** A destination MAC that is behind a bridge, while the network has no other bridge. */
  NO_BRIDGE,
  /** A frame that circulates in a loop of segments, of which this bridge is a part. */
  BRIDGE_LOOP,
  /** A destination MAC of a reserved address. */
  INVALID_DESTINATION,
  /** A frame to a group, where the network has no multicast or no broadcast. */
  MULTICAST_DISABLED,
  /** A frame to a group of which no member was found in time. */
  NO_RECIPIENT,
  /** A frame or packet of a network that this node has not joined. */
  UNKNOWN_NETWORK,
  /** A frame of a network whose configuration has not been received. */
  NOT_CONFIGURED,
  /** The host's offload header contradicts its frame. */
  BAD_OFFLOAD,
  /**
   * A mark of a router (CE) that cannot be passed on: the flow in the tunnel is not ECN-capable, or
   * the next relay does not copy marks (RFC 6040 section 4.2).
   */
  CONGESTION_MARKED,
  BAD_CREDENTIAL,
  BAD_CONFIGURATION,
  /** An internal error while the datagram, packet, frame, peer or network was handled. */
  INTERNAL_ERROR
}
