// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetAddress;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.Verb;

/**
 * The layer above VL1: handles packets that are authentic, decrypted and decompressed.
 *
 * <p>Packet and bytes are borrowed. Unless the outcome is {@link PacketOutcome#PENDING}, the 28
 * bytes before the payload may be overwritten. Malformed payloads throw WireException.
 */
public interface PacketHandler {
  /** Handles FRAME, EXT_FRAME and the other verbs of VL2 (03). */
  PacketOutcome receive(InboundPacket packet, Verb verb);

  /**
   * Handles an OK to a verb of VL2 that answers a request of ours; {@link InboundPacket#okBody}
   * reads its fields.
   */
  PacketOutcome receiveOk(InboundPacket packet, Verb inReVerb);

  /** Handles an ERROR that is not about identities. */
  PacketOutcome receiveError(InboundPacket packet, ErrorMessage error);

  /** Returns whether an address lies in a managed prefix, and so can't be an endpoint of a path. */
  boolean isManagedAddress(InetAddress address);
}
