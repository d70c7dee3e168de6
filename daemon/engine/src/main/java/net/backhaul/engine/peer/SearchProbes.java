// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import net.backhaul.engine.LocalSocket;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.message.PushDirectPaths;

/** Sends what searches for ports send, within their budget. */
final class SearchProbes {
  /** What an older implementation accepts at a time, after a pause (02 section 3.8). */
  static final int PUSHES_AT_ONCE = 8;

  private static final int ENDPOINTS_PER_PUSH = 8;
  private static final long PUSH_PAUSE_MS = 31_000;
  private static final long ORDINARY_PUSH_MS = 15_000;
  private static final int IPV4_BYTES = 4;

  private final PeerContext context;
  private final Upstreams upstreams;
  private final Senders senders;
  private final SearchSockets temporary;
  private final SearchBudget budget = new SearchBudget();

  /** Sends a message to a peer over the best path. */
  @FunctionalInterface
  interface MessageSender {
    void send(long to, Message message, long nowMs);
  }

  /** What sends probes to endpoints, and messages to peers. */
  record Senders(EndpointSender endpoints, HelloSender hellos, MessageSender messages) {}

  SearchProbes(PeerContext context, Upstreams upstreams, Senders senders) {
    this.context = context;
    this.upstreams = upstreams;
    this.senders = senders;
    this.temporary = new SearchSockets(context);
  }

  SearchSockets temporary() {
    return temporary;
  }

  /** Returns how many addresses were probed lately. */
  int addresses() {
    return budget.addresses();
  }

  void expire(long nowMs) {
    budget.expire(nowMs);
  }

  /** Has new sockets seen by a root, to find out which ports our NAT assigns. */
  void measure(PeerSearch search, long nowMs) {
    Peer root = upstreams.best(nowMs);
    Path path = root == null ? null : root.bestPath(nowMs);
    if (root == null || path == null || search.measured) {
      return;
    }
    if (path.overTcp || path.ipBytes != IPV4_BYTES) {
      return;
    }
    List<LocalSocket> fresh = temporary.takeFresh(search.socket, PortAllocation.SAMPLES, nowMs);
    search.measured = !fresh.isEmpty();
    for (LocalSocket each : fresh) {
      senders.hellos.send(root, each.number(), path.endpoint, nowMs);
    }
  }

  /** Pushes guesses of our own ports to a peer that only probes what it is pushed. */
  void push(PeerSearch search, long nowMs) {
    PortGuesses guesses = search.pushGuesses;
    InetSocketAddress latest = search.ours.latest();
    if (search.pushes == 0 || nowMs < search.pushMs || guesses == null || latest == null) {
      return;
    }
    search.pushes--;
    search.pushMs = nowMs + PUSH_PAUSE_MS;
    search.repeatPass(nowMs);
    for (int i = 0; i < PUSHES_AT_ONCE; i++) {
      var records = new ArrayList<PushDirectPaths.PushedEndpoint>();
      for (int j = 0; j < ENDPOINTS_PER_PUSH; j++) {
        var guess = new InetSocketAddress(latest.getAddress(), guesses.next());
        records.add(new PushDirectPaths.PushedEndpoint(0, guess));
      }
      send(search.peer, new PushDirectPaths(records), nowMs);
    }
    // No ordinary push meanwhile: without a pause the peer ignores them all.
    search.peer.lastPathPushSentMs = nowMs + PUSH_PAUSE_MS - ORDINARY_PUSH_MS;
  }

  /** Sends a peer a message over the best path, which is a relayed one. */
  void send(Peer peer, Message message, long nowMs) {
    senders.messages.send(peer.address, message, nowMs);
  }

  /** Sends probes of all searches, one of each in turn, as far as the budget goes. */
  void sendInTurn(Collection<PeerSearch> searches, long nowMs) {
    boolean sent = true;
    while (sent && budget.hasCredit(nowMs)) {
      sent = false;
      for (PeerSearch search : searches) {
        if (search.phase == PeerSearch.Phase.SEARCHING) {
          sent |= sendGuess(search, nowMs) | openMapping(search, nowMs);
        }
      }
    }
  }

  private boolean sendGuess(PeerSearch search, long nowMs) {
    InetSocketAddress seen = search.endpoint;
    if (seen == null || !search.hasGuess() || !budget.take(search.sent, seen.getAddress(), nowMs)) {
      return false;
    }
    var guess = new InetSocketAddress(seen.getAddress(), search.nextGuess());
    probe(search.peer, search.socket, guess, nowMs);
    return true;
  }

  private boolean openMapping(PeerSearch search, long nowMs) {
    if (!search.opensNow(nowMs)) {
      return false;
    }
    List<LocalSocket> open = temporary.like(search.socket);
    if (search.nextSocket() >= open.size()) {
      temporary.request(search.socket, search.sockets, nowMs);
      return false;
    }
    InetSocketAddress target = search.nextTarget();
    if (!budget.take(search.sent, target.getAddress(), nowMs)) {
      return false;
    }
    probe(search.peer, open.get(search.nextSocket()).number(), target, nowMs);
    search.socketSent(Math.min(open.size(), search.sockets), nowMs);
    return true;
  }

  private void probe(Peer peer, int socket, InetSocketAddress to, long nowMs) {
    context.counters.searchProbe();
    if (peer.answersEcho()) {
      senders.endpoints.sendEcho(peer, socket, to, nowMs);
    } else {
      senders.hellos.send(peer, socket, to, nowMs);
    }
  }

  /** Closes the sockets over which no path leads. */
  void closeUnused(Collection<Peer> peers, long nowMs) {
    if (temporary.all().isEmpty()) {
      return;
    }
    Set<Integer> used = new HashSet<>();
    for (Peer peer : peers) {
      for (Path path : peer.paths) {
        if (LocalSocket.isTemporary(path.socket) && !path.isExpired(nowMs)) {
          used.add(path.socket);
        }
      }
    }
    temporary.closeExcept(used);
  }
}
