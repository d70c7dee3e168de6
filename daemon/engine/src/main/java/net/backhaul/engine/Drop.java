// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

/** Why a datagram, a packet or a frame was dropped. */
public enum Drop {
  TOO_SHORT,
  TOO_LONG,
  FROM_MYSELF,
  NOT_FOR_US,
  TOO_MANY_HOPS,
  NO_ROUTE,
  BAD_FRAGMENT,
  BAD_SUITE,
  BAD_MAC,
  BAD_COMPRESSION,
  MALFORMED,
  OLD_PROTOCOL,
  FALSE_IDENTITY,
  IDENTITY_COLLISION,
  UNKNOWN_SENDER,
  /** A pending packet expired, or was evicted for a later one. */
  PENDING_EXPIRED,
  /** An OK that answers no request of ours. */
  UNSOLICITED,
  RATE_LIMITED,
  TOO_MANY_PEERS,
  TOO_MANY_GROUPS,
  NOT_A_MEMBER,
  FORBIDDEN_BY_RULES,
  /** The host's header says of a frame what cannot be. */
  BAD_OFFLOAD,
  BAD_CREDENTIAL,
  BAD_CONFIGURATION
}
