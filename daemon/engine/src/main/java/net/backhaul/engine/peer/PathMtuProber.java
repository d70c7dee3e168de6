// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import net.backhaul.engine.Deadline;
import net.backhaul.engine.Deadlines;
import net.backhaul.engine.Event;

/** Measures the MTU of paths over which large packets are sent (02 section 1.7). */
final class PathMtuProber {
  /** Maximum paths that are measured at a time; others wait for their next large packet. */
  static final int MAX_MEASUREMENTS = 64;

  private final PeerContext context;
  private final EndpointSender endpoints;
  private final Set<Measurement> measurements = new LinkedHashSet<>();

  private record Measurement(Peer peer, Path path) {}

  PathMtuProber(PeerContext context, EndpointSender endpoints) {
    this.context = context;
    this.endpoints = endpoints;
  }

  /**
   * Returns the payload size of datagrams with packets of a length: what the path carries, unless
   * the packets need too many of them. What a root relays has to suit the path behind it, too.
   */
  int mtuBytes(Path path, boolean relayed, int packetBytes) {
    int measured = path.mtuBytes(context.options());
    int unmeasured = context.options().mtuBytes(path.endpoint.getAddress());
    int mtuBytes = relayed ? Math.min(measured, unmeasured) : measured;
    return Math.max(mtuBytes, Fragmenter.minMtuBytes(packetBytes));
  }

  /** Records that a packet was sent directly to a peer, and measures the path if that is due. */
  void sent(Peer peer, Path path, int packetBytes, long nowMs) {
    if (packetBytes > PathMtu.minBytes() && isMeasured(peer, path)) {
      PathMtu mtu = path.mtu();
      mtu.used(nowMs);
      if (mtu.isDue(nowMs, path.latencyMs)) {
        measure(peer, path, nowMs);
      }
    }
  }

  /** Measures a path again over which packets leave and none come, if there were large ones. */
  void verify(Peer peer, Path path, long nowMs) {
    PathMtu mtu = path.knownMtu();
    if (mtu != null && mtu.isUsed(nowMs) && mtu.isConfirmed()) {
      mtu.invalidate(nowMs);
      schedule(new Measurement(peer, path), mtu.nextDueMs(path.latencyMs), nowMs);
    }
  }

  /** Goes on with measurements that are due. */
  void advance(long nowMs) {
    if (!context.deadlines.isDue(Deadline.PATH_MTU, nowMs)) {
      return;
    }
    context.deadlines.clear(Deadline.PATH_MTU);
    for (Measurement each : List.copyOf(measurements)) {
      Path path = each.path;
      if (path.isUsable(nowMs) && isMeasured(each.peer, path) && path.mtu().isUsed(nowMs)) {
        measure(each.peer, path, nowMs);
      } else {
        measurements.remove(each);
      }
    }
  }

  private void measure(Peer peer, Path path, long nowMs) {
    PathMtu mtu = path.mtu();
    int before = mtu.bytes();
    int probe = mtu.nextProbe(nowMs, path.latencyMs, path.lastInMs);
    if (mtu.bytes() < before) {
      report(peer, path, mtu.bytes());
    }
    if (probe > 0) {
      long packetId = endpoints.sendMtuProbe(peer, path, probe);
      if (packetId == 0) {
        path.mtuIsNotMeasurable();
        return;
      }
      mtu.probeSent(packetId, nowMs);
    }
    schedule(new Measurement(peer, path), mtu.nextDueMs(path.latencyMs), nowMs);
  }

  /** Goes on at a time, or else with the next large packet. */
  private void schedule(Measurement measurement, long dueMs, long nowMs) {
    if (dueMs == Deadlines.NEVER) {
      measurements.remove(measurement);
    } else if (measurements.contains(measurement)
        || (measurements.size() < MAX_MEASUREMENTS && measurements.add(measurement))) {
      context.deadlines.setEarlier(Deadline.PATH_MTU, Math.max(nowMs + 1, dueMs));
    }
  }

  private boolean isMeasured(Peer peer, Path path) {
    return path.isMtuMeasurable()
        && peer.answersEcho()
        && context.options().configuredMtuBytes(path.endpoint.getAddress()) == 0;
  }

  /** Records an answer of a peer to a packet, which may have been a probe. */
  void answered(Peer peer, long packetId, long nowMs) {
    for (Path path : peer.paths) {
      PathMtu mtu = path.knownMtu();
      int before = mtu == null ? 0 : mtu.bytes();
      if (mtu != null && mtu.answered(packetId, nowMs)) {
        if (mtu.bytes() != before) {
          report(peer, path, mtu.bytes());
        }
        return;
      }
    }
  }

  private void report(Peer peer, Path path, int bytes) {
    context.output.event(new Event.PathMtuChanged(peer.address, path.endpoint, bytes));
  }
}
