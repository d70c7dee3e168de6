// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import net.backhaul.engine.PeerReach;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Features;
import net.backhaul.protocol.message.NatStatement;
import net.backhaul.protocol.packet.PacketCipher;
import net.backhaul.protocol.packet.Packets;
import org.jspecify.annotations.Nullable;

/** A node whose identity is known, and the paths to it (02 section 3.2). */
final class Peer {
  /** How many packets of a peer to itself are relayed, and in which time. */
  private static final int MAX_TO_SELF = 8;

  private static final long TO_SELF_EVERY_MS = 10_000;

  /** Maximum paths to one peer; the one that was silent longest is evicted. */
  static final int MAX_PATHS = 64;

  /** After this silence a peer is not alive, and without frames for this long not active. */
  static final long ACTIVITY_TIMEOUT_MS = 500_000;

  static final int AES_SINCE_PROTOCOL = 12;
  static final int ECHO_SINCE_PROTOCOL = 5;
  static final long NEVER = Long.MIN_VALUE / 4;

  final Identity identity;
  final long address;
  final PacketCipher cipher;
  final List<Path> paths = new ArrayList<>(2);

  int protocolVersion;
  int major;
  int minor;
  int revision;

  /** What it has stated to support beyond the protocol, in its last HELLO or OK(HELLO). */
  Features features = Features.NONE;

  long lastReceiveMs = NEVER;
  long lastNonTrivialMs = NEVER;
  long lastTrustMs = NEVER;
  long lastHelloSentMs = NEVER;
  long lastPathPushSentMs = NEVER;
  long lastPathPushReceivedMs = NEVER;
  int pathPushesInARow;

  /** The root that has relayed the peer's last packet that was not direct, and when it came. */
  @Nullable Peer relay;

  long relayedInMs = NEVER;

  /** The endpoints of the paths that were removed last; they are saved where no path is left. */
  List<InetSocketAddress> lastEndpoints = List.of();

  /** The first endpoints of its last PUSH_DIRECT_PATHS. */
  List<InetSocketAddress> pushedEndpoints = List.of();

  /** How packets are distributed over the paths, where more than one is used at a time. */
  @Nullable Bond bond;

  private @Nullable Candidates candidates;

  /** What it has stated about its NAT, and the rate of such statements. */
  @Nullable NatStatement nat;

  int statements;
  long statementsCountedMs = NEVER;

  /** When, and at which address, its ports were searched last, and how many were tried there. */
  long searchedMs = NEVER;

  @Nullable InetAddress searchedIp;
  int portsTried;

  final PeerCounters counters = new PeerCounters();
  final Confirmations confirmations = new Confirmations();
  int confirmationsNeeded;
  int probesLeft;
  long lastWhoisAnsweredMs = NEVER;
  long lastStrayEchoAnsweredMs = NEVER;
  @Nullable InetSocketAddress lastStrayEchoEndpoint;
  long lastHintTriedMs = NEVER;
  long lastSavedMs = NEVER;
  private int relayedToSelf;
  private long relayedToSelfSinceMs = NEVER;

  Peer(Identity identity, PacketCipher cipher) {
    this.identity = identity;
    this.address = identity.address();
    this.cipher = cipher;
  }

  boolean isAlive(long nowMs) {
    return nowMs - lastReceiveMs < ACTIVITY_TIMEOUT_MS;
  }

  boolean isActive(long nowMs) {
    return nowMs - lastNonTrivialMs < ACTIVITY_TIMEOUT_MS;
  }

  boolean isTrusted(long nowMs) {
    return nowMs - lastTrustMs < Path.TRUSTED_FOR_MS;
  }

  boolean versionKnown() {
    return protocolVersion > 0;
  }

  /** Returns the suite for all packets but HELLO (02 section 3.1). */
  int suite() {
    return protocolVersion >= AES_SINCE_PROTOCOL ? Packets.SUITE_AES : Packets.SUITE_SALSA;
  }

  boolean answersEcho() {
    return protocolVersion >= ECHO_SINCE_PROTOCOL && !(major == 1 && minor == 1 && revision == 0);
  }

  /** Returns whether it applies marks to frames, and copies them to what it relays. */
  boolean supportsEcn() {
    return features.has(Features.ECN);
  }

