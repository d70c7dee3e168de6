// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetAddress;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A link between a host, NAT or firewall and a segment, with conditions of its own, which apply to
 * each direction alone; initially it has none.
 */
public final class SimulatedLink implements SimulatedSegment {
  /** Headers of IPv4 and UDP. */
  private static final int HEADER_BYTES = 28;

  private final SimulatedInternet internet;
  private final SimulatedSegment outer;
  private final RandomGenerator random;
  private final Direction out = new Direction();
  private final Direction in = new Direction();
  private long delayMs;
  private double loss;
  private double reordered;
  private long lateMs;
  private double duplicated;
  private int bytesPerMs = Integer.MAX_VALUE;
  private int queueBytes = Integer.MAX_VALUE;
  private int mtuBytes = Integer.MAX_VALUE;
  private boolean isDown;
  private long dropped;

  /** The queue of one direction. */
  private static final class Direction {
    /** When the last byte in the queue has left, in milliseconds with a fraction. */
    double emptyAtMs;
  }

  SimulatedLink(SimulatedInternet internet, SimulatedSegment outer, RandomGenerator random) {
    this.internet = internet;
    this.outer = outer;
    this.random = random;
  }

  /** Sets the delay of each datagram, beside that of the internet. */
  public SimulatedLink delay(long ms) {
    delayMs = ms;
    return this;
  }

  /** Sets the share of datagrams that are lost, 0 to 1. */
  public SimulatedLink loss(double share) {
    loss = share;
    return this;
  }

  /** Sets the share of datagrams that arrive later than others that were sent after them. */
  public SimulatedLink reorder(double share, long byMs) {
    reordered = share;
    lateMs = byMs;
    return this;
  }

  /** Sets the share of datagrams that arrive twice. */
  public SimulatedLink duplicate(double share) {
    duplicated = share;
    return this;
  }

  /** Sets the bandwidth, and how many bytes the queue takes; what exceeds it is dropped. */
  public SimulatedLink rate(int newBytesPerMs, int newQueueBytes) {
    bytesPerMs = newBytesPerMs;
    queueBytes = newQueueBytes;
    return this;
  }

  /** Sets the MTU; longer datagrams are dropped, as by networks that forward no IP fragments. */
  public SimulatedLink mtu(int bytes) {
    mtuBytes = bytes;
    return this;
  }

  /** Sets the link down or up; no host notices. */
  public SimulatedLink down(boolean whether) {
    isDown = whether;
    return this;
  }

  /** Returns how many datagrams were lost, too long, or too many for the queue. */
  public long dropped() {
    return dropped;
  }

  @Override
  public void send(SimulatedInternet.Datagram datagram) {
    forward(out, datagram, (arrived, nowMs) -> outer.send(arrived));
  }

  @Override
  public void route(InetAddress ip, SimulatedInternet.@Nullable DatagramSink receiver) {
    outer.route(ip, receiver == null ? null : (datagram, nowMs) -> forward(in, datagram, receiver));
  }

  private void forward(
      Direction direction,
      SimulatedInternet.Datagram datagram,
      SimulatedInternet.DatagramSink receiver) {
    int bytes = datagram.bytes().length + HEADER_BYTES;
    if (isDown || bytes > mtuBytes || random.nextDouble() < loss) {
      dropped++;
      return;
    }
    double startMs = Math.max(direction.emptyAtMs, internet.nowMs());
    if ((startMs - internet.nowMs()) * bytesPerMs > queueBytes) {
      dropped++;
      return;
    }
    direction.emptyAtMs = startMs + (double) bytes / bytesPerMs;
    long queuedMs = Math.round(direction.emptyAtMs) - internet.nowMs();
    long afterMs = queuedMs + delayMs + (random.nextDouble() < reordered ? lateMs : 0);
    internet.deliver(datagram, receiver, afterMs);
    if (random.nextDouble() < duplicated) {
      internet.deliver(datagram, receiver, afterMs);
    }
  }
}
