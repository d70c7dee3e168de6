// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A map from addresses to values without boxing: each packet reads it.
 *
 * <p>Open addressing with linear probing; a slot without a value is free.
 */
public final class LongMap<V> {
  private static final int INITIAL_SLOTS = 64;

  private long[] keys = new long[INITIAL_SLOTS];
  private @Nullable Object[] values = new @Nullable Object[INITIAL_SLOTS];
  private int size;

  public int size() {
    return size;
  }

  @SuppressWarnings("unchecked") // Only values of type V are ever stored.
  public @Nullable V get(long key) {
    return (V) values[slotOf(key)];
  }

  public void put(long key, V value) {
    if (size * 2 >= keys.length) {
      grow();
    }
    int slot = slotOf(key);
    if (values[slot] == null) {
      keys[slot] = key;
      size++;
    }
    values[slot] = value;
  }

  public void remove(long key) {
    int hole = slotOf(key);
    if (values[hole] == null) {
      return;
    }
    size--;
    int mask = keys.length - 1;
    for (int next = (hole + 1) & mask; values[next] != null; next = (next + 1) & mask) {
      int home = hash(keys[next]) & mask;
      if (((next - home) & mask) >= ((next - hole) & mask)) {
        keys[hole] = keys[next];
        values[hole] = values[next];
        hole = next;
      }
    }
    values[hole] = null;
  }

  /** Returns a copy, so that the caller may change the map while it goes through it. */
  @SuppressWarnings("unchecked") // Only values of type V are ever stored.
  public List<V> values() {
    var all = new ArrayList<V>(size);
    for (Object value : values) {
      if (value != null) {
        all.add((V) value);
      }
    }
    return all;
  }

  private int slotOf(long key) {
    int mask = keys.length - 1;
    int slot = hash(key) & mask;
    while (values[slot] != null && keys[slot] != key) {
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private static int hash(long key) {
    long mixed = key * 0x9e3779b97f4a7c15L;
    return (int) (mixed >>> 32);
  }

  private void grow() {
    long[] oldKeys = keys;
    @Nullable Object[] oldValues = values;
    keys = new long[oldKeys.length * 2];
    values = new @Nullable Object[oldKeys.length * 2];
    for (int old = 0; old < oldKeys.length; old++) {
      if (oldValues[old] != null) {
        int slot = slotOf(oldKeys[old]);
        keys[slot] = oldKeys[old];
        values[slot] = oldValues[old];
      }
    }
  }
}
