// SPDX-License-Identifier: Apache-2.0
package net.backhaul.benchmarks;

import java.nio.ByteBuffer;
import java.util.EnumSet;
import java.util.concurrent.TimeUnit;
import net.backhaul.engine.FrameBatch;
import net.backhaul.protocol.ethernet.Coalescer;
import net.backhaul.protocol.ethernet.OffloadHeader;
import net.backhaul.protocol.ethernet.Segmenter;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The cost per segment of a super-frame: segmenting, coalescing, and sending by the engine. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = Benchmarks.WITH_ACCESS)
public class SuperFrameBenchmark {
  private static final int SEGMENTS = 45;

  /** The IP packet that fills a datagram of 1,432 bytes. */
  private static final int PACKET_BYTES = 1_394;

  private static final int SEGMENT_BYTES = PACKET_BYTES - TwoNodes.HEADERS_BYTES;
  private static final int ETHERNET_BYTES = 14;
  private static final int FRAME_BYTES = ETHERNET_BYTES + PACKET_BYTES;

  private final TwoNodes nodes = new TwoNodes();
  private final FrameBatch frames =
      new FrameBatch(FrameBatch.HEADROOM_BYTES + FrameBatch.MAX_SUPER_FRAME_BYTES);
  private final byte[] superFrame = nodes.frame(TwoNodes.HEADERS_BYTES + SEGMENTS * SEGMENT_BYTES);
  private final OffloadHeader offload = TwoNodes.offload(SEGMENT_BYTES);
  private final Segmenter segmenter = new Segmenter();
  private final byte[] packet = new byte[PACKET_BYTES];
  private final byte[] segments = new byte[SEGMENTS * FRAME_BYTES];
  private long written;
  private final Coalescer coalescer =
      new Coalescer(
          EnumSet.allOf(Coalescer.Kind.class),
          new ByteBuffer[] {ByteBuffer.allocateDirect(Coalescer.SLOT_BYTES)},
          (slot, length) -> written += length);

  /** Prepares the segments, and checks that they coalesce and that the super-frame is sent. */
  @Setup
  public void prepare() {
    segmenter.begin(offload, superFrame, 0, superFrame.length, PACKET_BYTES);
    for (int at = 0; segmenter.hasNext(); at += FRAME_BYTES) {
      System.arraycopy(superFrame, 0, segments, at, ETHERNET_BYTES);
      segmenter.next(segments, at + ETHERNET_BYTES);
    }
    long before = written;
    if (coalesce() - before != OffloadHeader.BYTES + superFrame.length) {
      throw new IllegalStateException("the segments do not coalesce");
    }
    long sent = nodes.fromAlice.datagrams;
    if (superFrameToDatagrams() - sent != SEGMENTS) {
      throw new IllegalStateException("the super-frame is not sent");
    }
  }

  @Benchmark
  @OperationsPerInvocation(SEGMENTS)
  public byte[] segment() {
    segmenter.begin(offload, superFrame, 0, superFrame.length, PACKET_BYTES);
    while (segmenter.hasNext()) {
      segmenter.next(packet, 0);
    }
    return packet;
  }

  @Benchmark
  @OperationsPerInvocation(SEGMENTS)
  public long coalesce() {
    for (int at = 0; at < segments.length; at += FRAME_BYTES) {
      coalescer.add(segments, at, FRAME_BYTES);
    }
    coalescer.flush();
    return written;
  }

  /** Includes the copy into the batch that a read makes. */
  @Benchmark
  @OperationsPerInvocation(SEGMENTS)
  public long superFrameToDatagrams() {
    frames.clear();
    int start = frames.nextStart();
    offload.write(frames.bytes(), start - OffloadHeader.BYTES);
    System.arraycopy(superFrame, 0, frames.bytes(), start, superFrame.length);
    frames.addOffloaded(superFrame.length);
    nodes.alice().sendFrames(nodes.networkId, frames, nodes.nowMs());
    return nodes.fromAlice.datagrams;
  }
}
