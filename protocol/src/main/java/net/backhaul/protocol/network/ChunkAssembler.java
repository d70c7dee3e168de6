// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.network;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts the chunks of a configuration together, up to three updates at a time (03 section 1.6).
 *
 * <p>Whoever calls has checked the signatures; the sizes are checked here, before anything is kept.
 */
public final class ChunkAssembler {
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

  /** Returns whether a chunk can't belong to any configuration that would be taken. */
  public static boolean isOutOfBounds(ConfigChunk chunk) {
    return chunk.index() + chunk.data().length() > chunk.totalLength()
        || chunk.totalLength() >= NetworkConfig.CAPACITY_BYTES;
  }

  /** Returns whether this chunk was taken already. */
  public boolean isDuplicate(ConfigChunk chunk) {
    Slot slot = slot(chunk.updateId());
    return slot.updateId == chunk.updateId() && slot.chunkIds.contains(chunk.chunkId());
  }

  /** Takes a verified chunk; returns the whole dictionary when it completes one. */
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
    slot.bytes = null; // The update id and the list stay, so that copies are known as such.
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
