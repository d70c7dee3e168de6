// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.engine.Event;
import net.backhaul.protocol.message.Verb;

/** Does what is due every few seconds: greets roots, keeps paths open, forgets the silent. */
final class Keepalive {
  private static final long CHECK_EVERY_MS = 5_000;
  private static final long CLEAN_EVERY_MS = 30_000;
  private static final long HELLO_EVERY_MS = 60_000;
  private static final long ROOT_HELLO_EVERY_MS = 224_000;
  private static final long ECHO_WHEN_IDLE_MS = 14_000;
  private static final long HINT_EVERY_MS = 30_000;

  /**
   * How soon a root that did not answer is greeted again, twice as late each time up to the
   * ordinary check: a lost first datagram must not cost five seconds.
   */
  private static final long FIRST_RETRY_MS = 250;

  /**
   * A root that greets us does not know our path yet; if its HELLO or our answer is lost it can't
   * reach us and won't say so. So it is asked something until it has answered a few times without
   * greeting us again, at most so many times, and slower than it may greet.
   */
  private static final int PROOFS = 3;

  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;
  private static final int MAX_PROOF_TRIES = 20;
  private static final long PROOF_EVERY_MS = Confirmations.SPACING_MS + 100;

  private final Vl1 vl1;
  private long nextCheckMs;
  private long nextCleanMs;
  private long nextRootTryMs;
  private long nextProofMs = Long.MAX_VALUE;
  private long rootRetryMs = FIRST_RETRY_MS;
  private boolean online;

  Keepalive(Vl1 vl1, long nowMs) {
    this.vl1 = vl1;
    nextCheckMs = nowMs;
    nextCleanMs = nowMs + CLEAN_EVERY_MS;
    nextRootTryMs = nowMs;
  }

  boolean isOnline() {
    return online;
  }

  long nextDeadlineMs() {
    return Math.min(Math.min(nextCheckMs, nextProofMs), Math.min(nextCleanMs, nextRootTryMs));
  }

  void advance(long nowMs) {
    if (nowMs >= nextRootTryMs) {
      tryRoots(nowMs);
    }
    if (nowMs >= nextProofMs) {
      prove(nowMs);
    }
    if (nowMs >= nextCheckMs) {
      nextCheckMs = nowMs + CHECK_EVERY_MS;
      check(nowMs);
      evaluateOnline(nowMs);
    }
    if (nowMs >= nextCleanMs) {
      nextCleanMs = nowMs + CLEAN_EVERY_MS;
      clean(nowMs);
    }
  }

  /** A root has spoken: that is what being online means, and why wait for the next check. */
  void rootHeard(InboundPacket packet, Verb verb) {
    Peer root = packet.peer();
    int hops = packet.hops();
    long nowMs = packet.nowMs();
    if (!online) {
      evaluateOnline(nowMs);
      askForProof(root, nowMs);
    }
    if (hops == 0 && verb == Verb.HELLO) {
      askForProof(root, nowMs);
    } else if (hops == 0 && verb == Verb.OK && root.proofsWanted > 0) {
      root.proofsWanted--;
    }
  }

  private void askForProof(Peer root, long nowMs) {
    root.proofsWanted = PROOFS;
    root.proofTries = MAX_PROOF_TRIES;
    nextProofMs = Math.min(nextProofMs, nowMs + PROOF_EVERY_MS);
  }

  private void prove(long nowMs) {
    nextProofMs = Long.MAX_VALUE;
    for (long address : vl1.roots.upstreamAddresses()) {
      Peer root = vl1.peers.get(address);
      Path path = root == null ? null : root.bestPath(nowMs);
      if (root != null && path != null && root.proofsWanted > 0 && root.proofTries-- > 0) {
        vl1.sender.sendEcho(root, path.socket, path.endpoint, nowMs);
        nextProofMs = nowMs + PROOF_EVERY_MS;
      }
    }
  }

  /** The roots have changed. */
  void tryRootsSoon(long nowMs) {
    rootRetryMs = FIRST_RETRY_MS;
    nextRootTryMs = nowMs;
  }

  /**
   * Our own addresses have changed: roots learn at once where we are now, and say how they see us.
   */
  void surroundingsChanged(long nowMs) {
    tryRootsSoon(nowMs);
    for (Map.Entry<Long, Roots.Root> entry : vl1.roots.upstreams()) {
      Peer root = vl1.peer(entry.getKey(), nowMs);
      if (root != null && !root.paths.isEmpty()) {
        root.lastHelloSentMs = nowMs;
        contactByEndpoints(root, nowMs);
      }
    }
  }

  /** Greets a peer where local.conf says that it might be, now and then. */
  void tryHints(Peer peer, long nowMs) {
    if (vl1.options.hints().isEmpty()) {
      return;
    }
    List<InetSocketAddress> hints = vl1.options.hints().getOrDefault(peer.address, List.of());
    if (hints.isEmpty() || nowMs - peer.lastHintTriedMs < HINT_EVERY_MS) {
      return;
    }
    peer.lastHintTriedMs = nowMs;
    InetSocketAddress hint = hints.get(vl1.random.nextInt(hints.size()));
    if (vl1.learning.permits(peer, hint)) {
      vl1.hellos.sendHello(peer, -1, hint, nowMs);
    }
  }

