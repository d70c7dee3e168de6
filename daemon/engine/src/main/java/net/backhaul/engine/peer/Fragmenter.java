// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import net.backhaul.engine.DatagramRun;
import net.backhaul.protocol.packet.FragmentView;
import net.backhaul.protocol.packet.PacketView;
import net.backhaul.protocol.packet.Packets;

/**
 * Splits packets that are longer than a datagram (02 section 1.6).
 *
 * <p>The fragments are of one size, or nearly, where the reference fills all but the last: so they
 * leave as one run, and runs of packets of one size continue across packets.
 */
final class Fragmenter {
  private static final int HEADER = Packets.FRAGMENT_HEADER_BYTES;

  private final byte[] fragments = new byte[Packets.MAX_BYTES + Packets.MAX_FRAGMENTS * HEADER];
  private final PacketView view = new PacketView();

  /**
   * Points a run of one sealed packet at its fragments, which are valid until the next call.
   *
   * @return false if the packet needs too many of them
   */
  boolean split(DatagramRun run, int mtuBytes) {
    byte[] bytes = run.bytes();
    int start = run.start();
    int length = run.length();
    int count = Math.ceilDiv(length - HEADER, mtuBytes - HEADER);
    if (count > Packets.MAX_FRAGMENTS) {
      return false;
    }
    int runBytes = length + (count - 1) * HEADER;
    int datagramBytes = Math.ceilDiv(runBytes, count);
    view.wrap(bytes, start, length);
    System.arraycopy(bytes, start, fragments, 0, datagramBytes);
    int from = start + datagramBytes;
    int at = datagramBytes;
    for (int number = 1; number < count; number++) {
      FragmentView.writeHeader(fragments, at, view.id(), view.destination(), count, number);
      int dataBytes = Math.min(datagramBytes - HEADER, start + length - from);
      System.arraycopy(bytes, from, fragments, at + HEADER, dataBytes);
      from += dataBytes;
      at += HEADER + dataBytes;
    }
    run.wrap(fragments, 0, runBytes, datagramBytes);
    return true;
  }
}
