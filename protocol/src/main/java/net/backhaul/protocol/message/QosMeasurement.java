// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.message;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;

/**
 * QOS_MEASUREMENT: which packets came over a path of a bond, and how long ago (02 section 2.19).
 *
 * @param records 1 to {@link #MAX_RECORDS}
 */
public record QosMeasurement(List<Received> records) implements Message {
  public static final int MAX_RECORDS = 140;
  private static final int MAX_HOLDING_MS = 0xffff;
  private static final int RECORD_BYTES = 10;

  /** The verbs count only those packets whose id has this bit. */
  private static final long COUNTED_BIT = 1;

  /**
   * A packet that came over the path.
   *
   * @param holdingMs the time between its receipt and this report, 0 to 65535
   */
  public record Received(long packetId, int holdingMs) {
    public Received {
      holdingMs = Math.clamp(holdingMs, 0, MAX_HOLDING_MS);
    }
  }

  public QosMeasurement {
    records = List.copyOf(records);
  }

  /** Returns whether a packet of this id is reported. */
  public static boolean counts(long packetId) {
    return (packetId & COUNTED_BIT) != 0;
  }

  /** Reads the payload; bytes that are no whole record are left. */
  public static QosMeasurement read(WireReader in) {
    int count = in.remaining() / RECORD_BYTES;
    if (count == 0 || count > MAX_RECORDS) {
      throw new WireException("QOS_MEASUREMENT: 1 to " + MAX_RECORDS + " records, not " + count);
    }
    var records = new ArrayList<Received>(count);
    for (int i = 0; i < count; i++) {
      // The reference writes both in the byte order of its host, which is little-endian.
      long packetId = Long.reverseBytes(in.u64());
      records.add(new Received(packetId, Short.reverseBytes((short) in.u16()) & 0xffff));
    }
    return new QosMeasurement(records);
  }

  @Override
  public void writeTo(WireWriter out) {
    for (Received each : records) {
      out.u64(Long.reverseBytes(each.packetId))
          .u16(Short.reverseBytes((short) each.holdingMs) & 0xffff);
    }
  }

  @Override
  public Verb verb() {
    return Verb.QOS_MEASUREMENT;
  }
}
