// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import net.backhaul.engine.Counters;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.Deadline;
import net.backhaul.engine.Deadlines;
import net.backhaul.engine.Diagnosis;
import net.backhaul.engine.Drop;
import net.backhaul.engine.HelloCheck;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.NodeStatus;
import net.backhaul.engine.Output;
import net.backhaul.engine.PeerCounts;
import net.backhaul.engine.PeerStatus;
import net.backhaul.engine.RootReach;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.world.World;
import org.jspecify.annotations.Nullable;

/** The layer of peers: builds its parts, and is what the node and the layer above call. */
public final class Vl1 implements PeerLink {
  /** The most that {@link #stored} ever is. */
  public static final int MAX_STORED =
      PendingInbound.MAX_PACKETS
          + PendingHellos.MAX_PENDING
          + 2 * PendingHeads.MAX_HEADS
          + PendingOutbound.MAX_PACKETS
          + WhoisExchange.MAX_PENDING
          + Introductions.MAX_PENDING
          + PortSearch.MAX_SEARCHES
          + SearchBudget.MAX_ADDRESSES
          + Pings.MAX_PENDING
          + SurfaceAddresses.MAX_REPORTS
          + BlindMarks.MAX_ENDPOINTS
          + TrustedPaths.MAX_PATHS;

  final PeerTable peers;
  final TrustedPaths trustedPaths = new TrustedPaths();
  final PeerContext context;
  private final Roots roots;
  private final Upstreams upstreams;
  private final PeerLookup lookup;
  private final SurfaceAddresses surface = new SurfaceAddresses();
  private final WhoisExchange whois;
  private final Sender sender;
  private final Introductions introductions;
  private final SurfaceAddresses.Observers observers;
  private final PortSearch search;
  private final DirectPaths directPaths;
  private final Pings pings;
  private final IdentityCopies copies;
  private final RootContact rootContact;
  private final Keepalive keepalive;
  private final Reconnection reconnection;
  private final RelayFallback relayFallback;
  private final Bonds bonds;
  private final ReachReports reachReports;
  private final PeerStatuses statuses;
  private final PacketDispatcher dispatcher;
  private final DatagramReceiver receiver;
  private final PendingPackets pending;
  private final List<TimedWork> timedWork;
  private List<LocalSocket> sockets = List.of();

  /**
   * Work of a part of VL1 that has deadlines.
   *
   * @param activity what it does, as it follows "internal error while"
   */
  private record TimedWork(String activity, LongConsumer work) {}

