// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.util.List;
import java.util.function.LongConsumer;
import net.backhaul.engine.BondPolicy;
import net.backhaul.engine.BondPolicy.Base;
import net.backhaul.engine.BondStatus;
import org.jspecify.annotations.Nullable;

/**
 * Distributes the packets to a peer over several paths, by a policy (02 section 3.10).
 *
 * <p>Frames are distributed; all other packets take the main path.
 */
final class Bond {
  /** A bonded path is used only while its quality is at least this. */
  private static final double MIN_SCORE = 0.05;

  /** How much better a path has to be to take the place of the main one. */
  private static final double CLEARLY_BETTER = 0.1;

  /** The shortest time between two changes of a main path that works. */
  private static final long CHANGE_SPACING_MS = 2_000;

  final Peer peer;
  final BondPolicy policy;
  private final BondedPaths bondedPaths;
  private final LongConsumer wakeUp;
  private final @Nullable FlowTable flows;
  private List<BondMember> members = List.of();
  private @Nullable BondMember main;
  private long mainSinceMs = Peer.NEVER;
  private long usedMs = Peer.NEVER;
  private int turn;
  private int packetsOfTurn;

  /** When the next search for further paths is due, and how many there were. */
  long searchAtMs;

  int searches;

  /** The measurements and requests of the peer, and when we have sent a request. */
  final ArrivalRate reports = new ArrivalRate();

  final ArrivalRate requests = new ArrivalRate();
  long requestSentMs = Peer.NEVER;
  private final @Nullable RecentPackets recent;

  /**
   * Creates a bond without paths.
   *
   * @param wakeUp is run when packets leave after a pause
   */
  Bond(Peer peer, BondPolicy policy, LocalLinks links, LongConsumer wakeUp) {
    this.peer = peer;
    this.policy = policy;
    this.bondedPaths = new BondedPaths(policy, links);
    this.wakeUp = wakeUp;
    boolean balancesFlows =
        policy.base() == Base.BALANCE_XOR || policy.base() == Base.BALANCE_AWARE;
    this.flows = balancesFlows ? new FlowTable() : null;
    this.recent = policy.base() == Base.BROADCAST ? new RecentPackets() : null;
  }

  // Sending.

  /** Returns the path of packets that are not distributed; null while no path is alive. */
  @Nullable Path mainPath(long nowMs) {
    BondMember current = main;
    return current != null && current.isAlive(nowMs) ? current.path : null;
  }

  /**
   * Returns the path of a run of frames, and counts it.
   *
   * @param otherwise the path if none is alive
   */
  Path pathOf(PacketRun run, Path otherwise, long nowMs) {
    if (nowMs - usedMs >= BondMember.VERIFY_EVERY_MS) {
      usedMs = nowMs;
      wakeUp.accept(nowMs);
    }
    BondMember selected =
        switch (policy.base()) {
          case ACTIVE_BACKUP -> main;
          case BROADCAST -> onAll(nowMs);
          case BALANCE_RR -> inTurn(run, nowMs);
          case BALANCE_XOR, BALANCE_AWARE -> ofFlow(run.flow(), nowMs);
        };
    if (selected == null || !selected.isAlive(nowMs)) {
      return otherwise;
    }
    selected.used(nowMs);
    return selected.path;
  }

  /** Returns whether each packet leaves over all paths. */
  boolean isBroadcast() {
    return policy.base() == Base.BROADCAST;
  }

  /** Returns how many paths may carry a copy of each packet. */
  int copies() {
    return isBroadcast() ? members.size() : 0;
  }

  /** Returns the path of a copy, or null for the path of the original and for dead ones. */
  @Nullable Path pathOfCopy(int number, Path original, long nowMs) {
    BondMember member = members.get(number);
    return member.path != original && member.wasAlive(policy.timing(), nowMs) ? member.path : null;
  }

  /** Returns the members, to be read by index. */
  List<BondMember> members() {
    return members;
  }

  /** Returns the member of a path, or null. */
  @Nullable BondMember memberOf(Path path) {
    return BondedPaths.memberOf(members, path);
  }

  /** Records the id of a frame that leaves over a path. */
  void sent(Path path, long packetId, long nowMs) {
    BondMember member = memberOf(path);
    if (member != null) {
      member.qos.sent(packetId, nowMs);
    }
  }

  private @Nullable BondMember onAll(long nowMs) {
    for (int i = 0; i < members.size(); i++) {
      members.get(i).used(nowMs);
    }
    return main;
  }

