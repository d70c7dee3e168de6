// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.engine.Deadline;
import net.backhaul.engine.Drop;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.Output;
import net.backhaul.protocol.message.NatStatement;
import net.backhaul.protocol.message.NatStatement.Mapping;
import net.backhaul.protocol.message.PushDirectPaths;
import org.jspecify.annotations.Nullable;

/**
 * Searches the ports of NATs with endpoint-dependent mapping (02 section 4.10): the side behind one
 * opens many mappings, and the other one guesses their ports, until one guess is right.
 */
final class PortSearch {
  /** Maximum peers of which the state of a search is stored; the idle or oldest one is evicted. */
  static final int MAX_SEARCHES = 64;

  static final long TICK_MS = 50;

  /** How long ordinary probes come first, where it is unknown which NAT is the obstacle. */
  static final long ORDINARY_MS = 1_200;

  /** How long the sockets that show our latest mappings may take. */
  private static final long MEASURING_MS = 1_000;

  /** When a statement is repeated, and when a peer without one is an older implementation. */
  private static final long REPEAT_STATEMENT_MS = 750;

  private static final long NO_STATEMENT_MS = 2_000;

  /** A peer may have this many statements handled in a row, one a second after them. */
  private static final int STATEMENTS_IN_A_ROW = 8;

  private static final long STATEMENT_EVERY_MS = 1_000;

  private static final int PUSHED_BURSTS = 8;
  private static final int TARGETS = 2;

  private static final int IPV4_BYTES = 4;

  private final PeerContext context;
  private final SurfaceAddresses surface;
  private final PeerTable peers;
  private final SearchProbes probes;
  private final SurfaceAddresses.Observers observers;
  private final Map<Long, PeerSearch> searches = new LinkedHashMap<>();
  private List<LocalSocket> ordinary = List.of();

  /** Where we are seen, and by whom. */
  record Surface(SurfaceAddresses addresses, SurfaceAddresses.Observers observers) {}

  PortSearch(PeerContext context, PeerTable peers, Surface surface, SearchProbes probes) {
    this.context = context;
    this.surface = surface.addresses;
    this.observers = surface.observers;
    this.probes = probes;
    this.peers = peers;
  }

  // Input.

  /** Sets our ordinary sockets. */
  void sockets(List<LocalSocket> sockets) {
    ordinary = sockets;
    probes.temporary().ordinary(sockets);
  }

  /** Sets the temporary sockets that are open. */
  void temporarySocketsChanged(List<LocalSocket> open) {
    probes.temporary().changed(open);
  }

  /** Returns the temporary sockets that are open. */
  List<LocalSocket> temporarySockets() {
    return probes.temporary().all();
  }

  /** Handles that a root has introduced a peer, and has seen it at an endpoint. */
  void introduced(Peer peer, int socket, InetSocketAddress endpoint, long nowMs) {
    boolean usable =
        socket != Output.ALL_SOCKETS
            && !LocalSocket.isRelay(socket)
            && endpoint.getAddress().getAddress().length == IPV4_BYTES
            && !isOurs(endpoint, nowMs);
    if (!usable) {
      return;
    }
    PeerSearch search = searchFor(peer);
    InetSocketAddress before = search.endpoint;
    if (before != null && !before.getAddress().equals(endpoint.getAddress())) {
      search.resetAttempts();
    }
    search.socket = socket;
    search.endpoint = endpoint;
    search.introducedMs = nowMs;
    if (search.phase == PeerSearch.Phase.IDLE) {
      search.phase(PeerSearch.Phase.INTRODUCED, nowMs);
    }
    schedule(nowMs);
  }

  /** Returns whether a root sees us at an address as well: the peer is behind the same NAT. */
  private boolean isOurs(InetSocketAddress endpoint, long nowMs) {
    return surface.distinct(nowMs).stream()
        .anyMatch(each -> each.getAddress().equals(endpoint.getAddress()));
  }

  /** Handles what a peer states about its NAT. */
  void stated(Peer peer, InetSocketAddress latest, NatStatement statement, long nowMs) {
    if (!peer.isTrusted(nowMs) || !mayState(peer, nowMs)) {
      context.drop(Drop.RATE_LIMITED);
      return;
    }
    peer.nat = statement;
    PeerSearch search = searchFor(peer);
    search.stated(statement, latest, nowMs);
    search.owesReply |= statement.wantsReply();
    if (search.freshStatement(nowMs) == null) {
      context.drop(Drop.UNPROVEN_ADDRESS);
    }
    schedule(nowMs);
  }