  /**
   * Makes the peers of a node from what an earlier run has saved.
   *
   * @param random cryptographically strong, except in tests
   */
  public Vl1(
      Identity self,
      NodeOptions options,
      Output output,
      RandomGenerator random,
      Map<StateKey, byte[]> saved,
      long nowMs) {
    context = new PeerContext(self, options, output, random);
    peers = new PeerTable(self, output, options.maxPeers(), saved);
    roots = new Roots(self, output, SavedWorlds.planet(saved));
    upstreams = new Upstreams(context, roots, peers);
    var endpoints = new EndpointSender(context);
    var hellos = new HelloSender(context, roots, endpoints);
    var permissions = new PathPermissions(context, roots, this::isManagedAddress);
    lookup = new PeerLookup(peers, permissions, hellos);
    var prober = new PathProber(context, permissions, endpoints, hellos);
    whois = new WhoisExchange(context, lookup, upstreams, this::send);
    var mtuProber = new PathMtuProber(context, endpoints);
    var paths = new PathSelector(upstreams, prober, mtuProber);
    sender = new Sender(context, lookup, paths, endpoints, whois);
    observers = new SurfaceAddresses.Observers(upstreams::contains, this::isTrusted);
    search =
        new PortSearch(
            context,
            peers,
            new PortSearch.Surface(surface, observers),
            new SearchProbes(
                context, upstreams, new SearchProbes.Senders(endpoints, hellos, this::send)));
    introductions = new Introductions(context, lookup, upstreams, endpoints, prober, search);
    directPaths = new DirectPaths(context, surface, permissions, prober, hellos, search);
    rootContact = new RootContact(context, lookup, upstreams, endpoints, hellos, whois);
    keepalive = new Keepalive(context, lookup, endpoints, hellos, rootContact);
    reconnection = new Reconnection(context, lookup, surface, hellos, rootContact);
    relayFallback =
        new RelayFallback(context, rootContact, reconnection, this::usableSocketsChanged);
    context.udpAnswers.roots(upstreams::contains);
    bonds = new Bonds(context, lookup, upstreams, endpoints, hellos, prober);
    var learning =
        new PathLearning(context, peers, permissions, hellos, prober, relayFallback, bonds);
    reachReports = new ReachReports(context, upstreams, surface, observers);
    statuses = new PeerStatuses(context, peers, roots, reachReports, bonds.links());
    pings = new Pings(context, upstreams);
    copies = new IdentityCopies(context, upstreams, endpoints);
    var accepted =
        new AcceptedPackets(learning, trustedPaths, rootContact, directPaths, bonds.messages());
    var reports = new SurfaceReports(context, upstreams, surface, learning, search);
    var helloReceiver = new HelloReceiver(context, lookup, upstreams, reports, accepted);
    var packet = new InboundPacket(new Replies(context, upstreams, endpoints, sender));
    var handlers =
        new PacketDispatcher.Handlers(
            helloReceiver,
            whois,
            introductions,
            directPaths,
            pings,
            mtuProber,
            bonds,
            copies,
            accepted);
    dispatcher = new PacketDispatcher(context, packet, lookup, handlers);
    var beacons = new LanBeacons(context, lookup, permissions);
    var relay =
        new Relay(context, lookup, upstreams, endpoints, prober, introductions, trustedPaths);
    receiver = new DatagramReceiver(context, packet, beacons, relay, dispatcher);
    pending = new PendingPackets(context, sender, dispatcher);
    var expiry =
        new Expiry(
            context,
            peers,
            upstreams,
            List.of(
                surface::expire,
                introductions::expire,
                search::expire,
                whois::expire,
                pings::expire,
                trustedPaths::expire,
                receiver::expire));
    timedWork =
        List.of(
            new TimedWork("contacting roots", rootContact::advance),
            new TimedWork("reconnecting to peers", reconnection::advance),
            new TimedWork("checking UDP and TCP relays", relayFallback::advance),
            new TimedWork("measuring path MTUs", mtuProber::advance),
            new TimedWork("checking bonds", bonds::advance),
            new TimedWork("keeping paths open", timeMs -> keepalive.advance(upstreams, timeMs)),
            new TimedWork("expiring peers", expiry::advance),
            new TimedWork("following introductions", introductions::advance),
            new TimedWork("searching ports", search::advance),
            new TimedWork("retrying pending packets", pending::retryIfDue));
    lookup.listener(this::identityArrived);
    SavedWorlds.addMoons(saved, roots);
    upstreams.refresh();
    bonds.optionsChanged(nowMs);
    context.deadlines.set(Deadline.ROOT_CONTACT, nowMs);
    context.deadlines.set(Deadline.KEEPALIVE, nowMs);
    expiry.begin(nowMs);
    relayFallback.optionsChanged(nowMs);
  }

  /** Sets the layer above, which handles the verbs of networks; without it they are ignored. */
  public void attach(PacketHandler handler) {
    dispatcher.attach(handler);
  }

  // Input.

  /** Receives datagrams; their bytes are overwritten. */
  public void receive(DatagramBatch batch, long nowMs) {
    int next = 0;
    while (next < batch.count()) {
      next = receiver.receive(batch, next, nowMs);
      pending.drain(nowMs);
    }
  }

  /** Handles the result of the check of an identity. */
  public void identityChecked(HelloCheck check, long nowMs) {
    dispatcher.identityChecked(check, nowMs);
    pending.drain(nowMs);
  }

