// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import net.backhaul.engine.LocalSocket;
import net.backhaul.protocol.message.NatStatement;
import net.backhaul.protocol.message.NatStatement.Mapping;
import org.jspecify.annotations.Nullable;

/** The search for ports of one peer: what is known of both NATs, and what is left to send. */
final class PeerSearch {
  /** Ports that are guessed in one attempt. */
  static final int GUESSES = 1_280;

  /** Sockets that an attempt opens, and where the ports of both NATs are predicted. */
  static final int SOCKETS = LocalSocket.MAX_TEMPORARY;

  static final int SOCKETS_FOR_PREDICTION = 64;

  /**
   * Which of the mappings to come is aimed at: others may have got some ports, and none of ours is
   * made before the first.
   */
  static final int AIMED_AT = 16;

  /** How long an attempt lasts; and one with a peer that accepts few guesses at a time. */
  static final long ATTEMPT_MS = 20_000;

  static final long PUSHED_ATTEMPT_MS = 270_000;

  /** When the second attempt may begin, after the first; then this long, doubling to the most. */
  private static final long SECOND_ATTEMPT_MS = 25_000;

  private static final long NEXT_ATTEMPT_MS = 300_000;
  private static final long MAX_ATTEMPT_MS = 3_600_000;

  /** How long a statement is used. */
  private static final long STATED_MS = 30_000;

  /** When sockets send again: a first datagram may have come before the mapping of the peer. */
  private static final long PASS_SPACING_MS = 1_000;

  private static final int PASSES = 2;

  final Peer peer;
  final SearchBudget.Count sent = new SearchBudget.Count();

  /** The socket that the last introduction has come to, and the endpoint that a root has seen. */
  int socket;

  @Nullable InetSocketAddress endpoint;
  long introducedMs = Peer.NEVER;

  Phase phase = Phase.IDLE;
  long phaseMs = Peer.NEVER;

  /** What the peer has stated last: its NAT, and the endpoint of its latest mapping. */
  @Nullable NatStatement theirs;

  @Nullable InetSocketAddress theirLatest;
  private long statedMs = Peer.NEVER;
  boolean owesReply;

  PortAllocation ours = new PortAllocation();
  boolean measured;

  private int attempts;
  private long nextAttemptMs = Peer.NEVER;

  /** What this attempt still has to do. */
  private @Nullable PortGuesses guesses;

  private int guessesLeft;
  private List<InetSocketAddress> targets = List.of();
  int sockets;
  private int target;
  private int opened;
  private int passesLeft;
  private long passMs;

  /** Bursts of guesses that are pushed to a peer which does not search itself. */
  int pushes;

  long pushMs;
  @Nullable PortGuesses pushGuesses;

  /** How far a search is. */
  enum Phase {
    IDLE,
    /** A root has introduced the peer; ordinary probes come first. */
    INTRODUCED,
    /** Our latest mappings are observed, with new sockets. */
    MEASURING,
    /** The statement of the peer is pending. */
    STATED,
    SEARCHING
  }

  /** What one side does. */
  record Plan(boolean guesses, boolean opens, boolean predicts) {
    static final Plan NOTHING = new Plan(false, false, false);
  }

  PeerSearch(Peer peer) {
    this.peer = peer;
  }

  /** Returns what we do, and the peer does the opposite, by the mappings of both NATs. */
  static Plan plan(Mapping ours, Mapping theirs, boolean bothInOrder) {
    if (ours == Mapping.ENDPOINT_DEPENDENT && theirs == Mapping.ENDPOINT_DEPENDENT) {
      return bothInOrder ? new Plan(false, true, true) : Plan.NOTHING;
    }
    if (ours == theirs) {
      boolean maybe = ours == Mapping.UNDETERMINED;
      return new Plan(maybe, maybe, false);
    }
    boolean opens = ours.compareTo(theirs) > 0;
    return new Plan(!opens, opens, false);
  }

  void phase(Phase next, long nowMs) {
    phase = next;
    phaseMs = nowMs;
  }

  /** Returns whether it is not going on, and nothing was heard of the peer for long. */
  boolean isExpired(long nowMs) {
    return phase == Phase.IDLE
        && nowMs - Math.max(introducedMs, statedMs) >= SearchBudget.PERIOD_MS;
  }

