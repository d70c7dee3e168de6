// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.LongPredicate;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.NatObservation;
import net.backhaul.protocol.address.IpScope;
import net.backhaul.protocol.message.NatStatement.Mapping;
import org.jspecify.annotations.Nullable;

/**
 * Our addresses as peers report them (02 section 4.3).
 *
 * <p>Peers fill it, so it has a limit; the report that was renewed longest ago is evicted.
 */
final class SurfaceAddresses {
  static final int MAX_REPORTS = 512;
  static final long REPORT_LIFE_MS = 600_000;

  /** Reports of roots that differ more in age may be about different mappings of one NAT. */
  private static final long COMPARED_WITHIN_MS = 250_000;

  private final Map<Key, Report> reports = new LinkedHashMap<>();

  /**
   * Whose reports show the kind of a NAT.
   *
   * @param isRoot whether the node of an address is a root
   * @param isMember whether it is a member of one of our networks
   */
  record Observers(LongPredicate isRoot, MemberTest isMember) {}

  /** Whether the node of an address is a member of one of our networks. */
  @FunctionalInterface
  interface MemberTest {
    boolean test(long address, long nowMs);
  }

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

  /** Returns where others see a socket, by the latest report; null without any. */
  @Nullable InetSocketAddress of(int socket, int ipBytes, long nowMs) {
    InetSocketAddress latest = null;
    for (Map.Entry<Key, Report> each : reports.entrySet()) {
      InetSocketAddress seen = each.getValue().surface();
      if (each.getKey().socket() == socket
          && seen.getAddress().getAddress().length == ipBytes
          && nowMs - each.getValue().atMs() < REPORT_LIFE_MS) {
        latest = seen;
      }
    }
    return latest;
  }

  /**
   * Returns how our NAT maps ports. Where one root alone has reported, a NAT that keeps the ports
   * of sockets does so for all destinations.
   */
  Mapping mapping(int ipBytes, List<LocalSocket> sockets, Observers observers, long nowMs) {
    NatObservation nat = nat(ipBytes, sockets, observers, nowMs);
    return switch (nat.kind()) {
      case UNKNOWN, NONE, ENDPOINT_INDEPENDENT -> Mapping.ENDPOINT_INDEPENDENT;
      case ENDPOINT_DEPENDENT -> Mapping.ENDPOINT_DEPENDENT;
      case UNDETERMINED -> {
        boolean keepsPorts =
            nat.observed().stream()
                .allMatch(
                    seen ->
                        sockets.stream()
                            .anyMatch(each -> each.address().getPort() == seen.getPort()));
        yield keepsPorts ? Mapping.ENDPOINT_INDEPENDENT : Mapping.UNDETERMINED;
      }
    };
  }

  /** Returns the NAT of an IP family, by reports that are about as new as the newest of a root. */
  NatObservation nat(int ipBytes, List<LocalSocket> sockets, Observers by, long nowMs) {
    long newestMs = Long.MIN_VALUE;
    for (Map.Entry<Key, Report> each : reports.entrySet()) {
      if (isObservation(each, ipBytes) && by.isRoot.test(each.getKey().reporter())) {
        newestMs = Math.max(newestMs, each.getValue().atMs());
      }
    }
    Set<InetAddress> outerIps = outerIps(ipBytes, by, nowMs);
    Map<Integer, Set<InetSocketAddress>> bySocket = new LinkedHashMap<>();
    Map<Integer, Set<InetSocketAddress>> observers = new HashMap<>();
    var observed = new LinkedHashSet<InetSocketAddress>();
    int count = 0;
    for (Map.Entry<Key, Report> each : reports.entrySet()) {
      Report report = each.getValue();
      boolean counts =
          isObservation(each, ipBytes)
              && counts(each, outerIps, by, nowMs)
              && newestMs - report.atMs() < COMPARED_WITHIN_MS
              && nowMs - report.atMs() < REPORT_LIFE_MS;
      if (counts) {
        int socket = each.getKey().socket();
        bySocket.computeIfAbsent(socket, s -> new LinkedHashSet<>()).add(report.surface());
        observers.computeIfAbsent(socket, s -> new HashSet<>()).add(each.getKey().reporterAt());
        observed.add(report.surface());
        count++;
      }
    }
    NatObservation.Kind kind = NatObservation.Kind.UNKNOWN;
    if (bySocket.values().stream().anyMatch(surfaces -> surfaces.size() > 1)) {
      kind = NatObservation.Kind.ENDPOINT_DEPENDENT;
    } else if (count > 0 && sockets.stream().anyMatch(each -> observed.contains(each.address()))) {
      kind = NatObservation.Kind.NONE;
    } else if (count > 0) {
      kind =
          observers.values().stream().anyMatch(endpoints -> endpoints.size() > 1)
              ? NatObservation.Kind.ENDPOINT_INDEPENDENT
              : NatObservation.Kind.UNDETERMINED;
    }
    return new NatObservation(ipBytes, kind, List.copyOf(observed), count);
  }

  /** Returns the addresses at which roots see us. */
  private Set<InetAddress> outerIps(int ipBytes, Observers by, long nowMs) {
    Set<InetAddress> all = new HashSet<>();
    for (Map.Entry<Key, Report> each : reports.entrySet()) {
      if (isObservation(each, ipBytes)
          && by.isRoot.test(each.getKey().reporter())
          && nowMs - each.getValue().atMs() < REPORT_LIFE_MS) {
        all.add(each.getValue().surface().getAddress());
      }
    }
    return all;
  }

  /**
   * Returns whether a report is that of a root, or of a member that sees us at the same address.
   */
  private static boolean counts(
      Map.Entry<Key, Report> each, Set<InetAddress> outerIps, Observers by, long nowMs) {
    long reporter = each.getKey().reporter();
    return by.isRoot.test(reporter)
        || (outerIps.contains(each.getValue().surface().getAddress())
            && by.isMember.test(reporter, nowMs));
  }

  private static boolean isObservation(Map.Entry<Key, Report> each, int ipBytes) {
    return !LocalSocket.isRelay(each.getKey().socket())
        && each.getValue().surface().getAddress().getAddress().length == ipBytes;
  }

  /** Removes the reports about sockets that are not usable any more. */
  void retain(Set<Integer> sockets) {
    reports.keySet().removeIf(key -> !sockets.contains(key.socket()));
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
