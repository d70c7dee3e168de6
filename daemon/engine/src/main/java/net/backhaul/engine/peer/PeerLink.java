// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.List;
import net.backhaul.engine.Drop;
import net.backhaul.engine.NodeOptions;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Message;
import org.jspecify.annotations.Nullable;

/** The interface of VL1 to the layer above it: identities, sending to peers, and roots. */
public interface PeerLink {
  /** Returns our own identity with its private key. */
  Identity self();

  /** Returns a peer's identity; null while it is unknown, and then it is requested by WHOIS. */
  @Nullable Identity identityOf(long address, long nowMs);

  /** Sends a message over the best path; it is pending until the peer has one. */
  void send(long to, Message message, long nowMs);

  /** Seals packets in place and sends them; their bytes are overwritten. */
  void send(PacketRun run, long nowMs);

  /** Returns the maximum length of a datagram on the best path to a peer (02 section 1.7). */
  int pathMtuBytes(long peer, long nowMs);

  /** Returns whether periodic packets are sent less often (02 section 4.8). */
  boolean lowBandwidth();

  /** Returns how many members of one network are in memory at most. */
  default int maxMembers() {
    return NodeOptions.DEFAULT_MAX_MEMBERS;
  }

  /** Returns the addresses of the roots of the planet and of all moons, except our own. */
  List<Long> upstreams();

  /** Returns the address of the root that requests go to, or 0 without any. */
  long bestUpstreamAddress(long nowMs);

  /** Returns whether this node is a root itself. */
  boolean isUpstream();

  /** Returns when a peer's latest packet was received, far in the past for never. */
  long lastReceiveMs(long address);

  /** Returns the round trip of the best path to a peer, or -1 while unknown. */
  int latencyMs(long address, long nowMs);

  /** Handles pending packets again soon: a credential or a configuration has come. */
  void retryPending(long nowMs);

  /** Counts a dropped packet or frame. */
  void drop(Drop reason);

  /** Counts and reports what an internal error has cost; see {@code Output.internalError}. */
  void internalError(String activity, RuntimeException error);
}
