// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

/** The kinds of work that the node does when a time has come, each once in {@link Deadlines}. */
public enum Deadline {
  /** When packets whose identity, credential or path has come are handled. */
  PENDING_READY,
  /** When packets that are still pending are retried. */
  PENDING_RETRY,
  /** When roots without a path, and seeds of moons, get another HELLO. */
  ROOT_CONTACT,
  /** When roots that may not have confirmed our path are probed again. */
  ROOT_PROBE,
  /** When roots and peers get a HELLO after the uplink of the host has changed. */
  RECONNECTION,
  /** When a peer to which a root has introduced us is contacted again. */
  INTRODUCTION,
  /** When the search for the ports of a NAT continues. */
  PORT_SEARCH,
  /** When UDP to the roots, or the TCP relay in its place, is checked. */
  RELAY_FALLBACK,
  /** When another size of datagrams is probed on a path whose MTU is measured. */
  PATH_MTU,
  /** When paths of bonded peers are verified. */
  BONDING,
  /** When idle paths get a keepalive. */
  KEEPALIVE,
  /** When silent peers and old records about peers expire. */
  PEER_EXPIRY,
  /** When a network's configuration is requested again. */
  CONFIG_REQUEST,
  /** When credentials are repeated that followed others too soon. */
  CREDENTIALS_REPEAT,
  /** When multicast groups are announced again. */
  MULTICAST_ANNOUNCEMENT,
  /** When a pending multicast frame is sent to more members, or expires. */
  MULTICAST_PENDING,
  /** When old records about networks expire. */
  NETWORK_EXPIRY
}
