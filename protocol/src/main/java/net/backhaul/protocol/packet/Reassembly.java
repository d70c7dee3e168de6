// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.packet;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Puts fragmented packets together again (02 section 1.6).
 *
 * <p>Strangers fill it, so the number of incomplete packets and their age have limits; a new one
 * takes the place of the oldest.
 */
public final class Reassembly {
  /** How many incomplete packets are held. */
  public static final int MAX_SETS = 32;

  /** How long an incomplete packet is held. */
  public static final long MAX_AGE_MS = 5_000;

  private final PieceSet[] sets = new PieceSet[MAX_SETS];
  private final PacketView head = new PacketView();
  private final FragmentView fragment = new FragmentView();

  private static final class PieceSet {
    long packetId;
    long sinceMs = Long.MIN_VALUE / 2;
    int total;
    int held;
    final byte[] @Nullable [] pieces = new byte[Packets.MAX_FRAGMENTS] @Nullable [];
  }

  public Reassembly() {
    for (int i = 0; i < MAX_SETS; i++) {
      sets[i] = new PieceSet();
    }
  }

  /** Takes the head of a fragmented packet; returns the whole packet when it completes it. */
  public byte @Nullable [] head(byte[] bytes, int start, int length, long nowMs) {
    if (!head.wrap(bytes, start, length)) {
      return null;
    }
    PieceSet set = set(head.id(), nowMs);
    return add(set, 0, bytes, start, length);
  }

  /** Takes a fragment; returns the whole packet when it completes it. */
  public byte @Nullable [] fragment(byte[] bytes, int start, int length, long nowMs) {
    fragment.wrap(bytes, start, length);
    if (!fragment.isValid()) {
      return null;
    }
    int total = fragment.total();
    int number = fragment.number();
    PieceSet set = set(fragment.packetId(), nowMs);
    if (set.total == 0) {
      set.total = total;
    }
    if (number >= set.total) {
      return null;
    }
    return add(set, number, bytes, fragment.dataStart(), fragment.dataLength());
  }

  /** Returns how many incomplete packets are held. */
  public int held() {
    int held = 0;
    for (PieceSet set : sets) {
      held += set.held > 0 ? 1 : 0;
    }
    return held;
  }

  /** Lets go of the packets that were not completed in time. */
  public void forgetOld(long nowMs) {
    for (PieceSet set : sets) {
      if (set.held > 0 && nowMs - set.sinceMs > MAX_AGE_MS) {
        clear(set);
      }
    }
  }

  private byte @Nullable [] add(PieceSet set, int number, byte[] bytes, int start, int length) {
    if (set.pieces[number] != null) {
      return null;
    }
    set.pieces[number] = Arrays.copyOfRange(bytes, start, start + length);
    set.held++;
    return set.total > 0 && set.held == set.total ? join(set) : null;
  }

  private static byte @Nullable [] join(PieceSet set) {
    int length = 0;
    for (byte[] piece : set.pieces) {
      length += piece == null ? 0 : piece.length;
    }
    byte[] whole = null;
    if (length <= Packets.MAX_BYTES) {
      whole = new byte[length];
      int at = 0;
      for (byte[] piece : set.pieces) {
        if (piece != null) {
          System.arraycopy(piece, 0, whole, at, piece.length);
          at += piece.length;
        }
      }
    }
    clear(set);
    return whole;
  }

  private PieceSet set(long packetId, long nowMs) {
    PieceSet oldest = sets[0];
    for (PieceSet set : sets) {
      boolean young = nowMs - set.sinceMs <= MAX_AGE_MS;
      if (set.held > 0 && set.packetId == packetId && young) {
        return set;
      }
      if (set.sinceMs < oldest.sinceMs) {
        oldest = set;
      }
    }
    clear(oldest);
    oldest.packetId = packetId;
    oldest.sinceMs = nowMs;
    return oldest;
  }

  private static void clear(PieceSet set) {
    Arrays.fill(set.pieces, null);
    set.held = 0;
    set.total = 0;
    set.sinceMs = Long.MIN_VALUE / 2;
  }
}
