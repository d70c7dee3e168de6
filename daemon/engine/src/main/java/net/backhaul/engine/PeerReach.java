// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.net.InetSocketAddress;
import java.util.List;

/**
 * How a peer is reached at one moment, and why not directly; for the diagnosis.
 *
 * @param relay the root that relays, or 0
 * @param probes the probes of the best path that were answered or lost lately
 * @param lostProbes how many of them were lost
 * @param mtuBytes the payload of datagrams to the peer
 * @param lastReceiveMs when its last packet came, 0 for never
 * @param pathSinceMs since when the best path exists, 0 without one
 * @param obstacle why there is no direct path
 * @param candidates the endpoints at which one was searched, the latest first
 * @param portsTried how many other ports of its NAT were tried lately
 */
public record PeerReach(
    PeerStatus peer,
    Link link,
    long relay,
    int probes,
    int lostProbes,
    int mtuBytes,
    Cipher cipher,
    long lastReceiveMs,
    long pathSinceMs,
    Obstacle obstacle,
    List<Candidate> candidates,
    int portsTried) {
  /** How packets to a peer travel now. */
  public enum Link {
    DIRECT,
    /** Over a TCP relay, to an endpoint of the peer. */
    TCP,
    RELAY,
    /** There is no direct path, and no root answers. */
    NONE
  }

  /** How packets to a peer are protected. */
  public enum Cipher {
    AES_GMAC_SIV,
    SALSA20_POLY1305,
    /** A trusted path: packets are not encrypted. */
    NONE
  }

  /** Why there is no direct path to a peer, as far as this node can observe it. */
  public enum Obstacle {
    /** There is one. */
    NONE,
    /** A root of which no listed endpoint answers. */
    ROOT_SILENT,
    /** The direct path does not answer probes. */
    PATH_SILENT,
    /** No endpoint of the peer is known. */
    NO_CANDIDATE,
    /** local.conf forbids all endpoints of the peer. */
    FORBIDDEN,
    /** All endpoints of the peer are of a kind that no path may have, or inside a network. */
    UNUSABLE,
    /** This host has no socket of the family of any endpoint of the peer. */
    NO_SOCKET,
    /** No frames are exchanged, so no path is searched. */
    IDLE,
    /** The NAT of this node uses another port for each destination, and no candidate answers. */
    OUR_NAT,
    /** The NAT of the peer seems to do that. */
    PEER_NAT,
    /** Both NATs do. */
    BOTH_NATS,
    /** No candidate answers. */
    NO_ANSWER
  }

  /** What became of a candidate. */
  public enum Verdict {
    TRIED,
    FORBIDDEN,
    UNUSABLE
  }

  /** An endpoint at which a path was searched: how often, and when last. */
  public record Candidate(InetSocketAddress endpoint, Verdict verdict, int tries, long lastMs) {}

  public PeerReach {
    candidates = List.copyOf(candidates);
  }
}
