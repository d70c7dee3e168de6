// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.packet.WireWriter;

/** The payload of a packet after the verb byte, uncompressed and in plain text. */
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
        UserMessage,
        RemoteTrace,
        QosMeasurement,
        PathNegotiationRequest {
  /** Returns the verb of the packet. */
  Verb verb();

  /** Writes the payload. */
  void writeTo(WireWriter out);
}