  private static boolean mayState(Peer peer, long nowMs) {
    long earned = (nowMs - peer.statementsCountedMs) / STATEMENT_EVERY_MS;
    peer.statements = (int) Math.max(0, peer.statements - Math.min(earned, STATEMENTS_IN_A_ROW));
    peer.statementsCountedMs = nowMs;
    if (peer.statements >= STATEMENTS_IN_A_ROW) {
      return false;
    }
    peer.statements++;
    return true;
  }

  /** Handles that a root sees a temporary socket at an endpoint. */
  void observed(int socket, InetSocketAddress seen) {
    for (PeerSearch search : searches.values()) {
      if (search.phase == PeerSearch.Phase.MEASURING) {
        search.ours.observed(socket, seen);
      }
    }
  }

  /** Resets how often ports were searched: another NAT may be in use now. */
  void networkChanged() {
    searches.values().forEach(PeerSearch::resetAttempts);
  }

  /** Returns how many peers and addresses are stored. */
  int size() {
    return searches.size() + probes.addresses();
  }

  private PeerSearch searchFor(Peer peer) {
    PeerSearch found = searches.get(peer.address);
    if (found != null && found.peer == peer) {
      return found;
    }
    if (found == null && searches.size() >= MAX_SEARCHES) {
      searches.remove(victim());
    }
    var search = new PeerSearch(peer);
    searches.put(peer.address, search);
    return search;
  }

  private long victim() {
    for (Map.Entry<Long, PeerSearch> each : searches.entrySet()) {
      if (each.getValue().phase == PeerSearch.Phase.IDLE) {
        return each.getKey();
      }
    }
    return searches.keySet().iterator().next();
  }

  // Work.

  private void schedule(long nowMs) {
    context.deadlines.setEarlier(Deadline.PORT_SEARCH, nowMs);
  }

  /** Continues all searches. */
  void advance(long nowMs) {
    if (!context.deadlines.isDue(Deadline.PORT_SEARCH, nowMs)) {
      return;
    }
    context.deadlines.clear(Deadline.PORT_SEARCH);
    boolean active = false;
    for (PeerSearch search : List.copyOf(searches.values())) {
      try {
        decide(search, nowMs);
      } catch (RuntimeException e) {
        search.phase(PeerSearch.Phase.IDLE, nowMs);
        context.internalError("searching the ports of a peer", e);
      }
      active |= search.phase != PeerSearch.Phase.IDLE;
    }
    probes.sendInTurn(searches.values(), nowMs);
    if (active) {
      context.deadlines.set(Deadline.PORT_SEARCH, nowMs + TICK_MS);
    } else {
      closeUnused(nowMs);
    }
  }

  /** Expires searches of which nothing was heard, and closes sockets that are not in use. */
  void expire(long nowMs) {
    searches.values().removeIf(each -> each.isExpired(nowMs));
    probes.expire(nowMs);
    closeUnused(nowMs);
  }

  /** Closes the sockets over which no path leads, unless a search needs them. */
  private void closeUnused(long nowMs) {
    if (searches.values().stream().allMatch(each -> each.phase == PeerSearch.Phase.IDLE)) {
      probes.closeUnused(peers.all(), nowMs);
    }
  }

  private void decide(PeerSearch search, long nowMs) {
    Path best = search.peer.bestPath(nowMs);
    if (best != null && !best.isSuspect(nowMs)) {
      search.resetAttempts();
      search.owesReply = false;
      search.phase(PeerSearch.Phase.IDLE, nowMs);
      return;
    }
    long elapsedMs = nowMs - search.phaseMs;
    switch (search.phase) {
      case IDLE, INTRODUCED -> begin(search, nowMs);
      case MEASURING -> {
        if (search.ours.isComplete() || elapsedMs >= MEASURING_MS) {
          state(search, nowMs);
        } else {
          probes.measure(search, nowMs);
        }
      }
      case STATED -> {
        if (search.freshStatement(nowMs) instanceof NatStatement theirs) {
          answer(search, nowMs);
          searchWith(search, theirs, nowMs);
        } else if (elapsedMs >= NO_STATEMENT_MS) {
          searchAlone(search, nowMs);
        } else if (elapsedMs >= REPEAT_STATEMENT_MS && elapsedMs < REPEAT_STATEMENT_MS + TICK_MS) {
          sendStatement(search, true, nowMs);
        }
      }
      case SEARCHING -> {
        answer(search, nowMs);
        long lastsMs = search.pushes > 0 ? PeerSearch.PUSHED_ATTEMPT_MS : PeerSearch.ATTEMPT_MS;
        if (elapsedMs >= lastsMs) {
          search.phase(PeerSearch.Phase.IDLE, nowMs);
        } else {
          probes.push(search, nowMs);
        }
      }
    }
  }

