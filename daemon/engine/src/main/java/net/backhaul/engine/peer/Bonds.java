// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.backhaul.engine.BondPolicy;
import net.backhaul.engine.BondingOptions;
import net.backhaul.engine.Deadline;
import net.backhaul.engine.Event;
import net.backhaul.engine.LocalSocket;
import org.jspecify.annotations.Nullable;

/** Bonds peers by the policies of the operator, and verifies the paths of the bonds. */
public final class Bonds {
  /** Maximum links whose MTU is set at run time; the oldest is evicted. */
  static final int MAX_SET_MTUS = 256;

  private static final long BUSY_CHECK_EVERY_MS = 50;
  private static final long IDLE_CHECK_EVERY_MS = 500;
  private static final int MAX_MTU_BYTES = 10_324;

  /** Further paths are searched this often, and later less often. */
  private static final long SEARCH_EVERY_MS = 10_000;

  private static final long LATE_SEARCH_EVERY_MS = 60_000;
  private static final int EARLY_SEARCHES = 6;

  /** Maximum IP addresses of a peer to which further paths are searched. */
  private static final int MAX_SEARCHED = 8;

  private final PeerContext context;
  private final PeerLookup peers;
  private final Upstreams upstreams;
  private final EndpointSender endpoints;
  private final HelloSender hellos;
  private final PathProber prober;
  private final BondMessages messages;
  private final LocalLinks links = new LocalLinks();
  private final Map<LinkKey, Integer> setMtus = new LinkedHashMap<>();
  private final List<Bond> bonds = new ArrayList<>();
  private BondingOptions options = BondingOptions.NONE;
  private long countedMs = Peer.NEVER;

  /** A link as {@link #setMtu} names it. */
  private record LinkKey(String device, InetAddress remote) {}

  Bonds(
      PeerContext context,
      PeerLookup peers,
      Upstreams upstreams,
      EndpointSender endpoints,
      HelloSender hellos,
      PathProber prober) {
    this.context = context;
    this.peers = peers;
    this.upstreams = upstreams;
    this.endpoints = endpoints;
    this.hellos = hellos;
    this.prober = prober;
    this.messages = new BondMessages(context, endpoints);
  }

  // Operator.

  /** Returns whether any peer may be bonded. */
  public boolean isOn() {
    return options.isOn();
  }

  /** Uses another path to a peer; returns false where its policy has no path in use, or one. */
  public boolean rotate(long peer, long nowMs) {
    for (Bond bond : bonds) {
      if (bond.peer.address == peer && bond.rotate(nowMs)) {
        reportChange(bond, nowMs);
        return true;
      }
    }
    return false;
  }

  /**
   * Sets the payload of datagrams over a link, until the end of the process.
   *
   * @param remote the IP address of a peer
   * @return whether a bond has such a link
   */
  public boolean setMtu(String device, InetAddress remote, int mtuBytes) {
    boolean found = false;
    for (Bond bond : bonds) {
      for (BondMember member : bond.members()) {
        found |= member.device.equals(device) && member.path.endpoint.getAddress().equals(remote);
      }
    }
    if (found) {
      if (setMtus.size() >= MAX_SET_MTUS) {
        setMtus.remove(setMtus.keySet().iterator().next());
      }
      setMtus.put(new LinkKey(device, remote), mtuBytes);
      bonds.forEach(this::applyMtus);
    }
    return found;
  }

  // Changes.

  /** Applies the current options. */
  void optionsChanged(long nowMs) {
    BondingOptions changed = context.options().bonding();
    if (!changed.equals(options)) {
      options = changed;
      for (Bond bond : bonds) {
        end(bond);
      }
      bonds.clear();
      for (Peer peer : peers.all()) {
        pathsChanged(peer, nowMs);
      }
    }
  }

  private static void end(Bond bond) {
    bond.peer.bond = null;
    bond.peer.paths.forEach(path -> path.linkMtuBytes = 0);
  }

  /** Sets the usable sockets, after the paths of peers know theirs. */
  void socketsChanged(List<LocalSocket> usable, long nowMs) {
    links.sockets(usable);
    for (Bond bond : bonds) {
      bond.members().forEach(BondMember::probeSoon);
      bond.searches = 0;
      bond.searchAtMs = nowMs;
      check(bond, nowMs);
    }
  }

  /** Bonds a peer that may be bonded, and has a path; or updates its bond. */
  void pathsChanged(Peer peer, long nowMs) {
    if (!options.isOn()) {
      return;
    }
    Bond bond = peer.bond;
    if (bond == null) {
      BondPolicy policy = options.policy(peer.address);
      if (policy == null || peer.paths.isEmpty() || upstreams.contains(peer.address)) {
        return;
      }
      bond = new Bond(peer, policy, links, this::wakeUp);
      peer.bond = bond;
      bonds.add(bond);
      bond.searchAtMs = nowMs;
    }
    check(bond, nowMs);
    context.deadlines.setEarlier(Deadline.BONDING, nowMs + IDLE_CHECK_EVERY_MS);
  }

  private void wakeUp(long nowMs) {
    context.deadlines.setEarlier(Deadline.BONDING, nowMs + BUSY_CHECK_EVERY_MS);
  }

  // Time.