  /** Sets the versions that the peer has stated. */
  void version(int newProtocol, int newMajor, int newMinor, int newRevision) {
    protocolVersion = newProtocol;
    major = newMajor;
    minor = newMinor;
    revision = newRevision;
  }

  /**
   * Returns the path that the bond uses or, without a bond, that of best quality which has not
   * expired, or null. Ties go to the later one.
   */
  @Nullable Path bestPath(long nowMs) {
    Path best = bond == null ? null : bond.mainPath(nowMs);
    if (best != null) {
      return best;
    }
    long bestQuality = Long.MAX_VALUE;
    for (int i = 0; i < paths.size(); i++) {
      Path path = paths.get(i);
      if (path.isUsable(nowMs)) {
        long quality = path.quality(nowMs);
        if (quality <= bestQuality) {
          best = path;
          bestQuality = quality;
        }
      }
    }
    return best;
  }

  /**
   * Returns whether another packet of the peer to its own address may be relayed, and counts it.
   */
  boolean mayRelayToSelf(long nowMs) {
    if (nowMs - relayedToSelfSinceMs >= TO_SELF_EVERY_MS) {
      relayedToSelfSinceMs = nowMs;
      relayedToSelf = 0;
    }
    return relayedToSelf++ < MAX_TO_SELF;
  }

  /** Returns the path that received last, expired or not: better than nothing for a root. */
  @Nullable Path anyPath() {
    Path newest = null;
    for (Path path : paths) {
      if (path.hasSocket && (newest == null || path.lastInMs > newest.lastInMs)) {
        newest = path;
      }
    }
    return newest;
  }

  /** Returns the best path, or where all have expired the one that received last, or null. */
  @Nullable Path bestOrOldPath(long nowMs) {
    Path best = bestPath(nowMs);
    return best == null ? anyPath() : best;
  }

  @Nullable Path path(int socket, InetSocketAddress endpoint) {
    for (int i = 0; i < paths.size(); i++) {
      Path path = paths.get(i);
      if (path.is(socket, endpoint)) {
        return path;
      }
    }
    return null;
  }

