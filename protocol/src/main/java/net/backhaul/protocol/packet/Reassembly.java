// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reassembles fragmented packets (02 section 1.6).
 *
 * <p>Input is not authenticated, so the number of incomplete packets and their age are limited; a
 * new packet evicts the oldest. Arrays of usual size are reused.
 */
public final class Reassembly {
  /** The maximum number of incomplete packets. */
  public static final int MAX_SETS = 32;

  /** The age at which an incomplete packet expires. */
  public static final long MAX_AGE_MS = 5_000;

  /** Arrays of this length are reused; longer fragments are rare. */
  private static final int REUSED_BYTES = 1_500;

  private final byte[] whole = new byte[Packets.MAX_BYTES];
  private final PieceSet[] sets = new PieceSet[MAX_SETS];
  private final PacketView head = new PacketView();
  private final FragmentView fragment = new FragmentView();
  private int wholeEcn;
  private int arrivedEcn;
  private int lost;

  private static final int MISSING = -1;

  private static final class PieceSet {
    long packetId;
    long sinceMs = Long.MIN_VALUE / 2;
    int total;
    int received;
    int ecn;
    final byte[] @Nullable [] pieces = new byte[Packets.MAX_FRAGMENTS] @Nullable [];

    /** The length of each piece, or {@link #MISSING}. */
    final int[] lengths = new int[Packets.MAX_FRAGMENTS];
  }

  /** Creates an empty reassembly buffer. */
  public Reassembly() {
    for (int i = 0; i < MAX_SETS; i++) {
      sets[i] = new PieceSet();
      clear(sets[i]);
    }
  }

  /** Returns the array of a completed packet, valid until the next datagram is added. */
  public byte[] whole() {
    return whole;
  }

  /** Returns the ECN field of the completed packet: a mark on any of its datagrams is kept. */
  public int wholeEcn() {
    return wholeEcn;
  }

  /** Sets the ECN field of the IP header of the datagram that is added next. */
  public Reassembly arrivedWith(int ecn) {
    arrivedEcn = ecn;
    return this;
  }

  /**
   * Adds the head of a fragmented packet.
   *
   * @return the length of the packet in {@link #whole} if it is complete now, else 0
   */
  public int head(byte[] bytes, int start, int length, long nowMs) {
    if (!head.wrap(bytes, start, length)) {
      return 0;
    }
    PieceSet set = set(head.id(), nowMs);
    return add(set, 0, bytes, start, length);
  }

  /**
   * Adds a fragment.
   *
   * @return the length of the packet in {@link #whole} if it is complete now, else 0
   */
  public int fragment(byte[] bytes, int start, int length, long nowMs) {
    fragment.wrap(bytes, start, length);
    if (!fragment.isValid()) {
      return 0;
    }
    int total = fragment.total();
    int number = fragment.number();
    PieceSet set = set(fragment.packetId(), nowMs);
    if (set.total == 0) {
      set.total = total;
    }
    if (number >= set.total) {
      return 0;
    }
    return add(set, number, bytes, fragment.dataStart(), fragment.dataLength());
  }

  /** Returns the number of incomplete packets. */
  public int pending() {
    int pending = 0;
    for (PieceSet set : sets) {
      pending += set.received > 0 ? 1 : 0;
    }
    return pending;
  }

  /**
   * Returns how many packets were lost since the last call: they were not completed in time, were
   * evicted for later ones, or would be longer than a packet may be.
   */
  public int takeLost() {
    int taken = lost;
    lost = 0;
    return taken;
  }

  /** Removes packets that were not completed in time. */
  public void expire(long nowMs) {
    for (PieceSet set : sets) {
      if (set.received > 0 && nowMs - set.sinceMs > MAX_AGE_MS) {
        lost++;
        clear(set);
      }
    }
  }

  private int add(PieceSet set, int number, byte[] bytes, int start, int length) {
    if (set.lengths[number] != MISSING) {
      return 0;
    }
    byte[] piece = set.pieces[number];
    if (piece == null || piece.length < length) {
      piece = new byte[Math.max(length, REUSED_BYTES)];
      set.pieces[number] = piece;
    }
    System.arraycopy(bytes, start, piece, 0, length);
    set.lengths[number] = length;
    set.ecn = set.received == 0 ? arrivedEcn : Ecn.combine(set.ecn, arrivedEcn);
    set.received++;
    return set.total > 0 && set.received == set.total ? assemble(set) : 0;
  }

  private int assemble(PieceSet set) {
    int total = 0;
    for (int i = 0; i < set.total; i++) {
      byte[] piece = set.pieces[i];
      int length = set.lengths[i];
      if (piece == null || length == MISSING || total + length > Packets.MAX_BYTES) {
        total = 0;
        lost++;
        break;
      }
      System.arraycopy(piece, 0, whole, total, length);
      total += length;
    }
    wholeEcn = set.ecn;
    clear(set);
    return total;
  }

  private PieceSet set(long packetId, long nowMs) {
    PieceSet oldest = sets[0];
    for (PieceSet set : sets) {
      boolean young = nowMs - set.sinceMs <= MAX_AGE_MS;
      if (set.received > 0 && set.packetId == packetId && young) {
        return set;
      }
      if (set.sinceMs < oldest.sinceMs) {
        oldest = set;
      }
    }
    lost += oldest.received > 0 ? 1 : 0;
    clear(oldest);
    oldest.packetId = packetId;
    oldest.sinceMs = nowMs;
    return oldest;
  }

  private static void clear(PieceSet set) {
    for (int i = 0; i < set.pieces.length; i++) {
      byte[] piece = set.pieces[i];
      if (piece != null && piece.length > REUSED_BYTES) {
        set.pieces[i] = null;
      }
    }
    Arrays.fill(set.lengths, MISSING);
    set.received = 0;
    set.total = 0;
    set.sinceMs = Long.MIN_VALUE / 2;
  }
}
