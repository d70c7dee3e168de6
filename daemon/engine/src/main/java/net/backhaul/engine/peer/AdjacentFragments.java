// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import net.backhaul.engine.DatagramBatch;
import net.backhaul.protocol.packet.Ecn;
import net.backhaul.protocol.packet.FragmentView;
import net.backhaul.protocol.packet.Packets;

/**
 * Reassembles a packet whose fragments were received one after another in one batch, in place and
 * without the buffer of {@link net.backhaul.protocol.packet.Reassembly}: the usual case, since they
 * leave as one run (02 section 1.6).
 */
final class AdjacentFragments {
  private final FragmentView fragment = new FragmentView();
  private int count;
  private int length;
  private int ecn;

  /**
   * Reassembles the packet that begins at an index of a batch if the datagrams after it are its
   * fragments, in order. The bytes of the batch are overwritten.
   *
   * @return false if they are not; the batch is unchanged
   */
  boolean reassemble(DatagramBatch batch, int index, long packetId) {
    count = 0;
    length = batch.length(index);
    ecn = batch.ecn(index);
    int total = 2;
    for (int number = 1; number < total; number++) {
      if (index + number >= batch.count()) {
        return false;
      }
      int start = batch.start(index + number);
      int datagramBytes = batch.length(index + number);
      fragment.wrap(batch.bytes(), start, datagramBytes);
      if (!FragmentView.isFragment(batch.bytes(), start, datagramBytes)
          || fragment.packetId() != packetId
          || fragment.number() != number
          || !fragment.isValid()
          || (number > 1 && fragment.total() != total)) {
        return false;
      }
      total = fragment.total();
      length += fragment.dataLength();
      ecn = Ecn.combine(ecn, batch.ecn(index + number));
    }
    if (length > Packets.MAX_BYTES) {
      return false;
    }
    count = total - 1;
    int end = batch.start(index) + batch.length(index);
    for (int number = 1; number < total; number++) {
      fragment.wrap(batch.bytes(), batch.start(index + number), batch.length(index + number));
      System.arraycopy(
          batch.bytes(), fragment.dataStart(), batch.bytes(), end, fragment.dataLength());
      end += fragment.dataLength();
    }
    return true;
  }

  /** Returns how many datagrams after the head were reassembled. */
  int count() {
    return count;
  }

  /** Returns the ECN field of the packet: a mark on any of its datagrams is kept. */
  int ecn() {
    return ecn;
  }

  /** Returns the length of the packet, from the start of its head on. */
  int length() {
    return length;
  }
}
