// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Objects;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Traffic;
import org.jspecify.annotations.Nullable;

/**
 * Datagrams that leave one socket by one system call, in direct memory, as runs to one address
 * each.
 *
 * <p>The datagrams of a run are of one size, of which the last may be shorter: the kernel takes
 * them as one and segments it (UDP segmentation offload).
 */
final class SendBatch {
  /** Maximum datagrams that the kernel takes as one run. */
  static final int MAX_DATAGRAMS = 64;

  static final int MAX_RUN_BYTES = 65_000;

  /** Maximum runs of one system call. */
  static final int MAX_RUNS = 64;

  private static final int BYTES = 2 * 65_536;

  private final ByteBuffer data = ByteBuffer.allocateDirect(BYTES);
  private final @Nullable Destination[] destinations = new Destination[MAX_RUNS];
  private final int[] starts = new int[MAX_RUNS];
  private final int[] lengths = new int[MAX_RUNS];
  private final int[] segments = new int[MAX_RUNS];
  private final int[] trafficClasses = new int[MAX_RUNS];
  private final int[] flows = new int[MAX_RUNS];
  private final Traffic[] traffics = new Traffic[MAX_RUNS];
  private boolean separatesFlows;
  private int runs;
  private int end;

  void clear() {
    Arrays.fill(destinations, 0, runs, null);
    runs = 0;
    end = 0;
  }

  /** Sets whether datagrams of different flows are different runs, as for a queue of flows. */
  void separateFlows(boolean separates) {
    separatesFlows = separates;
  }

  boolean isEmpty() {
    return runs == 0;
  }

  /**
   * Adds the datagrams of a run from an offset on, or as many of them as fit.
   *
   * @param asRun whether they may continue a run of the batch, or form one
   * @return how many bytes were added; 0 if the batch must be sent first
   */
  int add(Destination to, boolean asRun, DatagramRun from, int offset) {
    int length = from.length() - offset;
    int segment = Math.min(from.segmentBytes(), length);
    int part = asRun && continuesLast(from) ? partOfLast(to, length, segment) : 0;
    if (part == 0) {
      part = asRun ? Math.min(length, Math.max(1, datagrams(0, segment)) * segment) : segment;
      if (runs == MAX_RUNS || BYTES - end < part) {
        return 0;
      }
      destinations[runs] = to;
      starts[runs] = end;
      lengths[runs] = 0;
      segments[runs] = segment;
      trafficClasses[runs] = from.trafficClass();
      flows[runs] = from.flow();
      traffics[runs] = from.traffic();
      runs++;
    }
    data.put(end, from.bytes(), from.start() + offset, part);
    lengths[runs - 1] += part;
    end += part;
    return part;
  }

  private boolean continuesLast(DatagramRun from) {
    int last = runs - 1;
    return last >= 0
        && trafficClasses[last] == from.trafficClass()
        && traffics[last] == from.traffic()
        && (!separatesFlows || flows[last] == from.flow());
  }

  /** Returns how many bytes may continue the last run. */
  private int partOfLast(Destination to, int length, int segment) {
    int last = runs - 1;
    int whole = segments[last];
    if (destinations[last] != to || segment > whole || lengths[last] % whole != 0) {
      return 0;
    }
    int fitting = Math.min(datagrams(lengths[last], whole), (BYTES - end) / whole);
    return segment == whole
        ? Math.min(length, fitting * whole)
        : Math.min(segment, fitting * whole);
  }

  /** Returns how many more datagrams the kernel takes in one run. */
  private static int datagrams(int runBytes, int segment) {
    return Math.min(MAX_DATAGRAMS - runBytes / segment, (MAX_RUN_BYTES - runBytes) / segment);
  }

  int runs() {
    return runs;
  }

  Destination destination(int run) {
    return Objects.requireNonNull(destinations[run]);
  }

  int start(int run) {
    return starts[run];
  }

  /** Returns the length of all datagrams of a run together. */
  int length(int run) {
    return lengths[run];
  }

  /** Returns the size of each datagram of a run but the last. */
  int segmentBytes(int run) {
    return segments[run];
  }

  /** Returns the traffic class of the datagrams of a run. */
  int trafficClass(int run) {
    return trafficClasses[run];
  }

  /** Returns the hash of the flow of a run, or of its first datagram. */
  int flow(int run) {
    return flows[run];
  }

  Traffic traffic(int run) {
    return traffics[run];
  }

  boolean isSingle(int run) {
    return lengths[run] <= segments[run];
  }

  /** Skips the beginning of a run, which was sent already. */
  void skip(int run, int bytes) {
    starts[run] += bytes;
    lengths[run] -= bytes;
  }

  ByteBuffer data() {
    return data;
  }
}