  /**
   * Performs the work that is due. Calling early or late is harmless. Each part moves its deadline
   * before it works, so that an internal error does not make it due again at once.
   */
  public void advance(long nowMs) {
    for (TimedWork work : timedWork) {
      try {
        work.work.accept(nowMs);
      } catch (RuntimeException e) {
        context.internalError(work.activity, e);
      }
    }
    pending.drain(nowMs);
  }

  /** Returns the table of deadlines, which the layer above completes. */
  public Deadlines deadlines() {
    return context.deadlines;
  }

  /** Changes what the operator may choose while the node runs. */
  public void options(NodeOptions changed, long nowMs) {
    context.options(changed);
    peers.limit(changed.maxPeers());
    bonds.optionsChanged(nowMs);
    relayFallback.optionsChanged(nowMs);
  }

  /** Sets whether the sockets read the ECN field of all datagrams. */
  public void readsEcn(boolean reads) {
    context.readsEcn(reads);
  }

  /** Sets our usable sockets; paths from others are not used until these are back. */
  public void socketsChanged(List<LocalSocket> usable, long nowMs) {
    sockets = List.copyOf(usable);
    context.udpAnswers.hasSocket(!sockets.isEmpty());
    directPaths.sockets(sockets);
    reachReports.sockets(sockets);
    search.sockets(sockets);
    usableSocketsChanged();
    bonds.socketsChanged(sockets, nowMs);
    upstreams.contactSoon(nowMs);
  }

  /** Sets the open connections to TCP relays. */
  public void relaysChanged(List<LocalSocket> open, long nowMs) {
    relayFallback.relaysChanged(List.copyOf(open), nowMs);
  }

  /** Sets the open temporary sockets. */
  public void temporarySocketsChanged(List<LocalSocket> open, long nowMs) {
    search.temporarySocketsChanged(List.copyOf(open));
    usableSocketsChanged();
  }

  private void usableSocketsChanged() {
    reachReports.relays(relayFallback.usable());
    reconnection.socketsChanged(
        Stream.of(sockets, search.temporarySockets(), relayFallback.usable())
            .flatMap(List::stream)
            .toList());
  }

  /** Sends a HELLO to roots and live peers at once, from all sockets. */
  public void uplinkChanged(long nowMs) {
    search.networkChanged();
    reconnection.begin(nowMs);
  }

  /** Sends a peer an ECHO, whose answer is reported as an event. */
  public void ping(long peer, int bytes, long nowMs) {
    send(peer, pings.begin(peer, bytes, nowMs), nowMs);
  }

  /** Follows a moon: a saved one at once, another one as soon as its seed has sent it. */
  public void orbit(long moonId, long seed, byte @Nullable [] savedMoon, long nowMs) {
    upstreams.orbit(moonId, seed, savedMoon, nowMs);
  }

  /** Uses another planet, also one with another id. */
  public void usePlanet(World planet, long nowMs) {
    upstreams.use(planet, nowMs);
  }

  /** Stops following a moon and removes its saved state. */
  public void deorbit(long moonId) {
    upstreams.deorbit(moonId);
  }

  /** Sets the endpoints that a router has mapped to our sockets; peers get them soon. */
  public void mappedAddresses(List<InetSocketAddress> addresses, long nowMs) {
    directPaths.mapped(addresses);
    if (!addresses.isEmpty()) {
      peers.all().forEach(peer -> DirectPaths.pushSoon(peer, nowMs));
    }
  }

  /** Returns the bonds of peers. */
  public Bonds bonds() {
    return bonds;
  }

  // Status.

  public World planet() {
    return roots.planet();
  }

  public List<World> moons() {
    return roots.moons();
  }

  public Counters counters() {
    return context.counters;
  }

  public NodeStatus status(long nowMs) {
    return new NodeStatus(
        context.address,
        context.self.withoutPrivateKey(),
        rootContact.isOnline(),
        roots.planet().id(),
        roots.planet().timestampMs(),
        surface.distinct(nowMs),
        relayFallback.relay());
  }

  public List<PeerStatus> peerStatuses(long nowMs) {
    return statuses.all(nowMs);
  }

