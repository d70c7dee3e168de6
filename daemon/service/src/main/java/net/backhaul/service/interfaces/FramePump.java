// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import net.backhaul.service.NodeLoop;
import org.slf4j.LoggerFactory;

/** Moves frames between one device and the node. */
interface FramePump {
  /** Maximum time for {@link #stop}. */
  long STOP_WITHIN_MS = 2_000;

  /** Starts to read frames and hand them to the node. */
  void start();

  /** Writes one frame, whose bytes are borrowed, to the device; only on the node loop. */
  void deliver(byte[] bytes, int start, int length);

  /** Writes frames that are being coalesced; only on the node loop. */
  void flush();

  /** Stops, and returns when the device is no longer used; not on the node loop. */
  void stop();

  /** Runs the last work on a device on the node loop and waits for it. */
  static void finishOnLoop(NodeLoop loop, String device, Runnable work) {
    try {
      CompletableFuture.runAsync(work, loop.eventLoop()).get(STOP_WITHIN_MS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException ended) {
      LoggerFactory.getLogger(FramePump.class).trace("the node loop has ended before {}", device);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LoggerFactory.getLogger(FramePump.class)
          .debug("the node loop did not release {} in time", device, e);
    }
  }
}
