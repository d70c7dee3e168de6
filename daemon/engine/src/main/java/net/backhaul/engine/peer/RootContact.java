// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import net.backhaul.engine.Deadline;
import net.backhaul.engine.Event;
import net.backhaul.engine.Output;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.message.Verb;

/** Keeps contact with roots and seeds of moons, and decides whether this node is online. */
final class RootContact {
  /**
   * A root that sends us a HELLO has not confirmed our path yet; if its HELLO or our answer is
   * lost, it cannot reach us and does not report that. So it is probed until it has answered this
   * often without another HELLO, and slower than it may send those.
   */
  private static final int CONFIRMATIONS = 3;

  private static final int MAX_PROBES = 20;
  private static final long PROBE_EVERY_MS = Confirmations.SPACING_MS + 100;

  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;

  private final PeerContext context;
  private final PeerLookup peers;
  private final Upstreams upstreams;
  private final Roots roots;
  private final EndpointSender endpoints;
  private final HelloSender hellos;
  private final WhoisExchange whois;
  private boolean online;

  RootContact(
      PeerContext context,
      PeerLookup peers,
      Upstreams upstreams,
      EndpointSender endpoints,
      HelloSender hellos,
      WhoisExchange whois) {
    this.context = context;
    this.peers = peers;
    this.upstreams = upstreams;
    this.roots = upstreams.roots();
    this.endpoints = endpoints;
    this.hellos = hellos;
    this.whois = whois;
  }

  boolean isOnline() {
    return online;
  }

  void advance(long nowMs) {
    if (context.deadlines.isDue(Deadline.ROOT_CONTACT, nowMs)) {
      contactMissing(nowMs);
    }
    if (context.deadlines.isDue(Deadline.ROOT_PROBE, nowMs)) {
      probe(nowMs);
    }
  }

  /** Handles that a packet was accepted; one of a root makes us online at once. */
  void received(InboundPacket packet, Verb verb) {
    Peer root = packet.peer();
    if (!upstreams.contains(root.address)) {
      return;
    }
    if (!online) {
      evaluateOnline(packet.nowMs());
      startProbes(root, packet.nowMs());
    }
    if (packet.hops() == 0 && verb == Verb.HELLO) {
      startProbes(root, packet.nowMs());
    } else if (packet.hops() == 0 && verb == Verb.OK && root.confirmationsNeeded > 0) {
      root.confirmationsNeeded--;
    }
  }

  /** Records which root has relayed a packet. */
  void relayed(InboundPacket packet) {
    Peer root = upstreams.at(packet.socket(), packet.endpoint());
    if (root != null) {
      packet.peer().relay = root;
      packet.peer().relayedInMs = packet.nowMs();
    }
  }

  private void startProbes(Peer root, long nowMs) {
    root.confirmationsNeeded = CONFIRMATIONS;
    root.probesLeft = MAX_PROBES;
    context.deadlines.setEarlier(Deadline.ROOT_PROBE, nowMs + PROBE_EVERY_MS);
  }

  private void probe(long nowMs) {
    context.deadlines.clear(Deadline.ROOT_PROBE);
    for (long address : roots.upstreamAddresses()) {
      Peer root = peers.known(address);
      Path path = root == null ? null : root.bestPath(nowMs);
      if (root != null && path != null && root.confirmationsNeeded > 0 && root.probesLeft-- > 0) {
        context.deadlines.set(Deadline.ROOT_PROBE, nowMs + PROBE_EVERY_MS);
        probe(root, path, nowMs);
      }
    }
  }

  /** Probes the root that relays, if there is one. */
  void probeBest(long nowMs) {
    Peer root = upstreams.best(nowMs);
    Path path = root == null ? null : root.bestPath(nowMs);
    if (root != null && path != null) {
      probe(root, path, nowMs);
    }
  }

  private void probe(Peer root, Path path, long nowMs) {
    try {
      endpoints.sendEcho(root, path, nowMs);
    } catch (RuntimeException e) {
      context.internalError("probing a root", e);
    }
  }

  /** Contacts roots without a path at the next chance: they or we may have moved. */
  void contactSoon(long nowMs) {
    upstreams.contactSoon(nowMs);
  }

  /** Calls a function with each root. */
  void forEachRoot(Consumer<Peer> function) {
    for (int i = 0; i < upstreams.count(); i++) {
      function.accept(upstreams.get(i));
    }
  }

  boolean isRoot(Peer peer) {
    return upstreams.contains(peer.address);
  }