  /** Returns how the node, its roots and its peers are reached. */
  public Diagnosis diagnosis(long nowMs) {
    return new Diagnosis(
        status(nowMs),
        reachReports.nats(nowMs),
        reachReports.roots(nowMs),
        statuses.reaches(nowMs),
        copies.seenMs());
  }

  public List<RootReach> roots(long nowMs) {
    return reachReports.roots(nowMs);
  }

  /**
   * Sends a HELLO to all roots, at each endpoint that they are listed with, and looks through them
   * for copies of our identity.
   */
  public void probeRoots(long nowMs) {
    rootContact.probeAllEndpoints(nowMs);
    copies.probe(nowMs);
  }

  /** Counts the peers by how they are reached. */
  public PeerCounts peerCounts(long nowMs) {
    return statuses.counts(nowMs);
  }

  /** Writes all peers to the cache, as at a clean end. */
  public void savePeers() {
    peers.all().forEach(peers::save);
  }

  // The link to the layer above.

  @Override
  public Identity self() {
    return context.self;
  }

  @Override
  public @Nullable Identity identityOf(long address, long nowMs) {
    if (address == context.address) {
      return context.self;
    }
    Peer peer = lookup.find(address, nowMs);
    if (peer == null) {
      whois.request(address, nowMs);
      return null;
    }
    return peer.identity;
  }

  @Override
  public void send(long to, Message message, long nowMs) {
    try {
      sender.send(to, message, nowMs);
    } catch (RuntimeException e) {
      context.internalError("sending a packet", e);
    }
  }

  @Override
  public void send(PacketRun run, long nowMs) {
    try {
      sender.send(run, nowMs);
    } catch (RuntimeException e) {
      context.internalError("sending a packet", e);
    }
  }

  @Override
  public int pathMtuBytes(long peer, long nowMs) {
    return sender.pathMtuBytes(peer, nowMs);
  }

  @Override
  public int maxMembers() {
    return context.options().maxMembers();
  }

  @Override
  public boolean lowBandwidth() {
    return context.options().lowBandwidth();
  }

  @Override
  public List<Long> upstreams() {
    return roots.upstreamAddresses();
  }

  @Override
  public long bestUpstreamAddress(long nowMs) {
    Peer best = upstreams.best(nowMs);
    return best == null ? 0 : best.address;
  }

  @Override
  public boolean isUpstream() {
    return roots.amRoot();
  }

  @Override
  public long lastReceiveMs(long address) {
    Peer peer = peers.get(address);
    return peer == null ? Peer.NEVER : peer.lastReceiveMs;
  }

  @Override
  public int latencyMs(long address, long nowMs) {
    Peer peer = peers.get(address);
    return peer == null ? -1 : peer.latencyMs(nowMs);
  }

  @Override
  public void retryPending(long nowMs) {
    context.retryPending(nowMs);
  }

  @Override
  public void drop(Drop reason) {
    context.drop(reason);
  }

  @Override
  public void internalError(String activity, RuntimeException error) {
    context.internalError(activity, error);
  }

  // Internals.

  private boolean isTrusted(long address, long nowMs) {
    Peer peer = peers.get(address);
    return peer != null && peer.isTrusted(nowMs);
  }

  private boolean isManagedAddress(InetAddress address) {
    return dispatcher.isManagedAddress(address);
  }

  private void identityArrived(long address, long nowMs) {
    introductions.identityArrived(address, nowMs);
    context.retryPending(nowMs);
  }

  /** Returns how many packets are pending for an identity, a credential or a configuration. */
  int pendingInbound() {
    return dispatcher.pending();
  }

  /** Returns how many packets to be sent are pending for an identity or a path. */
  int pendingOutbound() {
    return sender.pending();
  }

  /** Returns how much is stored that others have sent or caused, except peers and fixed tables. */
  public int stored() {
    return receiver.stored()
        + dispatcher.pending()
        + sender.pending()
        + whois.pending()
        + introductions.pending()
        + search.size()
        + pings.pending()
        + surface.size()
        + context.blindMarks.size()
        + trustedPaths.size();
  }
}
