// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.relay;

import io.netty.buffer.ByteBuf;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.relay.RelayRecordView;
import net.backhaul.protocol.relay.RelayRecords;

/** Reads the records of one connection, whatever the parts are in which they come. */
final class RecordReader {
  private static final int MAX_RECORD_BYTES =
      RelayRecords.HEADER_BYTES + RelayLimits.MAX_BODY_BYTES;
  private static final int LENGTH_AT = 3;

  private final byte[] bytes = new byte[MAX_RECORD_BYTES];
  private final RelayRecordView view = new RelayRecordView();
  private int length;

  /** Takes a record; the bytes are valid until the method returns. */
  interface Receiver {
    void receive(RelayRecordView.Kind kind, RelayRecordView record, byte[] bytes);
  }

  /**
   * Reads what has come; the buffer is consumed.
   *
   * @throws WireException if it is no record, or a longer one than is permitted; the connection is
   *     to be closed
   */
  void read(ByteBuf received, Receiver receiver) {
    while (received.isReadable()) {
      int part = Math.min(received.readableBytes(), bytes.length - length);
      received.readBytes(bytes, length, part);
      length += part;
      int done = 0;
      for (int next = first(0); next > 0; next = first(done)) {
        receiver.receive(view.wrap(bytes, done, next), view, bytes);
        done += next;
      }
      length -= done;
      System.arraycopy(bytes, done, bytes, 0, length);
    }
  }

  /** Returns the length of the record at an index, 0 if it is incomplete. */
  private int first(int start) {
    int left = length - start;
    int record = RelayRecords.firstRecordBytes(bytes, start, left);
    if (record == 0 && left >= RelayRecords.HEADER_BYTES) {
      int at = start + LENGTH_AT;
      int body = (bytes[at] & 0xff) << Byte.SIZE | bytes[at + 1] & 0xff;
      if (body > RelayLimits.MAX_BODY_BYTES) {
        throw new WireException("record of a TCP relay too long");
      }
    }
    return record;
  }
}
