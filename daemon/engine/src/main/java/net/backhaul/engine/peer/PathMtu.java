// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import net.backhaul.engine.Deadlines;
import net.backhaul.protocol.packet.Packets;

/**
 * Finds the largest datagram that gets through on a path, and notices when it no longer does (02
 * section 1.7, after RFC 8899).
 *
 * <p>Probes are ECHOs of the size in question that neither host nor router may fragment. They are
 * sent only while packets leave that are larger than {@link #minBytes}, one at a time.
 */
final class PathMtu {
  /** How often the size in use is probed while large packets are sent. */
  static final long CONFIRM_EVERY_MS = 2_000;

  /** The least time between two probes: a peer answers one ECHO in 166 ms. */
  static final long SPACING_MS = 250;

  /** A size whose probes are lost so often does not get through. */
  static final int MAX_TRIES = 3;

  /** How soon larger sizes are probed again after one got lost that had got through before. */
  static final long RAISE_SOON_MS = 30_000;

  /** How long after the last large packet a measurement goes on. */
  static final long USED_FOR_MS = 5_000;

  /** How often larger sizes are probed again in the long run. */
  static final long RAISE_EVERY_MS = 600_000;

  private static final int ROUND_TRIPS = 3;
  private static final long MIN_TIMEOUT_MS = 300;
  private static final long MAX_TIMEOUT_MS = 1_500;

  /** Common MTUs: of IPv6 at least, tunnels, DS-Lite, PPPoE, Ethernet, clouds, jumbo frames. */
  private static final int[] IP_MTUS = {
    1280, 1320, 1360, 1400, 1420, 1440, 1460, 1480, 1492, 1500, 4000, 8896, 9000
  };

  private static final int ETHERNET = 9;
  private static final int JUMBO = 12;
  private static final int V4_HEADER_BYTES = 28;
  private static final int V6_HEADER_BYTES = 48;
  private static final int V6_ADDRESS_BYTES = 16;
  private static final long NEVER = Long.MIN_VALUE / 4;

  private final int headerBytes;
  private final int start;

  /** The index of the size in use, which was not probed at first. */
  private int used;

  /** The largest index that got through; the first counts as one. */
  private int low;

  /** The smallest index that did not. */
  private int high = IP_MTUS.length;

  /** When a packet was sent last that is larger than the least size. */
  private long usedMs = NEVER;

  private long confirmedMs = NEVER;
  private long raiseAtMs = NEVER;
  private long raiseAfterMs = RAISE_EVERY_MS / 2;

  private int probed = -1;
  private int tries;
  private long firstTryMs;
  private long lastTryMs = NEVER;
  private final long[] packetIds = new long[MAX_TRIES];

  /**
   * Creates one that uses datagrams of the default size until it knows more.
   *
   * @param ipBytes the length of an IP address of the path: 4 or 16
   */
  PathMtu(int ipBytes) {
    headerBytes = ipBytes == V6_ADDRESS_BYTES ? V6_HEADER_BYTES : V4_HEADER_BYTES;
    int index = 0;
    while (bytes(index) < Packets.DEFAULT_MTU_BYTES) {
      index++;
    }
    start = index;
    used = index;
  }

  /** Returns the payload of datagrams that always counts as getting through. */
  static int minBytes() {
    return IP_MTUS[0] - V6_HEADER_BYTES;
  }

  /** Returns the payload of the largest datagrams to be sent. */
  int bytes() {
    return bytes(used);
  }

  /** Records that a packet was sent that is larger than the least size. */
  void used(long nowMs) {
    usedMs = nowMs;
  }

  /** Returns whether the size in use has got through. */
  boolean isConfirmed() {
    return confirmedMs != NEVER && probed < 0;
  }

  /** Records that packets leave and nothing comes back: it may be that large ones vanish. */
  void invalidate(long nowMs) {
    confirmedMs = NEVER;
    lastTryMs = nowMs; // The peer is probed by another ECHO just now, and answers one at a time.
  }

  /** Returns whether such a packet was sent lately. */
  boolean isUsed(long nowMs) {
    return nowMs - usedMs < USED_FOR_MS;
  }