  private @Nullable BondMember inTurn(PacketRun run, long nowMs) {
    int count = members.size();
    if (packetsOfTurn >= policy.packetsPerLink()) {
      turn++;
      packetsOfTurn = 0;
    }
    for (int i = 0; i < count; i++) {
      BondMember member = members.get(Math.floorMod(turn, count));
      if (isInUse(member, nowMs)) {
        packetsOfTurn += Math.ceilDiv(run.length(), run.segmentBytes());
        return member;
      }
      turn++;
      packetsOfTurn = 0;
    }
    return null;
  }

  /** Returns whether a balancing policy may select a path: an ineligible one if all are. */
  private boolean isInUse(BondMember member, long nowMs) {
    return member.isEligible(policy.timing(), nowMs)
        || (member.isAlive(nowMs) && !hasEligible(nowMs));
  }

  private boolean hasEligible(long nowMs) {
    for (int i = 0; i < members.size(); i++) {
      if (members.get(i).isEligible(policy.timing(), nowMs)) {
        return true;
      }
    }
    return false;
  }

  /** A flow stays on its path until that fails, or until another is due and the flow pauses. */
  private @Nullable BondMember ofFlow(int flow, long nowMs) {
    FlowTable table = flows;
    if (table == null) {
      return main;
    }
    BondMember last = table.find(flow, nowMs);
    if (last != null && last.isAlive(nowMs) && members.contains(last) && !table.hasPaused(nowMs)) {
      table.use(last, nowMs);
      return last;
    }
    boolean balances = policy.base() == Base.BALANCE_AWARE && table.hasPlace();
    BondMember selected = balances ? leastUsed(last, nowMs) : byHash(flow, nowMs);
    if (selected != null && table.hasPlace()) {
      if (selected != last) {
        selected.flows++;
        if (last != null) {
          last.flows--;
        }
      }
      table.use(selected, nowMs);
    }
    return selected;
  }

  /** Selects by the highest hash of flow and path, so that a path that fails moves only its own. */
  private @Nullable BondMember byHash(int flow, long nowMs) {
    BondMember best = null;
    int highest = Integer.MIN_VALUE;
    for (int i = 0; i < members.size(); i++) {
      BondMember member = members.get(i);
      int hash = FlowTable.mix(flow ^ member.seed);
      if (isInUse(member, nowMs) && (best == null || hash > highest)) {
        best = member;
        highest = hash;
      }
    }
    return best;
  }

  /** Selects the path with the fewest flows for its capacity and quality. */
  private @Nullable BondMember leastUsed(@Nullable BondMember last, long nowMs) {
    BondMember best = null;
    double lowest = Double.MAX_VALUE;
    for (int i = 0; i < members.size(); i++) {
      BondMember member = members.get(i);
      double weight = capacity(member) * Math.max(MIN_SCORE, member.score(policy, nowMs));
      double use = (member == last ? member.flows : member.flows + 1) / weight;
      if (isInUse(member, nowMs) && use < lowest) {
        best = member;
        lowest = use;
      }
    }
    return best;
  }

