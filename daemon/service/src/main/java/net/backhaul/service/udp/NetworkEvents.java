// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import io.netty.channel.IoEvent;
import io.netty.channel.IoEventLoop;
import io.netty.channel.IoRegistration;
import io.netty.channel.epoll.EpollIoHandle;
import io.netty.channel.epoll.EpollIoOps;
import io.netty.channel.unix.FileDescriptor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import net.backhaul.service.NodeLoop;
import net.backhaul.tap.HostNetworkMonitor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands over changes of the host's network shortly after they happen, on the node loop.
 *
 * <p>Changes come in bursts, and on a host with many containers all the time. So a burst is one
 * change, and there is a budget of changes that follow each other.
 */
final class NetworkEvents implements EpollIoHandle {
  private static final Logger log = LoggerFactory.getLogger(NetworkEvents.class);

  /** How long notifications are collected after the first. */
  static final long SETTLE_MS = 20;

  /** Changes that may follow each other; after them, there is one in {@link #REFILL_MS}. */
  static final int MAX_BURST = 5;

  static final long REFILL_MS = 1_000;

  /** How often the monitor is read where its descriptor cannot be registered with the loop. */
  private static final long POLL_EVERY_MS = 1_000;

  private static final EpollIoOps EDGES = EpollIoOps.EPOLLIN.with(EpollIoOps.EPOLLET);

  private final NodeLoop loop;
  private final HostNetworkMonitor monitor;
  private final FileDescriptor descriptor;
  private final Consumer<HostNetworkMonitor.Changes> listener;
  private @Nullable IoRegistration registration;
  private @Nullable Future<?> polling;
  private long lastRefillMs;
  private int budget = MAX_BURST;
  private boolean readScheduled;
  private boolean closed;

  /**
   * Creates it.
   *
   * @param monitor closed with this
   * @param listener called on the loop
   */
  NetworkEvents(
      NodeLoop loop, HostNetworkMonitor monitor, Consumer<HostNetworkMonitor.Changes> listener) {
    this.loop = loop;
    this.monitor = monitor;
    this.listener = listener;
    this.descriptor = new FileDescriptor(monitor.fd());
    this.lastRefillMs = NodeLoop.nowMs();
  }

  /** Starts to watch; on the loop. */
  void start() {
    if (loop.supportsDescriptors() && loop.eventLoop() instanceof IoEventLoop io) {
      io.register(this)
          .addListener(
              done -> {
                if (done.getNow() instanceof IoRegistration made && !closed) {
                  registration = made;
                  made.submit(EDGES); // Level-triggered, it would spin until it is read.
                } else if (!closed) {
                  log.debug("the network monitor is polled", done.cause());
                  poll();
                }
              });
    } else {
      poll();
    }
  }

  private void poll() {
    polling = loop.every(POLL_EVERY_MS, this::read);
  }

  @Override
  public FileDescriptor fd() {
    return descriptor;
  }

  /** Reads later, all at once. */
  @Override
  public void handle(IoRegistration from, IoEvent event) {
    if (closed || readScheduled) {
      return;
    }
    readScheduled = true;
    loop.eventLoop()
        .schedule(
            () -> {
              readScheduled = false; // First: an internal error must not end the watch.
              loop.execute(this::read);
            },
            delayMs(NodeLoop.nowMs()),
            TimeUnit.MILLISECONDS);
  }

  private long delayMs(long nowMs) {
    int refill = (int) Math.min(MAX_BURST, (nowMs - lastRefillMs) / REFILL_MS);
    budget = Math.min(MAX_BURST, budget + refill);
    lastRefillMs = budget == MAX_BURST ? nowMs : lastRefillMs + refill * REFILL_MS;
    if (budget > 0) {
      budget--;
      return SETTLE_MS;
    }
    long nextMs = lastRefillMs + REFILL_MS;
    lastRefillMs = nextMs;
    return Math.max(SETTLE_MS, nextMs - nowMs);
  }

  private void read() {
    if (closed) {
      return;
    }
    HostNetworkMonitor.Changes changes = monitor.poll();
    if (changes.any()) {
      log.debug("the network of the host has changed: {}", changes);
      listener.accept(changes);
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (polling != null) {
      polling.cancel(false);
    }
    if (registration != null) {
      registration.cancel();
    }
    monitor.close();
  }
}
