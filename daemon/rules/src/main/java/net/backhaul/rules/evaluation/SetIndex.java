// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.evaluation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds the sets of a table that may match a frame: a bit for each set, by the value of a field.
 * The values of a field are divided where a range of a set begins or ends, so that a binary search
 * finds the bits of a value; the bits of several fields are combined by AND.
 */
final class SetIndex {
  /** Minimum sets that a field restricts for which a search is faster. */
  private static final int MIN_RESTRICTED = 4;

  private static final int MAX_FIELDS = 4;
  private static final int MAX_SETS = 4_096;

  private final int sets;
  private final int words;
  private final long[] all;
  private final Field[] fields;

  /** For each characteristic the sets that require one of several, this among them. */
  private final long[][] byCharacteristic;

  private final long[] withoutCharacteristics;

  /** For each set the tag match without which it does not match, or -1. */
  private final int[] requiredTags;

  /** The sets by the value of one field; bits of value {@code i} begin at {@code words * i}. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Field(int field, int valid, long[] boundaries, long[] bits, long[] invalid) {}

  private SetIndex(List<SetCover> covers, List<Integer> indexed, int[] requiredTags) {
    sets = covers.size();
    words = (sets + Long.SIZE - 1) / Long.SIZE;
    this.requiredTags = requiredTags;
    all = new long[words];
    for (int set = 0; set < sets; set++) {
      mark(all, 0, set);
    }
    fields = indexed.stream().map(field -> field(field, covers)).toArray(Field[]::new);
    withoutCharacteristics = new long[words];
    boolean masked = restricted(covers, -1) >= MIN_RESTRICTED;
    byCharacteristic = masked ? new long[Long.SIZE][words] : new long[0][];
    for (int set = 0; set < sets; set++) {
      SetCover cover = covers.get(set);
      if (!masked || !cover.isMasked()) {
        mark(withoutCharacteristics, 0, set);
        continue;
      }
      for (int bit = 0; bit < Long.SIZE; bit++) {
        if ((cover.mask() >>> bit & 1) != 0) {
          mark(byCharacteristic[bit], 0, set);
        }
      }
    }
  }

  /**
   * Creates an index; null where it would not help.
   *
   * @param covers of the sets in order
   * @param requiredTags for each set the tag match without which it does not match, or -1
   */
  static @Nullable SetIndex of(List<SetCover> covers, int[] requiredTags) {
    var indexed = new ArrayList<Integer>();
    for (int field = 0; field < HeaderFields.FIELDS; field++) {
      if (restricted(covers, field) >= MIN_RESTRICTED) {
        indexed.add(field);
      }
    }
    indexed.sort(Comparator.comparing((Integer field) -> restricted(covers, field)).reversed());
    List<Integer> best = indexed.subList(0, Math.min(MAX_FIELDS, indexed.size()));
    long tagged = Arrays.stream(requiredTags).filter(tag -> tag >= 0).count();
    boolean helps =
        !best.isEmpty() || restricted(covers, -1) >= MIN_RESTRICTED || tagged >= MIN_RESTRICTED;
    return helps && covers.size() <= MAX_SETS ? new SetIndex(covers, best, requiredTags) : null;
  }

  /** Returns how many sets a field restricts; -1 stands for the characteristics. */
  private static int restricted(List<SetCover> covers, int field) {
    int count = 0;
    for (SetCover cover : covers) {
      count += (field < 0 ? cover.isMasked() : cover.isRestricted(field)) ? 1 : 0;
    }
    return count;
  }

  private Field field(int field, List<SetCover> covers) {
    var cuts = new ArrayList<Long>();
    cuts.add(0L);
    for (SetCover cover : covers) {
      for (SetCover.Range range : cover.ranges(field)) {
        cuts.add(range.first());
        if (range.last() != -1L) {
          cuts.add(range.last() + 1);
        }
      }
    }
    // In signed order, for which the sign is inverted.
    long[] boundaries =
        cuts.stream().mapToLong(cut -> cut ^ Long.MIN_VALUE).sorted().distinct().toArray();
    long[] bits = new long[boundaries.length * words];
    long[] invalid = new long[words];
    for (int set = 0; set < covers.size(); set++) {
      SetCover cover = covers.get(set);
      if (!cover.isRestricted(field)) {
        mark(invalid, 0, set);
      }
      for (int i = 0; i < boundaries.length; i++) {
        long value = boundaries[i] ^ Long.MIN_VALUE;
        if (!cover.isRestricted(field)
            || cover.ranges(field).stream().anyMatch(range -> range.contains(value))) {
          mark(bits, i * words, set);
        }
      }
    }
    return new Field(field, HeaderFields.validityOf(field), boundaries, bits, invalid);
  }

  private static void mark(long[] bits, int from, int set) {
    bits[from + set / Long.SIZE] |= 1L << set;
  }

  /** Returns the length in words of the bits of all sets. */
  int words() {
    return words;
  }

  /** Returns the bits of the sets whose tags admit that they match. */
  long[] admitted(byte[] tagResults) {
    long[] bits = new long[words];
    for (int set = 0; set < sets; set++) {
      int tag = requiredTags[set];
      if (tag < 0 || tagResults[tag] != TagMatch.NO) {
        mark(bits, 0, set);
      }
    }
    return bits;
  }

  /** Returns the bits of all sets, borrowed. */
  long[] all() {
    return all;
  }

  /**
   * Finds the sets that may match a frame.
   *
   * @param admitted those to choose from
   * @param into gets the bits
   */
  void find(HeaderFields of, long[] admitted, long[] into) {
    long[] values = of.values();
    System.arraycopy(admitted, 0, into, 0, words);
    for (Field field : fields) {
      if ((of.valid() >>> field.valid & 1) == 0) {
        and(field.invalid, 0, into);
      } else {
        and(field.bits, words * search(field.boundaries, values[field.field]), into);
      }
    }
    if (byCharacteristic.length > 0) {
      findByCharacteristics(values[HeaderFields.CHARACTERISTICS], into);
    }
  }

  private void findByCharacteristics(long characteristics, long[] into) {
    for (int word = 0; word < words; word++) {
      long bits = withoutCharacteristics[word];
      for (long left = characteristics; left != 0; left &= left - 1) {
        long[] of = byCharacteristic[Long.numberOfTrailingZeros(left)];
        bits |= of[word];
      }
      into[word] &= bits;
    }
  }

  private void and(long[] bits, int from, long[] into) {
    for (int word = 0; word < words; word++) {
      into[word] &= bits[from + word];
    }
  }

  /** Returns the index of the last boundary that is not above a value; the first is the least. */
  private static int search(long[] boundaries, long value) {
    long wanted = value ^ Long.MIN_VALUE;
    int low = 0;
    int count = boundaries.length;
    while (count > 1) {
      int half = count >>> 1;
      low = boundaries[low + half] <= wanted ? low + half : low;
      count -= half;
    }
    return low;
  }

  /** Returns the next set among the candidates, or -1. */
  static int next(long[] candidates, int from, int words) {
    int word = from >>> 6;
    if (word >= words) {
      return -1;
    }
    long bits = candidates[word] & -1L << from;
    while (bits == 0) {
      if (++word >= words) {
        return -1;
      }
      bits = candidates[word];
    }
    return (word << 6) + Long.numberOfTrailingZeros(bits);
  }
}