  /** Returns whether another attempt of our own may begin. */
  boolean mayAttempt(long nowMs) {
    return nowMs >= nextAttemptMs;
  }

  /** Counts an attempt, before which nothing of earlier ones is known. */
  void beginAttempt(long nowMs) {
    attempts++;
    long doubled = NEXT_ATTEMPT_MS << Math.clamp(attempts - 2L, 0, 4);
    nextAttemptMs = nowMs + (attempts == 1 ? SECOND_ATTEMPT_MS : Math.min(doubled, MAX_ATTEMPT_MS));
    ours = new PortAllocation();
    measured = false;
    peer.searchedMs = nowMs;
  }

  /** Resets the count of attempts: there was a path meanwhile, or the network has changed. */
  void resetAttempts() {
    attempts = 0;
    nextAttemptMs = Peer.NEVER;
  }

  void stated(NatStatement statement, InetSocketAddress latest, long nowMs) {
    theirs = statement;
    theirLatest = latest;
    statedMs = nowMs;
  }

  /** Returns what the peer has stated lately at the address that a root has seen, or null. */
  @Nullable NatStatement freshStatement(long nowMs) {
    InetSocketAddress seen = endpoint;
    InetSocketAddress latest = theirLatest;
    boolean fresh =
        nowMs - statedMs < STATED_MS
            && seen != null
            && latest != null
            && seen.getAddress().equals(latest.getAddress());
    return fresh ? theirs : null;
  }

  /** Begins to send: guesses, and from new sockets to targets. */
  void search(
      @Nullable PortGuesses newGuesses,
      int newGuessesLeft,
      List<InetSocketAddress> newTargets,
      int newSockets,
      long nowMs) {
    guesses = newGuesses;
    guessesLeft = newGuessesLeft;
    targets = newTargets;
    sockets = newTargets.isEmpty() ? 0 : newSockets;
    passesLeft = newTargets.isEmpty() ? 0 : PASSES;
    pushes = 0;
    restartPass(nowMs);
    peer.searchedMs = nowMs;
    peer.searchedIp = endpoint == null ? null : endpoint.getAddress();
    peer.portsTried = 0;
    phase(Phase.SEARCHING, nowMs);
  }

  private void restartPass(long nowMs) {
    target = 0;
    opened = 0;
    passMs = nowMs;
  }

  /** Has the sockets send once more. */
  void repeatPass(long nowMs) {
    if (passesLeft == 0 && !targets.isEmpty()) {
      passesLeft = 1;
      restartPass(nowMs);
    }
  }

  /** Returns whether a guess is left. */
  boolean hasGuess() {
    return guessesLeft > 0;
  }

  /** Returns whether a socket is to send now, one of those that are open or are to be opened. */
  boolean opensNow(long nowMs) {
    return passesLeft > 0 && nowMs >= passMs;
  }

  /** Returns the index of the socket that sends next. */
  int nextSocket() {
    return opened;
  }

  /** Returns where it sends to. */
  InetSocketAddress nextTarget() {
    return targets.get(target);
  }

  /** Records that it has sent; after the last one, the pass continues with the next target. */
  void socketSent(int open, long nowMs) {
    opened++;
    if (opened < open || open < sockets) {
      return;
    }
    opened = 0;
    target++;
    if (target >= targets.size()) {
      passesLeft--;
      restartPass(nowMs + PASS_SPACING_MS);
    }
  }

  /** Returns the next guess and counts it. */
  int nextGuess() {
    guessesLeft--;
    return Objects.requireNonNull(guesses).next();
  }

  /**
   * Returns the endpoints of the peer that a root has seen or it has pushed, at one address: as
   * many mappings of our NAT are made for each socket.
   */
  List<InetSocketAddress> knownEndpoints(int max) {
    var all = new ArrayList<InetSocketAddress>();
    InetSocketAddress seen = endpoint;
    if (seen == null) {
      return all;
    }
    all.add(seen);
    for (InetSocketAddress each : peer.pushedEndpoints) {
      if (all.size() < max && each.getAddress().equals(seen.getAddress()) && !all.contains(each)) {
        all.add(each);
      }
    }
    return all;
  }
}
