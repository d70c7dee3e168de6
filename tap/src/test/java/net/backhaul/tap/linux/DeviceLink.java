// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import net.backhaul.tap.FrameMemory;
import net.backhaul.tap.Offloads;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;

/**
 * Connects two devices: frames read from one are written to the other unchanged, with their
 * headers. The kernel accepts every header that it has written.
 */
final class DeviceLink implements AutoCloseable {
  /** The header, the longest super-frame and a VLAN tag. */
  private static final int ROOM_BYTES = Offloads.HEADER_BYTES + 65_536 + 18;

  /** The kernel of a busy host may have no memory for a frame at the moment. */
  private static final int MAX_ATTEMPTS = 1_000;

  private static final long RETRY_NANOS = 1_000_000;

  private final CompletableFuture<Void> there;
  private final CompletableFuture<Void> back;
  private volatile boolean closed;

  /** Inspects a frame with its header; may change it. */
  interface Inspector {
    void inspect(ByteBuffer frame);
  }

  DeviceLink(TapDevice one, TapDevice other, Inspector ofOne, Inspector ofOther) {
    there = start(() -> carry(one, other, ofOne));
    back = start(() -> carry(other, one, ofOther));
  }

  /** Fails if an inspector has rejected a frame. */
  void check() {
    for (CompletableFuture<Void> each : List.of(there, back)) {
      if (each.isCompletedExceptionally()) {
        each.join();
      }
    }
  }

  private static CompletableFuture<Void> start(Runnable work) {
    return CompletableFuture.runAsync(work, each -> Thread.ofPlatform().daemon().start(each));
  }

  private void carry(TapDevice from, TapDevice to, Inspector inspector) {
    try {
      var memory = new FrameMemory(ROOM_BYTES);
      while (!closed) {
        carry(from, to, inspector, memory);
      }
    } catch (TapException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void carry(TapDevice from, TapDevice to, Inspector inspector, FrameMemory memory)
      throws TapException {
    int length = from.read(memory.address(), ROOM_BYTES);
    if (length > 0) {
      inspector.inspect(memory.bytes().slice(0, length));
      for (int attempts = 1; !to.write(memory.address(), length); attempts++) {
        if (attempts == MAX_ATTEMPTS) {
          throw new AssertionError("a frame of " + length + " bytes is not taken");
        }
        LockSupport.parkNanos(RETRY_NANOS);
      }
    } else {
      from.awaitFrame(20);
    }
  }

  @Override
  public void close() {
    closed = true;
    CompletableFuture.allOf(there, back).orTimeout(TapHost.WITHIN_S, TimeUnit.SECONDS).join();
  }
}
