// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.nio.charset.StandardCharsets;
import net.backhaul.engine.Drop;
import net.backhaul.engine.Event;

/** Receives the records of diagnosis that members send (02 section 2.21). */
final class RemoteTraces {
  /** Maximum length of a record that is delivered. */
  static final int MAX_BYTES = 10_000;

  /** Maximum records of one packet. */
  static final int MAX_RECORDS = 64;

  private final PeerContext context;

  RemoteTraces(PeerContext context) {
    this.context = context;
  }

  /** Delivers each zero-terminated string; what has no terminator is ignored. */
  PacketOutcome receive(InboundPacket packet) {
    byte[] bytes = packet.bytes();
    int start = packet.payloadStart();
    int end = start + packet.payloadLength();
    int records = 0;
    for (int at = start; at < end; at++) {
      if (bytes[at] != 0) {
        continue;
      }
      int length = at - start;
      if (length > 0 && length <= MAX_BYTES) {
        records++;
        if (records > MAX_RECORDS) {
          context.drop(Drop.RATE_LIMITED);
          break;
        }
        String record = new String(bytes, start, length, StandardCharsets.UTF_8);
        context.output.event(new Event.RemoteTraceReceived(packet.source(), record));
      }
      start = at + 1;
    }
    return PacketOutcome.ACCEPTED;
  }
}
