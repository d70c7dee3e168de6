// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Assembles the chunks of configurations, up to three updates at a time (03 section 1.6).
 *
 * <p>Callers verify signatures first; sizes are validated here before memory is allocated.
 */
public final class ChunkAssembler {
  /** The maximum number of incomplete updates. */
  public static final int SLOTS = 3;

  private static final int MAX_CHUNKS = NetworkConfig.CAPACITY_BYTES / 1_024 + 1;

  private final Slot[] slots = {new Slot(), new Slot(), new Slot()};

  private static final class Slot {
    long updateId;
    long uses;
    int received;
    final Set<Long> chunkIds = new HashSet<>();
    byte @Nullable [] bytes;
  }

  /** Returns whether a chunk is invalid: beyond its total length or the maximum configuration. */
  public static boolean isOutOfBounds(ConfigChunk chunk) {
    return chunk.index() + chunk.data().length() > chunk.totalLength()
        || chunk.totalLength() >= NetworkConfig.CAPACITY_BYTES;
  }

  /** Returns whether this chunk was accepted before. */
  public boolean isDuplicate(ConfigChunk chunk) {
    Slot slot = slot(chunk.updateId());
    return slot.updateId == chunk.updateId() && slot.chunkIds.contains(chunk.chunkId());
  }

  /** Adds a verified chunk; returns the dictionary if it is complete now, else null. */
  public byte @Nullable [] accept(ConfigChunk chunk) {
    if (isOutOfBounds(chunk)) {
      return null;
    }
    Slot slot = slot(chunk.updateId());
    slot.uses++;
    byte[] bytes = slot.bytes;
    if (slot.updateId != chunk.updateId() || bytes == null || bytes.length != chunk.totalLength()) {
      bytes = new byte[(int) chunk.totalLength()];
      slot.updateId = chunk.updateId();
      slot.bytes = bytes;
      slot.received = 0;
      slot.chunkIds.clear();
    }
    if (slot.chunkIds.size() >= MAX_CHUNKS || !slot.chunkIds.add(chunk.chunkId())) {
      return null;
    }
    byte[] data = chunk.data().toByteArray();
    System.arraycopy(data, 0, bytes, (int) chunk.index(), data.length);
    slot.received += data.length;
    if (slot.received != bytes.length) {
      return null;
    }
    slot.bytes = null; // The update id and the chunk ids stay, to detect duplicates.
    return bytes;
  }

  private Slot slot(long updateId) {
    Slot least = slots[0];
    for (Slot slot : slots) {
      if (slot.updateId == updateId && slot.uses > 0) {
        return slot;
      }
      if (slot.uses < least.uses) {
        least = slot;
      }
    }
    return least;
  }
}
