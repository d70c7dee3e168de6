// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Message;

/** How the packet at hand came in, and the way back; good during the call only. */
public interface Arrival {
  long source();

  Identity sourceIdentity();

  /** Returns the on-wire id of the packet. */
  long packetId();

  int hops();

  /** Sends an answer to where the packet came from. */
  void reply(Message message, long nowMs);
}
