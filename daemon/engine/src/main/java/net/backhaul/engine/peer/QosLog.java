// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.ArrayList;
import net.backhaul.protocol.message.QosMeasurement;
import org.jspecify.annotations.Nullable;

/**
 * What QOS_MEASUREMENT needs of a path: packets received, to be reported, and packets sent, whose
 * reports show the round trip (02 section 2.19).
 */
final class QosLog {
  /** Maximum sent packets that are recorded; the oldest is evicted. */
  static final int MAX_SENT = 64;

  private static final long NOTHING_SENT = 0;

  private final long[] sentIds = new long[MAX_SENT];
  private final long[] sentMs = new long[MAX_SENT];
  private int nextSent;
  private long[] receivedIds = {};
  private long[] receivedMs = {};
  private int received;
  private long reportedMs = Peer.NEVER;

  /** Records a packet that was sent, if it counts. */
  void sent(long packetId, long nowMs) {
    if (QosMeasurement.counts(packetId)) {
      sentIds[nextSent] = packetId;
      sentMs[nextSent] = nowMs;
      nextSent = (nextSent + 1) % MAX_SENT;
    }
  }

  /** Records a packet that came in, if it counts; returns whether a report is full. */
  boolean received(long packetId, long nowMs) {
    if (!QosMeasurement.counts(packetId)) {
      return false;
    }
    if (receivedIds.length == 0) {
      receivedIds = new long[QosMeasurement.MAX_RECORDS];
      receivedMs = new long[QosMeasurement.MAX_RECORDS];
      reportedMs = Math.max(reportedMs, nowMs - 1);
    }
    if (received < QosMeasurement.MAX_RECORDS) {
      receivedIds[received] = packetId;
      receivedMs[received] = nowMs;
      received++;
    }
    return received == QosMeasurement.MAX_RECORDS;
  }

  /** Returns a report that is full or due, or null, and starts the next one. */
  @Nullable QosMeasurement takeReport(long everyMs, long nowMs) {
    boolean isDue = received == QosMeasurement.MAX_RECORDS || nowMs - reportedMs >= everyMs;
    if (received == 0 || !isDue) {
      return null;
    }
    var records = new ArrayList<QosMeasurement.Received>(received);
    for (int i = 0; i < received; i++) {
      int holdingMs = (int) Math.min(Integer.MAX_VALUE, nowMs - receivedMs[i]);
      records.add(new QosMeasurement.Received(receivedIds[i], holdingMs));
    }
    received = 0;
    reportedMs = nowMs;
    return new QosMeasurement(records);
  }

  /** Returns the round trip that a report shows, without the holding time; -1 if it is unknown. */
  long roundTripMs(QosMeasurement.Received report, long nowMs) {
    for (int i = 0; i < MAX_SENT && report.packetId() != NOTHING_SENT; i++) {
      if (sentIds[i] == report.packetId()) {
        sentIds[i] = NOTHING_SENT;
        return Math.max(0, nowMs - sentMs[i] - report.holdingMs());
      }
    }
    return -1;
  }
}
