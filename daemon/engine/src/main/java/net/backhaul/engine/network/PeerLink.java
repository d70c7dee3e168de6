// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.util.List;
import net.backhaul.engine.Drop;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.message.Verb;
import org.jspecify.annotations.Nullable;

/** What networks ask of the peers below them. */
public interface PeerLink {
  Identity self();

  /** Returns an identity, or null for one not known yet, which a root is then asked for. */
  @Nullable Identity identityOf(long address, long nowMs);

  /** Sends a message the best way there is, or lets it wait for one. */
  void send(long to, Message message, long nowMs);

  /** Sends a payload with 28 bytes of room before it; the bytes are clobbered. */
  void sendSealedInPlace(
      long to, Verb verb, byte[] bytes, int payloadStart, int payloadLength, long nowMs);

  /**
   * Sends packets that lie one behind the other, each with 28 bytes of room before its payload; the
   * bytes are clobbered.
   *
   * @param length of all of them together
   * @param packetBytes of each with its room; the last may be shorter
   */
  void sendRunSealedInPlace(
      long to, Verb verb, byte[] bytes, int start, int length, int packetBytes, long nowMs);

  /** Returns how long a payload may be so that its packet fits into one datagram. */
  int fittingPayloadBytes(long to, long nowMs);

  /** Returns the roots of the planet and of all moons, without ourselves. */
  List<Long> upstreams();

  /** Returns the root to ask first, or 0 without any. */
  long bestUpstreamAddress(long nowMs);

  /** Returns whether this node is a root itself. */
  boolean isUpstream();

  /** Returns when a peer was heard from last, far in the past for never. */
  long lastHeardMs(long address);

  /** Returns the round trip of the best path to a peer, or -1 while unknown. */
  int latencyMs(long address, long nowMs);

  /** Sees to it that parked packets are looked at again soon: what they wait for may be here. */
  void retryParked(long nowMs);

  /** Counts something that went no further. */
  void drop(Drop reason);
}
