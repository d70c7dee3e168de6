// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import net.backhaul.engine.Drop;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.message.MulticastGatherOk;
import net.backhaul.protocol.message.NetworkConfigRequestOk;

/**
 * Sends replies to where a packet came from (02 section 2, "Reply routing"). It may have been
 * replayed from a forged address: what is much longer than its request goes over a path that the
 * peer has confirmed, or through a root.
 */
final class Replies implements InboundPacket.ReplySender {
  private final PeerContext context;
  private final Upstreams upstreams;
  private final EndpointSender endpoints;
  private final Sender sender;

  Replies(PeerContext context, Upstreams upstreams, EndpointSender endpoints, Sender sender) {
    this.context = context;
    this.upstreams = upstreams;
    this.endpoints = endpoints;
    this.sender = sender;
  }

  @Override
  public void reply(InboundPacket to, Message message) {
    boolean isLong =
        message instanceof NetworkConfigRequestOk || message instanceof MulticastGatherOk;
    if (isLong && to.path() == null && upstreams.at(to.socket(), to.endpoint()) == null) {
      context.drop(Drop.UNPROVEN_ADDRESS);
      sender.send(to.source(), message, to.nowMs());
    } else {
      endpoints.reply(to, message);
    }
  }
}
