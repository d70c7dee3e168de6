// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.network;

import net.backhaul.engine.peer.PeerLink;
import net.backhaul.protocol.ethernet.MssOption;
import net.backhaul.protocol.packet.Packets;

/**
 * Reduces the maximum segment size that TCP connections agree on, so that the packet of a full
 * segment fills its datagrams (03 section 6.6).
 *
 * <p>It is applied to SYNs in both directions: the segments to a peer are limited by what the peer
 * states, those from it by what this side states.
 */
final class MssClamp {
  private static final int FRAGMENT_HEADER = Packets.FRAGMENT_HEADER_BYTES;

  /**
   * A segment is shortened where datagrams then carry more by this part at least. Short segments
   * cost more per byte, at both ends, and TCP grows more slowly after a loss: by a segment for each
   * round trip.
   */
  private static final int LEAST_GAIN = 16;

  private final PeerLink link;
  private final MssOption option = new MssOption();

  MssClamp(PeerLink link) {
    this.link = link;
  }

  /**
   * Reduces the MSS of a frame with a complete checksum; other frames than SYNs are unchanged.
   *
   * @param peer the peer to which the frame is sent, or from which it was received
   * @param frameHeaderBytes the length of the fields before the frame in its packet
   */
  void apply(FrameView frame, long peer, int frameHeaderBytes) {
    if (frame.maybeSyn()
        && option.find(frame.etherType(), frame.array(), frame.at(0), frame.length())) {
      int mssBytes = option.mssBytes();
      int headerBytes = option.headerBytes();
      int overheadBytes = Packets.HEADER_BYTES + frameHeaderBytes + headerBytes;
      int datagramBytes = link.pathMtuBytes(peer, frame.nowMs);
      int within = Math.min(mssBytes, frame.policy.mtuBytes - headerBytes);
      int best = best(within, overheadBytes, datagramBytes);
      // The other end may send shorter segments than it is allowed to, which fill less.
      int sent = frame.network.statedMtus.mtuBytesOf(frame.destinationMac()) - headerBytes;
      if (sent > 0 && sent < best) {
        int bestOfSent = best(sent, overheadBytes, datagramBytes);
        best = bestOfSent < sent ? bestOfSent : best;
      }
      frame.network.statedMtus.record(frame.sourceMac(), mssBytes + headerBytes);
      if (best < mssBytes) {
        option.replace(best);
      }
    }
  }

  /**
   * Returns the MSS up to a maximum that carries the most bytes per datagram, or the maximum
   * itself, less what its datagrams are not of one size for, if that carries almost as many.
   *
   * @param overheadBytes what the packet of a segment has beside the MSS
   * @param datagramBytes the maximum length of a datagram
   */
  static int best(int maxMssBytes, int overheadBytes, int datagramBytes) {
    int mostBytes = Math.min(packetBytes(Packets.MAX_FRAGMENTS, datagramBytes), Packets.MAX_BYTES);
    int mssBytes = Math.min(maxMssBytes, mostBytes - overheadBytes);
    int count =
        Math.ceilDiv(mssBytes + overheadBytes - FRAGMENT_HEADER, datagramBytes - FRAGMENT_HEADER);
    int fewer = packetBytes(count - 1, datagramBytes) - overheadBytes;
    boolean isWorthwhile =
        (long) fewer * count * LEAST_GAIN > (long) mssBytes * (count - 1) * (LEAST_GAIN + 1);
    return count > 1 && isWorthwhile ? fewer : mssBytes - uneven(mssBytes + overheadBytes, count);
  }

  /**
   * Returns by how much shorter a packet has to be so that its datagrams are of one size: then
   * those of many packets leave as one run.
   */
  private static int uneven(int packetBytes, int count) {
    return count < 2 ? 0 : (packetBytes + (count - 1) * FRAGMENT_HEADER) % count;
  }

  /** Returns the length of the longest packet in a number of datagrams (02 section 1.6). */
  private static int packetBytes(int count, int datagramBytes) {
    return FRAGMENT_HEADER + count * (datagramBytes - FRAGMENT_HEADER);
  }
}
