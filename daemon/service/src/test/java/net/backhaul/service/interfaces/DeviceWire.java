// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import net.backhaul.protocol.ethernet.Coalescer;
import net.backhaul.protocol.ethernet.OffloadHeader;
import net.backhaul.protocol.ethernet.Segmenter;
import net.backhaul.tap.FrameMemory;
import net.backhaul.tap.Offloads;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;

/**
 * Connects two devices by plain frames, as a wire does: super-frames are segmented before and made
 * after, where the devices have offloads.
 *
 * <p>The wire is unreliable. Segments of TCP are lost, damaged, late or marked as congested now and
 * then, which a socket must not see.
 */
final class DeviceWire implements AutoCloseable {
  private static final int HEADROOM_BYTES = Offloads.HEADER_BYTES + 65_536 + 18;
  private static final int ETHERNET_BYTES = 14;
  private static final int READS_AT_ONCE = 16;
  private static final long STOP_WITHIN_S = 60;
  private static final int MISHAP_EVERY = 500;

  private final Way there;
  private final Way back;
  private final CompletableFuture<Void> done;
  private volatile boolean closed;

  /**
   * @param maxPacketBytes how large segments are made
   * @param seed of the faults
   */
  DeviceWire(TapDevice one, TapDevice other, int maxPacketBytes, long seed) {
    there = new Way(one, other, maxPacketBytes, seed);
    back = new Way(other, one, maxPacketBytes, seed + 1);
    done = CompletableFuture.allOf(start(there), start(back));
  }

  /** Returns how many frames there were on the wire. */
  long frames() {
    return there.frames + back.frames;
  }

  long superFramesRead() {
    return there.superFramesRead + back.superFramesRead;
  }

  long superFramesWritten() {
    return there.superFramesWritten + back.superFramesWritten;
  }

  long mishaps() {
    return there.mishaps + back.mishaps;
  }

  /** Ends when the wire breaks. */
  CompletableFuture<Void> done() {
    return done;
  }

  /** Stops, and reports failures. */
  @Override
  public void close() {
    closed = true;
    done.orTimeout(STOP_WITHIN_S, TimeUnit.SECONDS).join();
  }

  private CompletableFuture<Void> start(Way way) {
    return CompletableFuture.runAsync(
        () -> {
          try {
            while (!closed) {
              way.carry();
            }
          } catch (TapException e) {
            throw new UncheckedIOException(e);
          }
        },
        work -> Thread.ofPlatform().daemon().start(work));
  }

  /** One direction; its counters are read after it has stopped. */
  private static final class Way {
    private final TapDevice from;
    private final TapDevice to;
    private final int maxPacketBytes;
    private final Random random;
    private final boolean offloads;
    private final FrameMemory memory = new FrameMemory(HEADROOM_BYTES);
    private final FrameMemory[] slots;
    private final OffloadHeader header = new OffloadHeader();
    private final Segmenter segmenter = new Segmenter();
    private final Coalescer coalescer;
    private final byte[] read = new byte[HEADROOM_BYTES];
    private final byte[] frame = new byte[HEADROOM_BYTES];
    private final byte[] late = new byte[HEADROOM_BYTES];
    private int lateBytes;
    private long frames;
    private long superFramesRead;
    private long superFramesWritten;
    private long mishaps;

    Way(TapDevice from, TapDevice to, int maxPacketBytes, long seed) {
      this.from = from;
      this.to = to;
      this.maxPacketBytes = maxPacketBytes;
      random = new Random(seed);
      offloads = from.offloads().header();
      slots =
          IntStream.range(0, Coalescer.SLOTS)
              .mapToObj(slot -> new FrameMemory(Coalescer.SLOT_BYTES))
              .toArray(FrameMemory[]::new);
      ByteBuffer[] buffers =
          java.util.Arrays.stream(slots).map(FrameMemory::bytes).toArray(ByteBuffer[]::new);
      coalescer = new Coalescer(Set.of(Coalescer.Kind.values()), buffers, this::writeCoalesced);
    }

