// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.net.InetSocketAddress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import net.backhaul.engine.Event;

/** Measures round trips to peers with ECHO, one at a time per peer. Lives on the node loop. */
public final class PeerPings {
  /** An ECHO that was not answered for so long counts as lost. */
  public static final long TIMEOUT_MS = 3_000;

  /** Maximum peers that are pinged at a time. */
  static final int MAX_PENDING = 32;

  /** Peers answer one ECHO in 166 ms (02 section 2.8); an earlier one is delayed. */
  private static final long SPACING_MS = 200;

  private final NodeLoop loop;
  private final Map<Long, Pending> pending = new HashMap<>();

  /** When the last peers were pinged; the oldest is evicted. */
  private final Map<Long, Long> lastNanos =
      new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Long> eldest) {
          return size() > 2 * MAX_PENDING;
        }
      };

  private static final class Pending {
    final CompletableFuture<PingResult> outcome = new CompletableFuture<>();
    long sentNanos = System.nanoTime();
  }

  /** The outcome of a ping. */
  public sealed interface PingResult {
    /**
     * The peer has answered.
     *
     * @param relayed whether the answer came through a root
     * @param relay that root, or 0 if it is unknown which one
     * @param endpoint where the answer came from: of the peer, or of the root
     */
    record Answered(long roundTripNanos, boolean relayed, long relay, InetSocketAddress endpoint)
        implements PingResult {}

    /** No answer came within {@link #TIMEOUT_MS}. */
    record Unanswered() implements PingResult {}

    /** Nothing was sent: another ping of the peer, or too many of others, are pending. */
    record Busy(boolean samePeer) implements PingResult {}
  }

  public PeerPings(NodeLoop loop) {
    this.loop = loop;
  }

  /**
   * Pings a peer once; from any thread.
   *
   * @param bytes the data of the ECHO, as {@link net.backhaul.engine.Node#ping} permits
   */
  public CompletableFuture<PingResult> ping(long peer, int bytes) {
    return loop.submit(node -> begin(peer, bytes)).thenCompose(outcome -> outcome);
  }

  private CompletableFuture<PingResult> begin(long peer, int bytes) {
    boolean samePeer = pending.containsKey(peer);
    if (samePeer || pending.size() >= MAX_PENDING) {
      return CompletableFuture.completedFuture(new PingResult.Busy(samePeer));
    }
    var ping = new Pending();
    pending.put(peer, ping);
    Long last = lastNanos.get(peer);
    long sinceMs =
        last == null ? SPACING_MS : TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - last);
    if (sinceMs >= SPACING_MS) {
      send(peer, bytes, ping);
    } else {
      loop.executeAfter(SPACING_MS - sinceMs, () -> send(peer, bytes, ping));
    }
    return ping.outcome;
  }

  private void send(long peer, int bytes, Pending ping) {
    ping.sentNanos = System.nanoTime();
    lastNanos.remove(peer);
    lastNanos.put(peer, ping.sentNanos);
    loop.executeAfter(TIMEOUT_MS, () -> end(peer, ping, new PingResult.Unanswered()));
    loop.node().ping(peer, bytes, NodeLoop.nowMs());
    loop.scheduleWakeUp();
  }

  /** Takes the answer to a ping; on the loop. */
  void answered(Event.PingAnswered answer) {
    Pending ping = pending.get(answer.address());
    if (ping != null) {
      long nanos = System.nanoTime() - ping.sentNanos;
      end(
          answer.address(),
          ping,
          new PingResult.Answered(nanos, answer.relayed(), answer.relay(), answer.endpoint()));
    }
  }

  private void end(long peer, Pending ping, PingResult outcome) {
    if (pending.remove(peer, ping)) {
      ping.outcome.complete(outcome);
    }
  }
}
