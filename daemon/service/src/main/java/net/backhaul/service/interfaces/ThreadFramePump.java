// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import net.backhaul.service.NodeLoop;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads a device on its own thread, where the node loop does not support its descriptor.
 *
 * <p>The thread fills batches and hands them to the node; while the node has all of them it blocks,
 * so that further frames stay in the kernel's queue, which is limited.
 */
final class ThreadFramePump implements FramePump {
  private static final Logger log = LoggerFactory.getLogger(ThreadFramePump.class);
  private static final int BATCHES = 3;
  private static final int POLL_EVERY_MS = 200;

  private final long networkId;
  private final TapDevice device;
  private final NodeLoop loop;
  private final FrameSink sink;
  private final Runnable onFailure;
  private final BlockingQueue<FrameReadBuffer> free = new ArrayBlockingQueue<>(BATCHES);
  private final FrameWriter writer;
  private final Thread reader;
  private volatile boolean stopped;

  ThreadFramePump(
      long networkId, TapDevice device, NodeLoop loop, FrameSink sink, Runnable onFailure) {
    this.networkId = networkId;
    this.device = device;
    this.loop = loop;
    this.sink = sink;
    this.onFailure = onFailure;
    this.writer = new FrameWriter(device, device::write);
    for (int i = 0; i < BATCHES; i++) {
      free.add(new FrameReadBuffer());
    }
    reader = Thread.ofPlatform().daemon().name("frames of " + device.name()).unstarted(this::read);
  }

  @Override
  public void start() {
    reader.start();
  }

  @Override
  public void deliver(byte[] bytes, int start, int length) {
    if (!stopped) {
      writer.add(bytes, start, length);
    }
  }

  @Override
  public void flush() {
    if (!stopped) {
      writer.flush();
    }
  }

  @Override
  public void stop() {
    stopped = true;
    reader.interrupt();
    try {
      reader.join(STOP_WITHIN_MS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    // The loop may be writing a frame.
    FramePump.finishOnLoop(loop, device.name(), () -> {});
  }

  private void read() {
    try {
      while (!stopped) {
        if (device.awaitFrame(POLL_EVERY_MS)) {
          readBatch(free.take());
        }
      }
    } catch (InterruptedException | RejectedExecutionException ending) {
      log.trace("{} is no longer read", device.name());
    } catch (TapException | RuntimeException e) {
      if (!stopped) {
        log.debug("{}: can no longer be read", device.name(), e);
        onFailure.run();
      }
    }
  }

  private void readBatch(FrameReadBuffer buffer) throws TapException {
    int readBytes = FrameReadBuffer.readBytes(device);
    int headerBytes = device.offloads().headerBytes();
    buffer.batch.clear();
    while (!buffer.isFull(readBytes)) {
      int length = device.read(buffer.memory.address(), readBytes);
      if (length == 0) {
        break;
      }
      buffer.add(length, headerBytes);
    }
    loop.execute(() -> handOver(buffer));
  }

  private void handOver(FrameReadBuffer buffer) {
    try {
      if (!stopped && buffer.batch.count() > 0) {
        sink.sendFrames(networkId, buffer.batch);
      }
    } finally {
      free.add(buffer);
    }
  }
}
