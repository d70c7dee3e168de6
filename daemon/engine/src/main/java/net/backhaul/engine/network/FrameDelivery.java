// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import net.backhaul.engine.Drop;
import net.backhaul.engine.Output;
import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.packet.BigEndian;

/** Delivers received frames, which the rules have accepted, to the local device. */
final class FrameDelivery {
  private final PeerLink link;
  private final Output output;

  FrameDelivery(NodeContext node) {
    this.link = node.link();
    this.output = node.output();
  }

  /** Writes the Ethernet header before the frame, over fields already read, and delivers it. */
  void deliver(FrameView frame) {
    if (frame.length() > frame.policy.mtuBytes) {
      frame.drop(link, Drop.FRAME_TOO_LONG);
      return;
    }
    byte[] bytes = frame.array();
    int start = frame.ethernetStart();
    BigEndian.putMac(bytes, start, frame.destinationMac());
    BigEndian.putMac(bytes, start + 6, frame.sourceMac());
    BigEndian.put16(bytes, start + 12, frame.etherType());
    frame.network.counters.received(true, 1);
    output.deliverFrame(frame.network.id, bytes, start, frame.ethernetLength());
  }
}