  /** Returns the capacity of the path; one that is not stated is the least of the others. */
  private double capacity(BondMember member) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < members.size(); i++) {
      long stated = members.get(i).link.capacity();
      least = stated > 0 ? Math.min(least, stated) : least;
    }
    if (least == Long.MAX_VALUE) {
      return 1;
    }
    return member.link.capacity() > 0 ? member.link.capacity() : least;
  }

  // Receiving.

  /** Returns whether a packet has come before over another path, and records it. */
  boolean isDuplicate(long packetId) {
    return recent != null && recent.addedBefore(packetId);
  }

  // State.

  /** Sets the members by the paths of the peer. */
  void refresh(long nowMs) {
    members = bondedPaths.select(peer, members, nowMs);
    BondMember current = main;
    if (current != null && !members.contains(current)) {
      BondMember same = sameLink(current);
      main = same == null ? current : same;
    }
  }

  private @Nullable BondMember sameLink(BondMember old) {
    for (BondMember member : members) {
      if (member.device.equals(old.device)
          && member.path.endpoint.getAddress().equals(old.path.endpoint.getAddress())) {
        return member;
      }
    }
    return null;
  }

  /** Determines which paths have failed, and the main path; returns whether that is another one. */
  boolean evaluate(long nowMs) {
    for (BondMember member : members) {
      member.evaluate(policy.timing(), nowMs);
    }
    BondMember before = main;
    BondMember selected =
        before != null && before.isAlive(nowMs) && members.contains(before)
            ? preferred(before, nowMs)
            : backup(before, nowMs);
    if (selected != null && selected != before) {
      select(selected, nowMs);
      return before != null;
    }
    return false;
  }

  /** Makes another path the main one. */
  void select(BondMember member, long nowMs) {
    main = member;
    mainSinceMs = nowMs;
  }

  @Nullable BondMember main() {
    return main;
  }

  /** Makes the next path that is alive the main one; returns whether there is one. */
  boolean rotate(long nowMs) {
    int count = members.size();
    int at = main == null ? -1 : members.indexOf(main);
    for (int i = 1; i < count && policy.base() == Base.ACTIVE_BACKUP; i++) {
      BondMember next = members.get((at + i + count) % count);
      if (next != main && next.isAlive(nowMs)) {
        select(next, nowMs);
        return true;
      }
    }
    return false;
  }

  /** Returns whether frames have left lately, or the state of all paths has to be known soon. */
  boolean isBusy(long nowMs) {
    return nowMs - usedMs < 5 * BondMember.VERIFY_EVERY_MS;
  }

  /** Returns whether a path in use is suspect, so that the others are verified as well. */
  boolean isUrgent(long nowMs) {
    for (BondMember member : members) {
      if (member.hasTraffic(nowMs) && (member.isSuspect(nowMs) || !member.isAlive(nowMs))) {
        return true;
      }
    }
    return false;
  }

  /** Counts the flows of each path again. */
  void countFlows(long nowMs) {
    FlowTable table = flows;
    if (table != null) {
      members.forEach(member -> member.flows = 0);
      table.count(nowMs);
    }
  }

  /** Returns the path to be used while the main one works; the main one if there is no better. */
  private BondMember preferred(BondMember current, long nowMs) {
    boolean mayChange = nowMs - mainSinceMs >= CHANGE_SPACING_MS;
    BondMember best = current;
    for (BondMember member : members) {
      boolean primary = member.link.isPrimary() && !best.link.isPrimary();
      double gain = member.score(policy, nowMs) - best.score(policy, nowMs);
      boolean preferred =
          policy.base() == Base.ACTIVE_BACKUP
              ? switch (policy.selection()) {
                case ALWAYS -> primary;
                case BETTER -> primary && gain >= 0;
                case FAILURE -> false;
                case OPTIMIZE -> mayChange && gain >= CLEARLY_BETTER;
              }
              : mayChange && gain >= CLEARLY_BETTER;
      if (preferred && member.isEligible(policy.timing(), nowMs) && !member.isSuspect(nowMs)) {
        best = member;
      }
    }
    return best;
  }

  /** Returns the path to be used after the main one has failed, or null if none is alive. */
  private @Nullable BondMember backup(@Nullable BondMember failed, long nowMs) {
    BondMember best = null;
    for (BondMember member : members) {
      if (member.isAlive(nowMs) && (best == null || isBetterBackup(member, best, failed, nowMs))) {
        best = member;
      }
    }
    return best;
  }

  private boolean isBetterBackup(
      BondMember one, BondMember other, @Nullable BondMember failed, long nowMs) {
    boolean suspect = one.isSuspect(nowMs);
    if (suspect != other.isSuspect(nowMs)) {
      return !suspect;
    }
    boolean named = isNamedBy(failed, one);
    if (named != isNamedBy(failed, other)) {
      return named;
    }
    boolean eligible = one.isEligible(policy.timing(), nowMs);
    if (eligible != other.isEligible(policy.timing(), nowMs)) {
      return eligible;
    }
    if (one.link.isPrimary() != other.link.isPrimary()) {
      return one.link.isPrimary();
    }
    return one.score(policy, nowMs) * capacity(one) > other.score(policy, nowMs) * capacity(other);
  }

  private static boolean isNamedBy(@Nullable BondMember failed, BondMember member) {
    return failed != null && failed.link.failoverTo().equals(member.device);
  }

  // Status.

  BondStatus status(long nowMs) {
    int alive = 0;
    for (BondMember member : members) {
      alive += member.isAlive(nowMs) ? 1 : 0;
    }
    return new BondStatus(policy, alive, members.size());
  }

  /** Returns the state of a path. */
  BondStatus.LinkStatus status(Path path, LocalLinks links, long nowMs) {
    String device = links.device(path.socket);
    int port = links.port(path.socket);
    BondMember member = memberOf(path);
    if (member == null) {
      return new BondStatus.LinkStatus(
          device, port, policy.link(device), false, false, 0, 0, 0, 0, 0);
    }
    double best = 0;
    for (BondMember each : members) {
      best = Math.max(best, each.score(policy, nowMs));
    }
    boolean isBonded =
        policy.base() == Base.ACTIVE_BACKUP ? member == main : isInUse(member, nowMs);
    return new BondStatus.LinkStatus(
        device,
        port,
        member.link,
        isBonded && member.isAlive(nowMs),
        member.isEligible(policy.timing(), nowMs),
        member.quality.latencyMs(path),
        member.quality.varianceMs(),
        member.quality.loss(path, nowMs),
        best == 0 ? 0 : member.score(policy, nowMs) / best,
        member.flows);
  }
}
