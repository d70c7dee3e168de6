// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.packet.WireWriter;

/** The payload of a packet: what stands behind the verb byte, uncompressed and in the clear. */
public sealed interface Message
    permits Nop,
        Hello,
        Ok,
        ErrorMessage,
        Whois,
        Rendezvous,
        Echo,
        MulticastLike,
        Credentials,
        NetworkConfigRequest,
        NetworkConfigPush,
        MulticastGather,
        MulticastFrame,
        ExtFrame,
        PushDirectPaths,
        UserMessage {
  Verb verb();

  void writeTo(WireWriter out);
}
