// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.evaluation;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The frames for which a set of matches may match, field by field: outside of them it does not
 * match for certain. A field without ranges may have any value.
 */
final class SetCover {
  /** The characteristics of which a frame must have one, unless any will do. */
  private long mask;

  private boolean isMasked;
  private final TreeMap<Integer, List<Range>> ranges = new TreeMap<>();

  /** Numbers from {@code first} to {@code last} in unsigned order. */
  record Range(long first, long last) {
    boolean isEmpty() {
      return Long.compareUnsigned(first, last) > 0;
    }

    boolean contains(long number) {
      return Long.compareUnsigned(first, number) <= 0 && Long.compareUnsigned(number, last) <= 0;
    }
  }

  /** Restricts a field: the set matches only if it did before, and the field is in a range. */
  void and(int field, List<Range> of) {
    List<Range> before = ranges.get(field);
    ranges.put(field, before == null ? of : intersection(before, of));
  }

  /** Extends a field: the set matches also if the field is in a range. */
  void or(int field, List<Range> of) {
    List<Range> before = ranges.get(field);
    clear();
    if (before != null) {
      var union = new ArrayList<>(before);
      union.addAll(of);
      ranges.put(field, union);
    }
  }

  /** Restricts the characteristics; a second restriction is left out. */
  void andAnyOf(long characteristics) {
    mask = isMasked ? mask : characteristics;
    isMasked = true;
  }

  void orAnyOf(long characteristics) {
    boolean wasMasked = isMasked;
    long before = mask;
    clear();
    if (wasMasked) {
      isMasked = true;
      mask = before | characteristics;
    }
  }

  /** Removes all restrictions. */
  void clear() {
    ranges.clear();
    isMasked = false;
  }

  private static List<Range> intersection(List<Range> some, List<Range> others) {
    var both = new ArrayList<Range>();
    for (Range one : some) {
      for (Range other : others) {
        var range = new Range(max(one.first(), other.first()), min(one.last(), other.last()));
        if (!range.isEmpty()) {
          both.add(range);
        }
      }
    }
    return both;
  }

  private static long max(long one, long other) {
    return Long.compareUnsigned(one, other) > 0 ? one : other;
  }

  private static long min(long one, long other) {
    return Long.compareUnsigned(one, other) < 0 ? one : other;
  }

  boolean isRestricted(int field) {
    return ranges.containsKey(field);
  }

  /** Returns the ranges of a restricted field. */
  List<Range> ranges(int field) {
    return ranges.getOrDefault(field, List.of());
  }

  boolean isMasked() {
    return isMasked;
  }

  long mask() {
    return mask;
  }
}