  private void tryRoots(long nowMs) {
    boolean missing = false;
    for (Map.Entry<Long, Roots.Root> entry : vl1.roots.upstreams()) {
      Peer root = vl1.peer(entry.getKey(), nowMs);
      if (root != null && root.bestPath(nowMs) == null) {
        missing = true;
        root.lastHelloSentMs = nowMs;
        contactByEndpoints(root, nowMs);
      }
    }
    for (long seed : vl1.roots.wantedMoons().values()) {
      Peer peer = vl1.peer(seed, nowMs);
      missing = true;
      if (peer == null) {
        vl1.whois.request(seed, nowMs);
      } else {
        contactSeed(peer, nowMs);
      }
    }
    nextRootTryMs = nowMs + (missing ? rootRetryMs : CHECK_EVERY_MS);
    rootRetryMs = Math.min(2 * rootRetryMs, CHECK_EVERY_MS);
  }

  private void check(long nowMs) {
    for (Peer peer : vl1.peers.all()) {
      int latencyMs = peer.latencyMs(nowMs);
      peer.counters.latency.record(latencyMs < 0 ? Path.UNKNOWN_LATENCY_MS : latencyMs);
      boolean root = vl1.roots.isUpstream(peer.address);
      if (root || peer.isActive(nowMs)) {
        keepOpen(peer, root ? ROOT_HELLO_EVERY_MS : HELLO_EVERY_MS, nowMs);
      }
    }
  }

  private void keepOpen(Peer peer, long helloEveryMs, long nowMs) {
    boolean helloDue = nowMs - peer.lastHelloSentMs >= helloEveryMs;
    boolean greeted = false;
    int families = 0;
    int best = 0;
    for (Path path : peer.paths) {
      best = path.isExpired(nowMs) ? best : Math.max(best, path.priority);
    }
    var useless = new ArrayList<Path>(0);
    for (Path path : peer.paths) {
      if (path.isExpired(nowMs) || path.priority < best) {
        useless.add(path);
        continue;
      }
      families |= path.ipBytes;
      if (helloDue || !path.isAlive(nowMs) || isWorthMeasuring(peer, path)) {
        // A peer that fell silent may have lost all it knew of us: only a HELLO helps then.
        vl1.hellos.sendHello(peer, path.socket, path.endpoint, nowMs);
        greeted = true;
      } else if (path.idleMs(nowMs) >= ECHO_WHEN_IDLE_MS) {
        vl1.sender.sendEcho(peer, path.socket, path.endpoint, nowMs);
      }
    }
    if (!useless.isEmpty()) {
      peer.forgetPaths(useless);
    }
    if (greeted) {
      peer.lastHelloSentMs = nowMs;
    }
    if (greeted && helloDue) {
      greetEndpoint(peer, IPV4_BYTES & ~families, nowMs);
      greetEndpoint(peer, IPV6_BYTES & ~families, nowMs);
    }
  }

  /**
   * What was measured once was measured while both sides were busy meeting each other. A root first
   * has to prove that it knows our path: an answer to this HELLO would look like a proof.
   */
  private static boolean isWorthMeasuring(Peer peer, Path path) {
    return path.timesMeasured == 1 && peer.proofsWanted == 0;
  }

  private void contactByEndpoints(Peer root, long nowMs) {
    greetEndpoint(root, IPV4_BYTES, nowMs);
    greetEndpoint(root, IPV6_BYTES, nowMs);
    if (vl1.roots.endpoints(root.address).isEmpty()) {
      contactThroughRoot(root, nowMs);
    }
  }

  /** Greets a root at any of its endpoints of a family; other peers have none. */
  private void greetEndpoint(Peer root, int ipBytes, long nowMs) {
    List<InetSocketAddress> family =
        vl1.roots.endpoints(root.address).stream()
            .filter(endpoint -> endpoint.getAddress().getAddress().length == ipBytes)
            .toList();
    if (!family.isEmpty()) {
      vl1.hellos.sendHello(root, -1, family.get(vl1.random.nextInt(family.size())), nowMs);
    }
  }

  /** Greets who shall show us a moon; it may be a root that we talk to already. */
  private void contactSeed(Peer seed, long nowMs) {
    Path path = seed.bestPath(nowMs);
    if (path == null) {
      contactThroughRoot(seed, nowMs);
    } else {
      vl1.hellos.sendHello(seed, path.socket, path.endpoint, nowMs);
    }
  }

  /** Sends a HELLO to the physical address of the best root, which passes it on. */
  private void contactThroughRoot(Peer peer, long nowMs) {
    Peer best = vl1.bestUpstream(nowMs);
    Path relay = best == null || best == peer ? null : best.bestPath(nowMs);
    if (relay != null) {
      vl1.hellos.sendHello(peer, relay.socket, relay.endpoint, nowMs);
    }
  }

  private void evaluateOnline(long nowMs) {
    boolean now = vl1.roots.amRoot();
    for (Map.Entry<Long, Roots.Root> entry : vl1.roots.upstreams()) {
      Peer root = vl1.peers.get(entry.getKey());
      now |= root != null && root.isAlive(nowMs);
    }
    if (now != online) {
      online = now;
      vl1.output.event(now ? new Event.Online() : new Event.Offline());
    }
  }

  private void clean(long nowMs) {
    for (Peer peer : vl1.peers.all()) {
      if (!peer.isAlive(nowMs)
          && !vl1.roots.isUpstream(peer.address)
          && !vl1.roots.isMoonSeed(peer.address)) {
        vl1.peers.forget(peer);
      }
    }
    vl1.surface.expire(nowMs);
    vl1.introductions.forgetOld(nowMs);
    vl1.whois.expire(nowMs);
    vl1.trustedPaths.forgetOld(nowMs);
    vl1.receiver.expire(nowMs);
  }
}
