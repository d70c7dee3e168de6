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
  /** How long it may take until nothing touches a device any more. */
  long STOP_WITHIN_MS = 2_000;

  /** Begins to read frames and hand them to the node. */
  void start();

  /** Takes one frame, whose bytes are borrowed, for the device; only on the node loop. */
  void deliver(byte[] bytes, int start, int length);

  /** Sees to it that all frames that were delivered are written; only on the node loop. */
  void flush();

  /** Stops, and returns when nothing touches the device any more; not on the node loop. */
  void stop();

  /** Does the last work on a device after all that the node loop is at, and waits for it. */
  static void finishOnLoop(NodeLoop loop, String device, Runnable work) {
    try {
      CompletableFuture.runAsync(work, loop.eventLoop()).get(STOP_WITHIN_MS, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException ended) {
      LoggerFactory.getLogger(FramePump.class).trace("the node loop has ended before {}", device);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (ExecutionException | TimeoutException e) {
      LoggerFactory.getLogger(FramePump.class)
          .debug("the node loop is too busy to let go of {}", device, e);
    }
  }
}
