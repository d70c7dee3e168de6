// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

/** OK: the answer to a packet (02 section 2.3). */
public sealed interface Ok extends Message
    permits HelloOk,
        WhoisOk,
        EchoOk,
        ExtFrameOk,
        NetworkConfigRequestOk,
        NetworkConfigOk,
        MulticastGatherOk,
        MulticastFrameOk {
  /** Returns the id on the wire of the packet that is answered. */
  long inRePacketId();

  @Override
  default Verb verb() {
    return Verb.OK;
  }
}