  private int bytes(int index) {
    return IP_MTUS[index] - headerBytes;
  }

  /** Returns whether {@link #nextProbe} has something to do; most large packets cost only this. */
  boolean isDue(long nowMs, long roundTripMs) {
    if (nowMs - lastTryMs < SPACING_MS) {
      return false;
    }
    return probed >= 0
        ? nowMs - lastTryMs >= timeoutMs(roundTripMs)
        : nowMs - confirmedMs >= CONFIRM_EVERY_MS || nowMs >= raiseAtMs || search() >= 0;
  }

  /**
   * Returns the payload of a probe to send now, or 0 for none; {@link #probeSent} follows.
   *
   * @param roundTripMs of the path
   * @param lastInMs when anything came in over the path: if nothing does, no size gets through, and
   *     nothing is learned
   */
  int nextProbe(long nowMs, long roundTripMs, long lastInMs) {
    if (nowMs - lastTryMs < SPACING_MS) {
      return 0;
    }
    if (probed >= 0) {
      if (nowMs - lastTryMs < timeoutMs(roundTripMs)) {
        return 0;
      }
      if (tries < MAX_TRIES) {
        return bytes(probed);
      }
      if (lastInMs >= firstTryMs) {
        failed(probed);
      }
    }
    probed = next(nowMs);
    tries = 0;
    firstTryMs = nowMs;
    return probed < 0 ? 0 : bytes(probed);
  }

  /** Returns when {@link #nextProbe} has more to do, though no large packet is sent. */
  long nextDueMs(long roundTripMs) {
    if (probed >= 0) {
      return lastTryMs + timeoutMs(roundTripMs);
    }
    if (search() >= 0) {
      return lastTryMs + SPACING_MS;
    }
    return usedMs > confirmedMs
        ? Math.max(lastTryMs + SPACING_MS, confirmedMs + CONFIRM_EVERY_MS)
        : Deadlines.NEVER;
  }

  private static long timeoutMs(long roundTripMs) {
    return Math.clamp(ROUND_TRIPS * roundTripMs, MIN_TIMEOUT_MS, MAX_TIMEOUT_MS);
  }

  /** Records the probe that {@link #nextProbe} has requested, by its packet. */
  void probeSent(long packetId, long nowMs) {
    packetIds[tries++] = packetId;
    lastTryMs = nowMs;
  }

  /** Records an answer to a packet; returns whether that was a probe. */
  boolean answered(long packetId, long nowMs) {
    for (int i = 0; probed >= 0 && i < tries; i++) {
      if (packetIds[i] == packetId) {
        low = Math.max(low, probed);
        used = low;
        confirmedMs = nowMs;
        probed = -1;
        return true;
      }
    }
    return false;
  }

  private void failed(int index) {
    high = Math.max(1, index);
    if (index <= used) {
      used = 0;
      low = 0;
      raiseAfterMs = RAISE_SOON_MS / 2;
    }
  }

  /** Returns the index of the next size to be probed; -1 for none now. */
  private int next(long nowMs) {
    boolean confirmed = used == low && low > 0;
    if (confirmed && nowMs - confirmedMs >= CONFIRM_EVERY_MS) {
      return used;
    }
    if (raiseAtMs != NEVER && nowMs >= raiseAtMs) {
      raiseAtMs = NEVER;
      high = IP_MTUS.length;
    }
    int searched = search();
    if (searched < 0 && raiseAtMs == NEVER) {
      raiseAfterMs = Math.min(2 * raiseAfterMs, RAISE_EVERY_MS);
      raiseAtMs = nowMs + raiseAfterMs;
    }
    return searched;
  }

  /** Returns the likeliest sizes first, and the middle of what is left then; -1 for none. */
  private int search() {
    if (low < start && start < high) {
      return start;
    }
    if (low < ETHERNET && ETHERNET < high) {
      return ETHERNET;
    }
    if (low < JUMBO && JUMBO < high) {
      return JUMBO;
    }
    return high - low > 1 ? (low + high) / 2 : -1;
  }
}