  private void contactMissing(long nowMs) {
    long maxDelayMs = Keepalive.checkEveryMs(context);
    context.deadlines.set(Deadline.ROOT_CONTACT, nowMs + maxDelayMs);
    boolean missing = false;
    for (Map.Entry<Long, Roots.ListedRoot> entry : roots.upstreams()) {
      Peer root = peers.find(entry.getKey(), nowMs);
      if (root != null && root.bestPath(nowMs) == null) {
        missing = true;
        root.lastHelloSentMs = nowMs;
        contactAtEndpoints(root, nowMs);
      }
    }
    for (long seed : roots.requestedMoons().values()) {
      missing = true;
      contactSeed(seed, nowMs);
    }
    long delayMs = upstreams.nextContactDelayMs(maxDelayMs);
    context.deadlines.set(Deadline.ROOT_CONTACT, nowMs + (missing ? delayMs : maxDelayMs));
  }

  private void contactAtEndpoints(Peer root, long nowMs) {
    try {
      sendHello(root, IPV4_BYTES, nowMs);
      sendHello(root, IPV6_BYTES, nowMs);
      if (roots.endpoints(root.address).isEmpty()) {
        contactThroughRoot(root, nowMs);
      }
    } catch (RuntimeException e) {
      context.internalError("contacting a root", e);
    }
  }

  /** Sends a HELLO to each root at each of its paths, and at its other listed endpoints. */
  void probeAllEndpoints(long nowMs) {
    for (int i = 0; i < upstreams.count(); i++) {
      Peer root = upstreams.get(i);
      var others = new ArrayList<>(roots.endpoints(root.address));
      others.removeIf(endpoint -> !Endpoints.isDestination(endpoint));
      for (Path path : List.copyOf(root.paths)) {
        if (path.isUsable(nowMs)) {
          hellos.send(root, path, nowMs);
          if (!path.overTcp) {
            others.remove(path.endpoint);
          }
        }
      }
      others.forEach(endpoint -> hellos.send(root, Output.ALL_SOCKETS, endpoint, nowMs));
    }
  }

  /** Sends each root a HELLO at a listed IPv4 endpoint, from one socket or all. */
  void sendHellos(int socket, long nowMs) {
    for (int i = 0; i < upstreams.count(); i++) {
      sendHello(upstreams.get(i), socket, IPV4_BYTES, nowMs);
    }
  }

  /** Sends a HELLO to an endpoint of each IP family of a root to which it has no path. */
  void contactOtherFamilies(Peer root, int familiesWithPath, long nowMs) {
    sendHello(root, IPV4_BYTES & ~familiesWithPath, nowMs);
    sendHello(root, IPV6_BYTES & ~familiesWithPath, nowMs);
  }

  /**
   * Sends a HELLO to one of the listed endpoints of a family; peers that are no roots have none.
   */
  private void sendHello(Peer root, int ipBytes, long nowMs) {
    sendHello(root, Output.ALL_SOCKETS, ipBytes, nowMs);
  }

  private void sendHello(Peer root, int socket, int ipBytes, long nowMs) {
    List<InetSocketAddress> family =
        roots.endpoints(root.address).stream()
            .filter(endpoint -> endpoint.getAddress().getAddress().length == ipBytes)
            .filter(Endpoints::isDestination)
            .toList();
    if (!family.isEmpty()) {
      InetSocketAddress endpoint = family.get(context.random.nextInt(family.size()));
      hellos.send(root, socket, endpoint, nowMs);
    }
  }

  private void contactSeed(long address, long nowMs) {
    try {
      Peer seed = peers.find(address, nowMs);
      if (seed == null) {
        whois.request(address, nowMs);
      } else {
        contactSeed(seed, nowMs);
      }
    } catch (RuntimeException e) {
      context.internalError("contacting the seed of a moon", e);
    }
  }

  /** Sends a HELLO to the seed of a requested moon; it may be a root that we have a path to. */
  private void contactSeed(Peer seed, long nowMs) {
    Path path = seed.bestPath(nowMs);
    if (path == null) {
      contactThroughRoot(seed, nowMs);
    } else {
      hellos.send(seed, path, nowMs);
    }
  }

  /** Sends a HELLO for a peer to the best root, which relays it. */
  private void contactThroughRoot(Peer peer, long nowMs) {
    Peer best = upstreams.best(nowMs);
    Path relay = best == null || best == peer ? null : best.bestPath(nowMs);
    if (relay != null) {
      hellos.send(peer, relay, nowMs);
    }
  }

  /** Decides whether we are online: a root has sent packets lately, or we are one. */
  void evaluateOnline(long nowMs) {
    boolean now = roots.amRoot();
    for (Map.Entry<Long, Roots.ListedRoot> entry : roots.upstreams()) {
      Peer root = peers.known(entry.getKey());
      now |= root != null && root.isAlive(nowMs);
    }
    if (now != online) {
      online = now;
      context.output.event(now ? new Event.Online(roots.amRoot()) : new Event.Offline());
    }
  }
}
