// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import net.backhaul.protocol.packet.PacketCipher;
import org.junit.jupiter.api.Test;

class PathTest {
  private static final long NOW_MS = 1_700_000_000_000L;

  private final Path path =
      new Path(1, new InetSocketAddress(InetAddress.ofLiteral("203.0.113.1"), 9_993));

  PathTest() {
    path.lastInMs = NOW_MS;
    path.lastValidMs = NOW_MS;
    path.recordRoundTrip(20);
  }

  /** Sends a packet every 100 ms, and returns how often the path was probed. */
  private int stream(long fromMs, long toMs, long answersAfterMs) {
    int probes = 0;
    for (long ms = fromMs; ms < toMs; ms += 100) {
      if (path.recordSend(true, ms) && path.startProbe(ms)) {
        probes++;
        path.lastInMs = answersAfterMs < 0 ? path.lastInMs : ms + answersAfterMs;
      }
      assertTrue(answersAfterMs < 0 || !path.isSuspect(ms));
    }
    return probes;
  }

  @Test
  void doesNotProbeAnsweringPath() {
    for (long ms = NOW_MS; ms < NOW_MS + 60_000; ms += 100) {
      assertFalse(path.recordSend(true, ms));
      path.lastInMs = ms + 20;
    }
    assertFalse(path.isSuspect(NOW_MS + 60_000));
  }

  @Test
  void keepsPathOfOneWayStreamWhileProbesAreAnswered() {
    long quality = path.quality(NOW_MS);

    int probes = stream(NOW_MS, NOW_MS + 60_000, 20);

    assertTrue(probes > 30 && probes <= 75, () -> probes + " probes in a minute");
    assertEquals(quality, path.quality(NOW_MS + 60_000));
  }

  @Test
  void replacesDeadPathByAnotherAndThenByRoot() {
    long quality = path.quality(NOW_MS);

    stream(NOW_MS + 100, NOW_MS + 1_000, -1);
    assertEquals(quality, path.quality(NOW_MS + 1_000));
    stream(NOW_MS + 1_000, NOW_MS + 1_400, -1);
    assertTrue(path.quality(NOW_MS + 1_400) > 1_000 * quality, "any other path is better");
    assertFalse(path.isSuspect(NOW_MS + 1_400));
    stream(NOW_MS + 1_400, NOW_MS + 2_000, -1);
    assertTrue(path.isSuspect(NOW_MS + 2_000), "a root is better");

    path.lastInMs = NOW_MS + 2_100;
    assertFalse(path.isSuspect(NOW_MS + 2_100));
    assertEquals(quality, path.quality(NOW_MS + 2_100));
  }

  @Test
  void waitsForProbesOfLongRoundTripLonger() {
    path.latencyMs = 600;

    stream(NOW_MS + 100, NOW_MS + 2_400, -1);
    assertFalse(path.isOverdue(NOW_MS + 2_399));
    assertTrue(path.isOverdue(NOW_MS + 2_400));
  }

  @Test
  void leavesSupersededPathThatDoesNotAnswerAtOnce() {
    path.supersede(NOW_MS + 100);

    stream(NOW_MS + 100, NOW_MS + 300, -1);
    assertFalse(path.isOverdue(NOW_MS + 299));
    assertTrue(path.isOverdue(NOW_MS + 300));
    assertTrue(path.isSuspect(NOW_MS + 900));
  }

  @Test
  void keepsSupersededPathThatAnswers() {
    path.supersede(NOW_MS + 100);

    assertTrue(stream(NOW_MS + 100, NOW_MS + 500, 20) <= 1);

    assertFalse(path.isOverdue(NOW_MS + 5_000));
  }

  @Test
  void toleratesIdleSilenceForThirtySeconds() {
    path.recordSend(true, NOW_MS + 10);

    assertFalse(path.isSuspect(NOW_MS + 29_999));
    assertTrue(path.isSuspect(NOW_MS + 30_000));
  }

  @Test
  void searchesElsewhereWithGrowingIntervals() {
    int searches = 0;
    for (long ms = NOW_MS; ms < NOW_MS + 60_000; ms += 100) {
      if (path.recordSend(true, ms) && path.startProbe(ms) && path.shouldSearchElsewhere(ms)) {
        searches++;
      }
    }

    assertEquals(7, searches, "after about 1, 2, 3, 5, 9, 17 and 33 seconds");
  }

  @Test
  void learnsNewPortWhenOldOneIsOverdue() {
    var peer = new Peer(RecordedNodes.identity("A"), PacketCipher.of(new byte[48]));
    peer.paths.add(path);
    InetAddress ip = path.endpoint.getAddress();
    assertTrue(peer.hasLivePathToIp(1, ip, NOW_MS + 100));

    stream(NOW_MS, NOW_MS + 3_000, -1);

    assertFalse(peer.hasLivePathToIp(1, ip, NOW_MS + 3_000));
    var other = new Path(1, new InetSocketAddress(ip, 20_001));
    peer.addPath(other, NOW_MS + 3_000);
    assertEquals(List.of(other), peer.paths);
  }

  @Test
  void adoptsShorterRoundTripAtOnce() {
    path.recordRoundTrip(600);
    assertEquals(310, path.latencyMs);

    path.recordRoundTrip(4);

    assertEquals(4, path.latencyMs);
  }
}
