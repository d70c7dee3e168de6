// SPDX-License-Identifier: Apache-2.0
package net.backhaul.benchmarks;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import net.backhaul.crypto.AesGmacSiv;
import net.backhaul.protocol.packet.PacketCipher;
import net.backhaul.protocol.packet.Packets;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** The cost of sealing and of opening one packet. Opening includes a copy of the sealed packet. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(value = 1, jvmArgsAppend = Benchmarks.WITH_ACCESS)
public class CipherBenchmark {
  private static final long SEED = 1;
  private static final int KEY_BYTES = 48;

  /** Payload size; the header adds 28 bytes. */
  @Param({"64", "1400", "2800"})
  private int bytes;

  @Param private Suite suite = Suite.AES;

  private PacketCipher cipher = PacketCipher.of(new byte[KEY_BYTES]);
  private byte[] packet = {};
  private byte[] sealed = {};

  /** The cipher suites for current and for old peers. */
  public enum Suite {
    AES(Packets.SUITE_AES),
    SALSA(Packets.SUITE_SALSA);

    final int number;

    Suite(int number) {
      this.number = number;
    }
  }

  /** Returns whether the JDK's intrinsics are measured. */
  boolean withIntrinsics() {
    return true;
  }

  /** Seals the packet that is opened. */
  @Setup
  public void prepare() {
    if (AesGmacSiv.isFast() != withIntrinsics()) {
      throw new IllegalStateException(AesGmacSiv.whySlow().orElse("the intrinsics are accessible"));
    }
    var random = new Random(SEED);
    byte[] key = new byte[KEY_BYTES];
    random.nextBytes(key);
    cipher = PacketCipher.of(key);
    packet = new byte[Packets.HEADER_BYTES + bytes];
    random.nextBytes(packet);
    cipher.seal(suite.number, packet, 0, packet.length);
    sealed = packet.clone();
  }

  @Benchmark
  public byte[] seal() {
    cipher.seal(suite.number, packet, 0, packet.length);
    return packet;
  }

  @Benchmark
  public byte[] open() {
    System.arraycopy(sealed, 0, packet, 0, packet.length);
    if (!cipher.open(packet, 0, packet.length)) {
      throw new IllegalStateException("the sealed packet does not open");
    }
    return packet;
  }

  /** The same with the public API only, where the JDK's intrinsics are not accessible. */
  @Fork(value = 1, jvmArgsAppend = Benchmarks.NO_ACCESS)
  public static class WithoutIntrinsics extends CipherBenchmark {
    @Override
    boolean withIntrinsics() {
      return false;
    }
  }
}
