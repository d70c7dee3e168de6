// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetAddress;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.Verb;

/** Accepts and ignores the packets of VL2, for a VL1 without networks. */
class NoHandler implements PacketHandler {
  static final NoHandler INSTANCE = new NoHandler();

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
