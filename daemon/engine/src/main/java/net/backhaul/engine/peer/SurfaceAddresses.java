// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.protocol.address.IpScope;

/**
 * Our addresses as peers report them (02 section 4.3).
 *
 * <p>Peers fill it, so it has a limit; the report that was renewed longest ago is evicted.
 */
final class SurfaceAddresses {
  static final int MAX_REPORTS = 512;
  static final long REPORT_LIFE_MS = 600_000;

  private final Map<Key, Report> reports = new LinkedHashMap<>();

  private record Key(long reporter, int socket, InetSocketAddress reporterAt, IpScope scope) {}

  private record Report(InetSocketAddress surface, long atMs) {}

  /**
   * Records our address as the sender of a packet has reported it.
   *
   * @param trusted whether the sender is a root, whose report may show a change
   * @return the scope in which our network environment has changed, or NONE
   */
  IpScope reported(InboundPacket report, boolean trusted, InetSocketAddress surface) {
    InetSocketAddress reporterAt = report.endpoint();
    long nowMs = report.nowMs();
    IpScope scope = IpScope.of(surface.getAddress());
    boolean usable =
        scope == IpScope.of(reporterAt.getAddress())
            && scope != IpScope.NONE
            && scope != IpScope.LOOPBACK
            && scope != IpScope.MULTICAST;
    if (!usable) {
      return IpScope.NONE;
    }
    var key = new Key(report.source(), report.socket(), reporterAt, scope);
    Report before = reports.remove(key);
    reports.put(key, new Report(surface, nowMs));
    if (reports.size() > MAX_REPORTS) {
      Iterator<Key> oldest = reports.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
    boolean moved =
        trusted
            && before != null
            && nowMs - before.atMs() < REPORT_LIFE_MS
            && !sameIp(before.surface().getAddress(), surface.getAddress());
    if (!moved) {
      return IpScope.NONE;
    }
    reports
        .keySet()
        .removeIf(other -> other.scope() == scope && !other.reporterAt().equals(reporterAt));
    return scope;
  }

  /** Returns the distinct addresses of all reports that have not expired. */
  List<InetSocketAddress> distinct(long nowMs) {
    var all = new ArrayList<InetSocketAddress>();
    for (Report report : reports.values()) {
      if (nowMs - report.atMs() < REPORT_LIFE_MS && !all.contains(report.surface())) {
        all.add(report.surface());
      }
    }
    return all;
  }

  int size() {
    return reports.size();
  }

  void expire(long nowMs) {
    reports.values().removeIf(report -> nowMs - report.atMs() >= REPORT_LIFE_MS);
  }

  private static boolean sameIp(InetAddress one, InetAddress other) {
    return one.equals(other);
  }
}