    void carry() throws TapException {
      int count = 0;
      int length = 0;
      while (count < READS_AT_ONCE && (length = from.read(memory.address(), HEADROOM_BYTES)) > 0) {
        count++;
        take(length);
      }
      sendLate();
      coalescer.flush();
      if (length == 0) {
        from.awaitFrame(20);
      }
    }

    private void take(int length) throws TapException {
      int headerBytes = from.offloads().headerBytes();
      memory.copyTo(read, 0, length);
      int frameBytes = length - headerBytes;
      if (offloads) {
        header.read(read, 0);
        if (header.isSuperFrame()) {
          segment(frameBytes);
          return;
        }
        if (!Segmenter.finishChecksum(header, read, headerBytes, frameBytes)) {
          throw new AssertionError("a header of the kernel is invalid");
        }
      }
      System.arraycopy(read, headerBytes, frame, 0, frameBytes);
      send(frameBytes);
    }

    private void segment(int frameBytes) throws TapException {
      superFramesRead++;
      var kind = segmenter.begin(header, read, Offloads.HEADER_BYTES, frameBytes, maxPacketBytes);
      if (kind == Segmenter.Kind.REJECTED) {
        throw new AssertionError("a super-frame of the kernel: " + segmenter.failure());
      }
      while (segmenter.hasNext()) {
        System.arraycopy(read, Offloads.HEADER_BYTES, frame, 0, ETHERNET_BYTES);
        send(ETHERNET_BYTES + segmenter.next(frame, ETHERNET_BYTES));
      }
    }

    /** Sends the frame, unless a fault is drawn for it. */
    private void send(int length) throws TapException {
      frames++;
      if (isTcp() && random.nextInt(MISHAP_EVERY) == 0) {
        mishaps++;
        switch (random.nextInt(5)) {
          case 0 -> {
            return;
          }
          case 1 -> frame[length - 1] ^= (byte) (1 << random.nextInt(8));
          case 2 -> markAsCongested();
          default -> {
            if (lateBytes == 0) {
              System.arraycopy(frame, 0, late, 0, length);
              lateBytes = length;
              return;
            }
          }
        }
      }
      arrive(frame, length);
      sendLate();
    }

    private void sendLate() throws TapException {
      if (lateBytes > 0 && random.nextBoolean()) {
        arrive(late, lateBytes);
        lateBytes = 0;
      }
    }

    private void arrive(byte[] bytes, int length) throws TapException {
      if (!offloads) {
        memory.copyFrom(bytes, 0, length);
        to.write(memory.address(), length);
      } else if (!coalescer.add(bytes, 0, length)) {
        ByteBuffer direct = memory.bytes();
        header.clear();
        header.write(direct, 0);
        direct.put(Offloads.HEADER_BYTES, bytes, 0, length);
        to.write(memory.address(), Offloads.HEADER_BYTES + length);
      }
    }

    private void writeCoalesced(int slot, int length) {
      header.read(slots[slot].bytes(), 0);
      superFramesWritten += header.isSuperFrame() ? 1 : 0;
      try {
        if (!to.write(slots[slot].address(), length)) {
          throw new AssertionError("the kernel takes no super-frame of " + length + " bytes");
        }
      } catch (TapException e) {
        throw new UncheckedIOException(e);
      }
    }

    private boolean isTcp() {
      int type = (frame[12] & 0xff) << 8 | frame[13] & 0xff;
      return type == 0x0800 && frame[23] == 6 || type == 0x86dd && frame[20] == 6;
    }

    private void markAsCongested() {
      ByteBuffer bytes = ByteBuffer.wrap(frame);
      if (frame[12] == 0x08 && (frame[15] & 3) == 2) {
        frame[15] |= 3;
        int sum = (bytes.getShort(24) & 0xffff) - 1;
        bytes.putShort(24, (short) (sum < 0 ? 0xfffe : sum));
      } else if (frame[12] != 0x08 && (frame[15] & 0x30) == 0x20) {
        frame[15] |= 0x30;
      }
    }
  }
}