  /** Returns whether a live path of the same socket and IP exists, whatever its port. */
  boolean hasLivePathToIp(int socket, InetAddress ip, long nowMs) {
    for (Path path : paths) {
      if (path.socket == socket
          && path.isAlive(nowMs)
          && !path.isOverdue(nowMs)
          && path.endpoint.getAddress().equals(ip)) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether a path was learned at this time or later. */
  boolean hasLearnedPathSince(long sinceMs) {
    for (int i = 0; i < paths.size(); i++) {
      if (paths.get(i).sinceMs >= sinceMs) {
        return true;
      }
    }
    return false;
  }

  /** Returns whether a path to this IP exists that is not dead, whatever its port. */
  boolean hasUsablePathTo(InetAddress ip, long nowMs) {
    for (Path path : paths) {
      if (path.isUsable(nowMs) && !path.isOverdue(nowMs) && path.endpoint.getAddress().equals(ip)) {
        return true;
      }
    }
    return false;
  }

  /** Returns the endpoints of its paths, or of the last ones. */
  List<InetSocketAddress> knownEndpoints() {
    return paths.isEmpty() ? lastEndpoints : paths.stream().map(path -> path.endpoint).toList();
  }

  /** Returns the distinct endpoints at which it may still be, the latest first, up to a limit. */
  List<InetSocketAddress> reconnectionEndpoints(int max, long nowMs) {
    if (paths.isEmpty()) {
      return lastEndpoints.subList(0, Math.min(max, lastEndpoints.size()));
    }
    return paths.stream()
        .filter(path -> !path.isExpired(nowMs))
        .sorted(Comparator.comparingLong((Path path) -> -path.lastInMs))
        .map(path -> path.endpoint)
        .distinct()
        .limit(max)
        .toList();
  }

  /** Removes paths that are not usable any more. */
  void removePaths(List<Path> useless) {
    lastEndpoints = knownEndpoints();
    paths.removeAll(useless);
  }

  /** Adds a path that replaces all of less priority (02 section 4.2). */
  void redirect(Path to) {
    paths.removeIf(other -> other.priority < to.priority || isSameHost(other, to));
    while (paths.size() >= MAX_PATHS) {
      paths.remove(Collections.min(paths, Comparator.comparingLong(path -> path.lastInMs)));
    }
    paths.add(to);
  }

  private static boolean isSameHost(Path one, Path other) {
    byte[] ip = one.endpoint.getAddress().getAddress();
    byte[] otherIp = other.endpoint.getAddress().getAddress();
    int compared = ip.length == 16 ? 8 : 4; // IPv6: the /64.
    return ip.length == otherIp.length && Arrays.equals(ip, 0, compared, otherIp, 0, compared);
  }

  /** Adds a path; it replaces a dead one of the same IP address or, when full, the most silent. */
  void addPath(Path added, long nowMs) {
    Path victim = null;
    for (Path path : paths) {
      boolean replaced =
          path.socket == added.socket
              && (!path.isAlive(nowMs) || path.isOverdue(nowMs))
              && path.endpoint.getAddress().equals(added.endpoint.getAddress());
      if (replaced) {
        victim = path;
        break;
      }
    }
    if (victim == null && paths.size() >= MAX_PATHS) {
      for (Path path : paths) {
        if (victim == null || path.lastInMs < victim.lastInMs) {
          victim = path;
        }
      }
    }
    if (victim != null) {
      paths.remove(victim);
    }
    paths.add(added);
  }

  /**
   * Records that the peer has a new path, or has sent a HELLO over one: it may have moved there, so
   * that sending over another probes that at once.
   */
  void supersedeOthers(Path current, long nowMs) {
    for (Path other : paths) {
      if (other != current) {
        other.supersede(nowMs);
      }
    }
  }

  /**
   * Returns whether the peer has answered a probe over a path that can be used, sent since then.
   */
  boolean hasAnsweredProbe(long sinceMs) {
    for (Path path : paths) {
      if (path.hasSocket && path.hasAnsweredProbe(sinceMs)) {
        return true;
      }
    }
    return false;
  }

  /**
   * Records a probe, a HELLO or an ECHO of our own, by its packet: over a path of the peer, or to
   * an endpoint at which one is searched.
   */
  void probed(int socket, InetSocketAddress endpoint, long packetId, long nowMs) {
    Path path = path(socket, endpoint);
    if (path != null) {
      path.lastOutMs = nowMs;
      path.recordProbe(packetId, nowMs);
    } else if (endpoint.getAddress().equals(searchedIp) && !isCandidate(endpoint)) {
      portsTried++;
    } else if (!hasPathTo(endpoint)) {
      recordCandidate(endpoint, PeerReach.Verdict.TRIED, nowMs);
    }
  }

  private boolean hasPathTo(InetSocketAddress endpoint) {
    for (Path path : paths) {
      if (path.endpoint.equals(endpoint)) {
        return true;
      }
    }
    return false;
  }

  private boolean isCandidate(InetSocketAddress endpoint) {
    return candidates != null && candidates.contains(endpoint);
  }

  /** Records an endpoint at which a path is searched, or may not be. */
  void recordCandidate(InetSocketAddress endpoint, PeerReach.Verdict verdict, long nowMs) {
    Candidates all = candidates;
    if (all == null) {
      all = new Candidates();
      candidates = all;
    }
    all.record(endpoint, verdict, nowMs);
  }

  /** Returns the endpoints at which a path was searched lately, the latest first. */
  List<PeerReach.Candidate> candidates(long nowMs) {
    return candidates == null ? List.of() : candidates.latest(nowMs);
  }

  /**
   * Records that a packet of ours was answered; returns the path over which it was sent, or null if
   * it was no probe, or has been answered before.
   */
  @Nullable Path answered(long packetId) {
    for (Path path : paths) {
      ProbeLog log = path.probeLog();
      if (log != null && log.answered(packetId)) {
        return path;
      }
    }
    return null;
  }

  /** Returns the round trip of the best path, or -1 while unknown. */
  int latencyMs(long nowMs) {
    Path best = bestPath(nowMs);
    return best == null || best.latencyMs == Path.UNKNOWN_LATENCY_MS ? -1 : best.latencyMs;
  }
}