  /** Checks all bonds if that is due. */
  void advance(long nowMs) {
    if (!context.deadlines.isDue(Deadline.BONDING, nowMs)) {
      return;
    }
    context.deadlines.clear(Deadline.BONDING);
    bonds.removeIf(bond -> isOver(bond));
    boolean busy = false;
    boolean count = nowMs - countedMs >= IDLE_CHECK_EVERY_MS;
    for (Bond bond : bonds) {
      try {
        if (count) {
          bond.countFlows(nowMs);
        }
        check(bond, nowMs);
      } catch (RuntimeException e) {
        context.internalError("checking a bond", e);
      }
      busy |= bond.isBusy(nowMs);
    }
    countedMs = count ? nowMs : countedMs;
    if (!bonds.isEmpty()) {
      context.deadlines.setEarlier(
          Deadline.BONDING, nowMs + (busy ? BUSY_CHECK_EVERY_MS : IDLE_CHECK_EVERY_MS));
    }
  }

  /** Ends the bond of a peer that has expired, or has become a root. */
  private boolean isOver(Bond bond) {
    boolean over =
        peers.known(bond.peer.address) != bond.peer || upstreams.contains(bond.peer.address);
    if (over) {
      end(bond);
    }
    return over;
  }

  private void check(Bond bond, long nowMs) {
    bond.refresh(nowMs);
    applyMtus(bond);
    if (bond.evaluate(nowMs)) {
      reportChange(bond, nowMs);
    }
    if (bond.peer.isActive(nowMs) || bond.isBusy(nowMs)) {
      probe(bond, nowMs);
      search(bond, nowMs);
    }
    messages.report(bond, nowMs);
    messages.negotiate(bond, nowMs);
  }

  private void reportChange(Bond bond, long nowMs) {
    BondMember main = bond.main();
    if (main != null) {
      context.output.event(
          new Event.BondChanged(bond.peer.address, main.device, main.path.endpoint));
      // It shows a peer without a bond that the path in use may be dead.
      hellos.send(bond.peer, main.path, nowMs);
    }
  }

  private void applyMtus(Bond bond) {
    for (BondMember member : bond.members()) {
      int mtuBytes =
          setMtus.getOrDefault(
              new LinkKey(member.device, member.path.endpoint.getAddress()),
              member.link.mtuBytes());
      member.path.linkMtuBytes =
          mtuBytes == 0 ? 0 : Math.clamp(mtuBytes, PathMtu.minBytes(), MAX_MTU_BYTES);
    }
  }

  private void probe(Bond bond, long nowMs) {
    boolean isUrgent = bond.isUrgent(nowMs);
    for (BondMember member : bond.members()) {
      if (member.isProbeDue(bond.policy.timing(), isUrgent, nowMs)) {
        member.probed(nowMs);
        if (bond.peer.answersEcho()) {
          endpoints.sendEcho(bond.peer, member.path, nowMs);
        } else {
          hellos.send(bond.peer, member.path, nowMs);
        }
      }
    }
  }

  /** Probes the peer's IP addresses from those interfaces of ours that have no path to them. */
  private void search(Bond bond, long nowMs) {
    if (nowMs < bond.searchAtMs) {
      return;
    }
    bond.searches++;
    bond.searchAtMs =
        nowMs + (bond.searches < EARLY_SEARCHES ? SEARCH_EVERY_MS : LATE_SEARCH_EVERY_MS);
    Map<InetAddress, InetSocketAddress> remotes = new LinkedHashMap<>();
    bond.peer.paths.forEach(path -> remotes.putIfAbsent(path.endpoint.getAddress(), path.endpoint));
    bond.peer.pushedEndpoints.forEach(each -> remotes.putIfAbsent(each.getAddress(), each));
    remotes.values().stream()
        .limit(MAX_SEARCHED)
        .filter(remote -> prober.permits(bond.peer, remote, nowMs))
        .forEach(remote -> search(bond, remote, nowMs));
  }

  private void search(Bond bond, InetSocketAddress remote, long nowMs) {
    Set<String> devices = new LinkedHashSet<>();
    for (Path path : bond.peer.paths) {
      if (path.endpoint.getAddress().equals(remote.getAddress()) && path.isUsable(nowMs)) {
        devices.add(links.device(path.socket));
      }
    }
    for (LocalSocket socket : links.usable()) {
      boolean sameFamily =
          socket.address().getAddress().getClass() == remote.getAddress().getClass();
      if (sameFamily
          && bond.policy.link(socket.device()).enabled()
          && devices.add(socket.device())) {
        prober.probe(bond.peer, socket.number(), remote, nowMs);
      }
    }
  }

  // Messages.

  /** Records that a probe was answered. */
  void answered(Peer peer, @Nullable Path path, long packetId, long nowMs) {
    Bond bond = peer.bond;
    ProbeLog log = path == null ? null : path.probeLog();
    BondMember member = bond == null || path == null ? null : bond.memberOf(path);
    if (member != null && log != null) {
      long sentMs = log.sentMs(packetId);
      if (sentMs >= 0) {
        member.confirmed(sentMs, nowMs);
      }
    }
  }

  /** Returns the messages of bonds. */
  BondMessages messages() {
    return messages;
  }

  /** Returns the interfaces of sockets. */
  LocalLinks links() {
    return links;
  }
}
