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
 * Our addresses as others see them (02 section 4.3).
 *
 * <p>Peers fill it, so it has a limit; the report that is not renewed longest makes room.
 */
final class SurfaceAddresses {
  static final int MAX_REPORTS = 512;
  static final long REPORT_LASTS_MS = 600_000;

  private final Map<Key, Report> reports = new LinkedHashMap<>();

  private record Key(long reporter, int socket, InetSocketAddress reporterAt, IpScope scope) {}

  private record Report(InetSocketAddress surface, long atMs) {}

  /**
   * Notes where a reporter sees us.
   *
   * @return the scope in which our network environment has changed, or NONE; only roots are
   *     believed
   */
  IpScope reported(
      long reporter,
      boolean trusted,
      int socket,
      InetSocketAddress reporterAt,
      InetSocketAddress surface,
      long nowMs) {
    IpScope scope = IpScope.of(surface.getAddress());
    boolean usable =
        scope == IpScope.of(reporterAt.getAddress())
            && scope != IpScope.NONE
            && scope != IpScope.LOOPBACK
            && scope != IpScope.MULTICAST;
    if (!usable) {
      return IpScope.NONE;
    }
    var key = new Key(reporter, socket, reporterAt, scope);
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
            && nowMs - before.atMs() < REPORT_LASTS_MS
            && !sameIp(before.surface().getAddress(), surface.getAddress());
    if (!moved) {
      return IpScope.NONE;
    }
    reports
        .keySet()
        .removeIf(other -> other.scope() == scope && !other.reporterAt().equals(reporterAt));
    return scope;
  }

  /** Returns the distinct addresses that somebody has seen us at lately. */
  List<InetSocketAddress> distinct(long nowMs) {
    var all = new ArrayList<InetSocketAddress>();
    for (Report report : reports.values()) {
      if (nowMs - report.atMs() < REPORT_LASTS_MS && !all.contains(report.surface())) {
        all.add(report.surface());
      }
    }
    return all;
  }

  int size() {
    return reports.size();
  }

  void forgetOld(long nowMs) {
    reports.values().removeIf(report -> nowMs - report.atMs() >= REPORT_LASTS_MS);
  }

  private static boolean sameIp(InetAddress one, InetAddress other) {
    return one.equals(other);
  }
}
