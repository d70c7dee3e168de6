// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.net.InetSocketAddress;
import net.backhaul.protocol.packet.Bytes;

/** An event of the node that is reported outside of it. */
public sealed interface Event {
  /**
   * The node is online.
   *
   * @param isRoot whether it is so because it is a root itself; otherwise a root has answered
   */
  record Online(boolean isRoot) implements Event {}

  /** No root has answered lately: the node is offline. */
  record Offline() implements Event {}

  /** A root reports that another node has our address: this identity can't be used. */
  record IdentityCollision() implements Event {}

  /** A direct path to a peer was learned. */
  record PathLearned(long address, InetSocketAddress endpoint) implements Event {}

  /**
   * Another size of datagrams gets through on a path than before (02 section 1.7).
   *
   * @param payloadBytes of the largest datagrams that are sent from now on
   */
  record PathMtuChanged(long address, InetSocketAddress endpoint, int payloadBytes)
      implements Event {}

  /**
   * Frames to a bonded peer take another path.
   *
   * @param device the interface of the host
   */
  record BondChanged(long address, String device, InetSocketAddress endpoint) implements Event {}

  /** A root reports another address of this node than before. */
  record SurfaceChanged(InetSocketAddress surface) implements Event {}

  /** A root has sent a HELLO with the time of its clock, in milliseconds since 1970. */
  record RootClock(long address, long timestampMs) implements Event {}

  /**
   * A peer has answered the last ping to it.
   *
   * @param relayed whether the answer came through a root
   * @param relay that root, or 0 if it is unknown which one
   * @param endpoint where the answer came from: of the peer, or of the root
   */
  record PingAnswered(
      long address, long roundTripMs, boolean relayed, long relay, InetSocketAddress endpoint)
      implements Event {}

  /**
   * Frames circulate in a loop of segments through this bridge, and are dropped.
   *
   * @param sourceMac of one of them, 48 bits
   */
  record BridgeLoop(long networkId, long sourceMac) implements Event {}

  /**
   * A peer has sent us a record of its diagnosis (02 section 2.21), in the form of a dictionary.
   */
  record RemoteTraceReceived(long source, String record) implements Event {}

  /** A peer has sent us a message that is not for a network (02 section 2.20). */
  record UserMessageReceived(long source, long type, Bytes data) implements Event {}
}
