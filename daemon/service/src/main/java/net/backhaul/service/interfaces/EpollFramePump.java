// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.io.IOException;
import java.util.function.Supplier;
import net.backhaul.engine.FrameBatch;
import net.backhaul.service.NodeLoop;
import net.backhaul.tap.TapDevice;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Registers a device's descriptor with the node loop beside the UDP sockets, so that frames stay on
 * one thread and there is no queue between the device and the node.
 */
final class EpollFramePump implements FramePump, EpollIoHandle {
  private static final Logger log = LoggerFactory.getLogger(EpollFramePump.class);

  /** Maximum batches that are read before the sockets have their turn. */
  private static final int MAX_BATCHES_AT_ONCE = 4;

  private final long networkId;
  private final TapDevice device;
  private final NodeLoop loop;
  private final Supplier<FrameReadBuffer> shared;
  private final FrameSink sink;
  private final Runnable onFailure;
  private final FileDescriptor descriptor;
  private final FrameWriter writer;
  private @Nullable IoRegistration registration;
  private boolean stopped;

  /**
   * Creates a pump for one device.
   *
   * @param shared buffers that all pumps of the loop share, called on the loop
   * @param onFailure called once, on the loop, when the device can no longer be read
   */
  EpollFramePump(
      long networkId,
      TapDevice device,
      NodeLoop loop,
      Supplier<FrameReadBuffer> shared,
      FrameSink sink,
      Runnable onFailure) {
    this.networkId = networkId;
    this.device = device;
    this.loop = loop;
    this.shared = shared;
    this.sink = sink;
    this.onFailure = onFailure;
    this.descriptor = new FileDescriptor(device.fd());
    this.writer =
        new FrameWriter(device, (address, length) -> descriptor.writeAddress(address, 0, length));
  }

  /** Returns whether the device has a descriptor that the node loop supports. */
  static boolean isSupported(NodeLoop loop, TapDevice device) {
    return device.fd() != TapDevice.NO_FD
        && loop.eventLoop() instanceof IoEventLoop io
        && io.isCompatible(EpollIoHandle.class);
  }

  @Override
  public void start() {
    var io = (IoEventLoop) loop.eventLoop();
    io.register(this)
        .addListener(
            done -> {
              if (!done.isSuccess()) {
                failed("cannot be registered with epoll", done.cause());
              } else if (done.getNow() instanceof IoRegistration made) {
                watch(made);
              }
            });
  }

  private void watch(IoRegistration made) {
    registration = made;
    if (stopped) {
      cancel();
      return;
    }
    try {
      made.submit(EpollIoOps.EPOLLIN);
    } catch (RuntimeException e) {
      failed("cannot be registered with epoll", e);
    }
  }

  private void failed(String what, Throwable why) {
    log.debug("{}: {}", device.name(), what, why);
    cancel();
    onFailure.run();
  }

  @Override
  public FileDescriptor fd() {
    return descriptor;
  }

  @Override
  public void handle(IoRegistration from, IoEvent event) {
    if (stopped) {
      return;
    }
    try {
      for (int i = 0; i < MAX_BATCHES_AT_ONCE; i++) {
        if (!readBatch()) {
          break;
        }
      }
    } catch (IOException | RuntimeException e) {
      // After an exception the loop pauses for a second, and the exception would repeat.
      failed("can no longer be read", e);
    }
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

  /** Returns whether there may be more frames. */
  private boolean readBatch() throws IOException {
    FrameReadBuffer buffer = shared.get();
    FrameBatch batch = buffer.batch;
    int readBytes = FrameReadBuffer.readBytes(device);
    int headerBytes = device.offloads().headerBytes();
    boolean more = true;
    batch.clear();
    try {
      while (!buffer.isFull(readBytes)) {
        int length = descriptor.readAddress(buffer.memory.address(), 0, readBytes);
        if (length <= 0) {
          more = false;
          break;
        }
        buffer.add(length, headerBytes);
      }
    } finally {
      if (batch.count() > 0) {
        sink.sendFrames(networkId, batch);
      }
    }
    return more;
  }

  @Override
  public void stop() {
    FramePump.finishOnLoop(loop, device.name(), this::cancel);
  }

  private void cancel() {
    stopped = true;
    IoRegistration mine = registration;
    registration = null;
    if (mine != null) {
      mine.cancel();
    }
  }

  /** The descriptor is the device's, which closes it. */
  @Override
  public void close() {}
}
