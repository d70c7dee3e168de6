// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import net.backhaul.engine.DatagramRun;
import net.backhaul.protocol.packet.FragmentView;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;

/**
 * Splits a packet that is longer than a datagram (02 section 1.6).
 *
 * <p>The fragments are of one size, or nearly, where the reference fills all but the last: so they
 * leave as one run, and runs of packets of one size continue across packets.
 *
 * <p>Nothing is copied: the header of a fragment overwrites the end of the fragment before it,
 * which must have been sent by then.
 */
final class Fragmenter {
  private static final int HEADER = Packets.FRAGMENT_HEADER_BYTES;

  private final PacketView packet = new PacketView();
  private byte[] bytes = {};
  private int end;
  private int count;
  private int datagramBytes;

  private int number;
  private int dataAt;

  /** Returns the least payload size of datagrams with which a packet needs not too many of them. */
  static int minMtuBytes(int packetBytes) {
    return Math.ceilDiv(packetBytes - HEADER, Packets.MAX_FRAGMENTS) + HEADER;
  }

  /**
   * Starts to split a sealed packet.
   *
   * @return false if it needs too many fragments
   */
  boolean begin(DatagramRun sealed, int mtuBytes) {
    bytes = sealed.bytes();
    end = sealed.end();
    int length = sealed.length();
    packet.wrap(bytes, sealed.start(), length);
    count = Math.ceilDiv(length - HEADER, mtuBytes - HEADER);
    datagramBytes = Math.ceilDiv(length + (count - 1) * HEADER, count);
    number = 0;
    dataAt = sealed.start();
    return count <= Packets.MAX_FRAGMENTS;
  }

  boolean hasNext() {
    return dataAt < end;
  }

  /** Points a run at the next datagram, the head first; it is valid until the next call. */
  void next(DatagramRun run) {
    int start = dataAt;
    if (number > 0) {
      start -= HEADER;
      FragmentView.writeHeader(bytes, start, packet.id(), packet.destination(), count, number);
    }
    number++;
    int length = Math.min(datagramBytes, end - start);
    dataAt = start + length;
    run.wrap(bytes, start, length);
  }
}
