// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.packet.WireWriter;

/**
 * REMOTE_TRACE: a record of diagnosis (02 section 2.21). Received ones may have several records,
 * which {@code RemoteTraces} of the engine separates.
 *
 * @param record a dictionary without zero bytes
 */
public record RemoteTrace(Bytes record) implements Message {
  @Override
  public void writeTo(WireWriter out) {
    record.writeTo(out);
    out.u8(0);
  }

  @Override
  public Verb verb() {
    return Verb.REMOTE_TRACE;
  }
}
