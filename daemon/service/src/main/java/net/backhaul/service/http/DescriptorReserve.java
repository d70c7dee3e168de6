// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import net.backhaul.service.system.OpenFiles;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a file open that is closed for a connection when the limit of open files is reached, so
 * that the API always answers. Handles what fails while a server accepts; on its event loop.
 */
@ChannelHandler.Sharable
final class DescriptorReserve extends ChannelInboundHandlerAdapter implements AutoCloseable {
  /** Pause after a failure: the kernel reports a pending connection again at once. */
  static final long PAUSE_MS = 50;

  private static final Logger log = LoggerFactory.getLogger(DescriptorReserve.class);
  private static final long LOG_EVERY_MS = 60_000;
  private static final Path FILE = Path.of("/dev/null");

  private final Runnable evict;
  private final AtomicLong failures = new AtomicLong();
  private @Nullable FileChannel reserve;
  private long nextLogMs = Long.MIN_VALUE;

  /**
   * Opens the file.
   *
   * @param evict closes a connection that waits for a request, if there is one
   */
  DescriptorReserve(Runnable evict) {
    this.evict = evict;
    reclaim();
  }

  /** Returns how often a connection could not be accepted at once. */
  long failures() {
    return failures.get();
  }

  /** Opens the file again, if it was closed and the limit permits it. */
  synchronized void reclaim() {
    if (reserve == null) {
      try {
        reserve = FileChannel.open(FILE, StandardOpenOption.READ);
      } catch (IOException limit) {
        log.trace("no descriptor in reserve: {}", limit.toString());
      }
    }
  }

  private synchronized void release() {
    FileChannel held = reserve;
    reserve = null;
    try {
      if (held != null) {
        held.close();
      }
    } catch (IOException e) {
      log.debug("cannot close {}: {}", FILE, e.toString());
    }
  }

  /** Returns whether a descriptor is in reserve. */
  synchronized boolean isHeld() {
    return reserve != null;
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    failures.incrementAndGet();
    long nowMs = System.nanoTime() / 1_000_000;
    if (nowMs >= nextLogMs) {
      nextLogMs = nowMs + LOG_EVERY_MS;
      log.warn(
          "a connection of the API cannot be accepted: {}; {} files may be open: raise LimitNOFILE="
              + " of the service (or ulimit -n) if that is too few",
          String.valueOf(cause.getMessage()),
          OpenFiles.limitOfProcess());
    }
    release();
    evict.run();
    context.channel().config().setAutoRead(false);
    context
        .channel()
        .eventLoop()
        .schedule(
            () -> context.channel().config().setAutoRead(true), PAUSE_MS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void close() {
    release();
  }
}
