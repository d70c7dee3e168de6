// SPDX-License-Identifier: Apache-2.0
package net.backhaul.benchmarks;

import java.util.concurrent.TimeUnit;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.FrameBatch;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The engine's cost per packet in both directions, AES included: frames to datagrams and datagrams
 * to frames. Both include the copy into the batch that a read makes.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 10, time = 300, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = Benchmarks.WITH_ACCESS)
public class EngineBenchmark {
  private static final int BATCH = 40;
  private static final int BATCH_BYTES = 1 << 17;

  private final TwoNodes nodes = new TwoNodes();
  private final FrameBatch frames = new FrameBatch(BATCH * (2_900 + FrameBatch.HEADROOM_BYTES));
  private final DatagramBatch sealed = new DatagramBatch(BATCH_BYTES);
  private final DatagramBatch datagrams = new DatagramBatch(BATCH_BYTES);
  private byte[] frame = {};

  /** Size of the IP packet: small, one full datagram, and the MTU in two fragments. */
  @Param({"64", "1394", "2800"})
  private int packetBytes;

  /** Seals a batch that the other node opens, and checks that it does. */
  @Setup
  public void prepare() {
    frame = nodes.frame(packetBytes);
    sealed.clear();
    nodes.fromAlice.record(sealed, nodes.endpointOfAlice());
    framesToDatagrams();
    nodes.fromAlice.record(null, nodes.endpointOfAlice());
    long before = nodes.toBob.frames;
    datagramsToFrames();
    if (nodes.toBob.frames != before + BATCH) {
      throw new IllegalStateException("frames are missing");
    }
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long framesToDatagrams() {
    frames.clear();
    for (int i = 0; i < BATCH; i++) {
      System.arraycopy(frame, 0, frames.bytes(), frames.nextStart(), frame.length);
      frames.add(frame.length);
    }
    nodes.alice().sendFrames(nodes.networkId, frames, nodes.nowMs());
    return nodes.fromAlice.datagrams;
  }

  @Benchmark
  @OperationsPerInvocation(BATCH)
  public long datagramsToFrames() {
    datagrams.clear();
    for (int i = 0; i < sealed.count(); i++) {
      int length = sealed.length(i);
      System.arraycopy(sealed.bytes(), sealed.start(i), datagrams.bytes(), datagrams.end(), length);
      datagrams.add(sealed.socket(i), sealed.from(i), length);
    }
    nodes.bob().receive(datagrams, nodes.nowMs());
    return nodes.toBob.frames;
  }
}
