// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

/** An answer to a packet of ours (02 section 2.3). */
public sealed interface Ok extends Message
    permits HelloOk,
        WhoisOk,
        EchoOk,
        ExtFrameOk,
        NetworkConfigRequestOk,
        NetworkConfigOk,
        MulticastGatherOk,
        MulticastFrameOk {
  /** Returns the on-wire id of the packet that is answered. */
  long inRePacketId();

  @Override
  default Verb verb() {
    return Verb.OK;
  }
}
