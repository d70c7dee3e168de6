// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetAddress;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.Verb;

/** The layer above a VL1 that has none: accepts packets and does nothing. */
enum NoHandler implements PacketHandler {
  INSTANCE;

  @Override
  public PacketOutcome receive(InboundPacket packet, Verb verb) {
    return PacketOutcome.ACCEPTED;
  }

  @Override
  public PacketOutcome receiveOk(InboundPacket packet, Verb inReVerb) {
    return PacketOutcome.ACCEPTED;
  }

  @Override
  public PacketOutcome receiveError(InboundPacket packet, ErrorMessage error) {
    return PacketOutcome.ACCEPTED;
  }

  @Override
  public boolean isManagedAddress(InetAddress address) {
    return false;
  }
}
