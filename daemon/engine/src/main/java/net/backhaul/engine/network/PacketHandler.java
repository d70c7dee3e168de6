// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import java.net.InetAddress;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.Verb;

/**
 * What peers ask of the networks above them: the packets are authentic, opened and decompressed.
 *
 * <p>Bytes are borrowed; 28 bytes before the payload may be overwritten where it is not parked.
 * Malformed payloads throw WireException.
 */
public interface PacketHandler {
  /** Handles FRAME, EXT_FRAME and the other verbs of VL2 (03). */
  Handled receive(
      Verb verb, byte[] bytes, int payloadStart, int payloadLength, Arrival from, long nowMs);

  /** Handles the body of an awaited OK to one of the verbs of VL2. */
  Handled receiveOk(
      Verb inReVerb,
      long inRePacketId,
      byte[] bytes,
      int bodyStart,
      int bodyLength,
      Arrival from,
      long nowMs);

  Handled receiveError(ErrorMessage error, Arrival from, long nowMs);

  /** Returns whether an address lies in a managed prefix, and so can't be a physical path. */
  boolean isManagedAddress(InetAddress address);
}