  private void begin(PeerSearch search, long nowMs) {
    NatStatement theirs = search.freshStatement(nowMs);
    Mapping ours = mapping(nowMs);
    long introducedForMs = nowMs - search.introducedMs;
    if (introducedForMs >= Introductions.LIFE_MS) {
      search.phase(PeerSearch.Phase.IDLE, nowMs);
    } else if (!search.peer.isTrusted(nowMs)) {
      return;
    } else if (search.owesReply && theirs != null) {
      follow(search, ours, theirs, nowMs);
    } else if (ours != Mapping.ENDPOINT_INDEPENDENT
        && search.mayAttempt(nowMs)
        && (ours == Mapping.ENDPOINT_DEPENDENT || introducedForMs >= ORDINARY_MS)) {
      search.beginAttempt(nowMs);
      search.phase(PeerSearch.Phase.MEASURING, nowMs);
      probes.measure(search, nowMs);
    }
  }

  /** Takes part in a search that the peer has begun. */
  private void follow(PeerSearch search, Mapping ours, NatStatement theirs, long nowMs) {
    search.beginAttempt(nowMs);
    if (ours == Mapping.ENDPOINT_INDEPENDENT) {
      answer(search, nowMs);
      searchWith(search, theirs, nowMs);
    } else {
      search.phase(PeerSearch.Phase.MEASURING, nowMs);
      probes.measure(search, nowMs);
    }
  }

  private void state(PeerSearch search, long nowMs) {
    sendStatement(search, search.freshStatement(nowMs) == null, nowMs);
    search.owesReply = false;
    search.phase(PeerSearch.Phase.STATED, nowMs);
  }

  private void answer(PeerSearch search, long nowMs) {
    if (search.owesReply) {
      search.owesReply = false;
      sendStatement(search, false, nowMs);
    }
  }

  private void sendStatement(PeerSearch search, boolean wantsReply, long nowMs) {
    InetSocketAddress latest = search.ours.latest();
    if (latest == null) {
      latest = seenAt(search.socket, nowMs);
    }
    if (latest != null) {
      var statement = new NatStatement(mapping(nowMs), search.ours.step(), wantsReply);
      var record = new PushDirectPaths.PushedEndpoint(0, latest, statement);
      probes.send(search.peer, new PushDirectPaths(List.of(record)), nowMs);
    }
  }

  /** Returns where others see a socket, or its own address where that is unknown. */
  private @Nullable InetSocketAddress seenAt(int socket, long nowMs) {
    InetSocketAddress seen = surface.of(socket, IPV4_BYTES, nowMs);
    if (seen != null) {
      return seen;
    }
    for (LocalSocket each : ordinary) {
      if (each.number() == socket) {
        return each.address();
      }
    }
    return null;
  }

  /** Searches together with a peer whose NAT is known. */
  private void searchWith(PeerSearch search, NatStatement theirs, long nowMs) {
    InetSocketAddress seen = search.endpoint;
    InetSocketAddress latest = search.theirLatest;
    if (seen == null || latest == null) {
      return;
    }
    int step = search.ours.step();
    PeerSearch.Plan plan =
        PeerSearch.plan(mapping(nowMs), theirs.mapping(), step != 0 && theirs.step() != 0);
    InetSocketAddress target = seen;
    if (plan.predicts()) {
      int port = PortGuesses.predicted(latest.getPort(), theirs.step(), PeerSearch.AIMED_AT);
      target = new InetSocketAddress(seen.getAddress(), port);
    }
    search.search(
        plan.guesses() ? new PortGuesses(latest.getPort(), theirs.step(), context.random) : null,
        plan.guesses() ? PeerSearch.GUESSES : 0,
        plan.opens() ? List.of(target) : List.of(),
        plan.predicts() ? PeerSearch.SOCKETS_FOR_PREDICTION : PeerSearch.SOCKETS,
        nowMs);
  }

  /**
   * Searches with a peer that makes no statement: another implementation, which only probes what is
   * pushed to it. So our mappings are made to its endpoints, and guesses of their ports are pushed.
   */
  private void searchAlone(PeerSearch search, long nowMs) {
    InetSocketAddress latest = search.ours.latest();
    if (latest == null) {
      search.phase(PeerSearch.Phase.IDLE, nowMs);
      return;
    }
    search.search(null, 0, search.knownEndpoints(TARGETS), PeerSearch.SOCKETS, nowMs);
    search.pushes = PUSHED_BURSTS;
    search.pushMs = nowMs;
    search.pushGuesses = new PortGuesses(latest.getPort(), search.ours.step(), context.random);
  }

  /**
   * Returns how our NAT maps ports, as roots and members of our networks see it. Where one root
   * alone has reported, a NAT that keeps the ports of sockets does so for all destinations.
   */
  private Mapping mapping(long nowMs) {
    return surface.mapping(IPV4_BYTES, ordinary, observers, nowMs);
  }
}
