// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * The distribution of round-trip times to a peer (04 section 7).
 *
 * @param counts the number of samples up to each of {@link #BOUNDS_MS}, cumulative
 * @param count the number of all samples
 * @param sumMs the sum of all samples in milliseconds; unknown round trips count as 65535
 */
public record LatencyHistogram(List<Long> counts, long count, long sumMs) {
  /** Upper bounds of the buckets in milliseconds, each inclusive; one without a bound follows. */
  public static final List<Integer> BOUNDS_MS = List.of(1, 3, 6, 10, 30, 60, 100, 300, 600, 1_000);

  public LatencyHistogram {
    counts = List.copyOf(counts);
  }

  /** Collects the samples of one peer; plain fields, used on the node's thread only. */
  public static final class Recorder {
    private static final int[] BOUNDS = BOUNDS_MS.stream().mapToInt(Integer::intValue).toArray();

    private final int[] perBucket = new int[BOUNDS.length];
    private long count;
    private long sumMs;

    /** Adds a sample in milliseconds. */
    public void record(int latencyMs) {
      count++;
      sumMs += latencyMs;
      for (int i = 0; i < BOUNDS.length; i++) {
        if (latencyMs <= BOUNDS[i]) {
          perBucket[i]++;
          return;
        }
      }
    }

    /** Returns the counts recorded so far. */
    public LatencyHistogram snapshot() {
      var cumulative = new ArrayList<Long>(BOUNDS.length);
      long below = 0;
      for (int inBucket : perBucket) {
        below += inBucket;
        cumulative.add(below);
      }
      return new LatencyHistogram(cumulative, count, sumMs);
    }
  }
}
