// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine.peer;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import net.backhaul.engine.Counters;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.Drop;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.NodeStatus;
import net.backhaul.engine.Output;
import net.backhaul.engine.PeerStatus;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.world.World;
import org.jspecify.annotations.Nullable;

/** Everything below the networks: the peers of a node and the state its machines share. */
public final class Vl1 implements PeerLink {
  private static final long RETRY_EVERY_MS = 500;
  private static final int MAX_ROUNDS = 4;
  private static final long NEVER_HEARD_SCORE = 0xffffffffL;
  private static final long SILENCE_STEP_MS = 61_000;

  final Identity self;
  final Output output;
  final RandomGenerator random;
  final Counters counters = new Counters();
  final ExpectedReplies expectedReplies = new ExpectedReplies();
  final SurfaceAddresses surface = new SurfaceAddresses();
  final IdentityRateLimiter identityLimiter = new IdentityRateLimiter();
  final TrustedPaths trustedPaths = new TrustedPaths();
  final Roots roots;
  final PeerTable peers;

  final Sender sender = new Sender(this);
  final InboundPacket inbound = new InboundPacket(sender::reply);
  final DatagramReceiver receiver = new DatagramReceiver(this, inbound);
  final PacketDispatcher dispatcher = new PacketDispatcher(this, inbound);
  final WhoisExchange whois = new WhoisExchange(this);
  final Hellos hellos = new Hellos(this);
  final PathLearning learning = new PathLearning(this);
  final Introductions introductions = new Introductions(this);
  final DirectPaths directPaths = new DirectPaths(this);
  final Keepalive keepalive;

  NodeOptions options;
  PacketHandler networks = NoHandler.INSTANCE;

  /** The upstreams as peers: an array, since each packet that is relayed asks for the best. */
  private Peer[] rootPeers = {};

  private long nextRetryMs = Long.MAX_VALUE;
  private boolean retryNow;

  /** Since when pending packets may be handled; it matters where no packet was the cause. */
  private long retryNowSinceMs;

  private boolean draining;

  public Vl1(
      Identity self,
      NodeOptions options,
      Output output,
      RandomGenerator random,
      Map<StateKey, byte[]> saved,
      long nowMs) {
    this.self = self;
    this.options = options;
    this.output = output;
    this.random = random;
    this.peers = new PeerTable(self, output, options.maxPeers(), saved);
    this.roots = new Roots(self.address(), output, savedPlanet(saved));
    this.keepalive = new Keepalive(this, nowMs);
    saved.forEach(
        (key, bytes) -> {
          if (key.kind() == StateKey.Kind.MOON) {
            addSavedMoon(key.id(), bytes);
          }
        });
    addRootPeers();
  }

  /** Sets the layer above, which handles the verbs of networks; until then they are ignored. */
  public void attach(PacketHandler handler) {
    networks = handler;
  }

  // What comes in.

  /** Receives datagrams; their bytes are overwritten. */
  public void receive(DatagramBatch batch, long nowMs) {
    for (int i = 0; i < batch.count(); i++) {
      receiver.receive(batch, i, nowMs);
      drainPending(nowMs);
    }
  }

  public void advance(long nowMs) {
    keepalive.advance(nowMs);
    introductions.advance(nowMs);
    if (nowMs >= nextRetryMs) {
      nextRetryMs = Long.MAX_VALUE;
      sender.retryPending(nowMs);
      dispatcher.retryPending(nowMs);
      if (sender.pending() > 0 || dispatcher.pending() > 0) {
        scheduleRetry(nowMs);
      }
    }
    drainPending(nowMs);
  }

  public long nextDeadlineMs() {
    long nextMs = Math.min(keepalive.nextDeadlineMs(), introductions.nextDeadlineMs());
    return Math.min(nextMs, retryNow ? retryNowSinceMs : nextRetryMs);
  }

  public void options(NodeOptions changed) {
    options = changed;
  }

  /** Our own physical addresses have changed: roots are told at once. */
  public void localAddressesChanged(List<InetSocketAddress> addresses, long nowMs) {
    if (directPaths.localAddresses(addresses)) {
      keepalive.surroundingsChanged(nowMs);
    }
  }

  /** Starts to follow a moon: a saved one at once, else as soon as its seed has shown it. */
  public void orbit(long moonId, long seed, byte @Nullable [] savedMoon, long nowMs) {
    boolean added = savedMoon != null && addSavedMoon(moonId, savedMoon);
    if (!added && roots.moon(moonId) == null && seed != 0) {
      roots.want(moonId, seed);
    }
    addRootPeers();
    keepalive.tryRootsSoon(nowMs);
  }

  public void deorbit(long moonId) {
    roots.forgetMoon(moonId);
    addRootPeers();
  }

  // What can be asked.

  public World planet() {
    return roots.planet();
  }

  public List<World> moons() {
    return roots.moons();
  }

  public Counters counters() {
    return counters;
  }

  public NodeStatus status(long nowMs) {
    return new NodeStatus(
        self.address(),
        self.withoutPrivateKey(),
        keepalive.isOnline(),
        roots.planet().id(),
        roots.planet().timestampMs(),
        surface.distinct(nowMs));
  }

  public List<PeerStatus> peerStatuses(long nowMs) {
    var all = new ArrayList<PeerStatus>();
    for (Peer peer : peers.all()) {
      all.add(status(peer, nowMs));
    }
    all.sort(Comparator.comparingLong(PeerStatus::address));
    return all;
  }

  /** Writes all peers to the cache, as a clean end asks for. */
  public void savePeers() {
    peers.all().forEach(peers::save);
  }

  // What networks ask of us.

  @Override
  public Identity self() {
    return self;
  }

  @Override
  public @Nullable Identity identityOf(long address, long nowMs) {
    if (address == self.address()) {
      return self;
    }
    Peer peer = peer(address, nowMs);
    if (peer == null) {
      whois.request(address, nowMs);
      return null;
    }
    return peer.identity;
  }

  @Override
  public void send(long to, Message message, long nowMs) {
    sender.send(to, message, nowMs);
  }

  @Override
  public void send(PacketRun run, long nowMs) {
    sender.send(run, nowMs);
  }

  @Override
  public int fittingPayloadBytes(long to, long nowMs) {
    return sender.fittingPayloadBytes(to, nowMs);
  }

  @Override
  public List<Long> upstreams() {
    return roots.upstreamAddresses();
  }

  @Override
  public long bestUpstreamAddress(long nowMs) {
    Peer best = bestUpstream(nowMs);
    return best == null ? 0 : best.address;
  }

  @Override
  public boolean isUpstream() {
    return roots.amRoot();
  }

  @Override
  public long lastHeardMs(long address) {
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
    retryNow = true;
    retryNowSinceMs = nowMs;
  }

  @Override
  public void drop(Drop reason) {
    counters.drop(reason);
  }

  // What the machines share.

  /** Returns a known peer, also one remembered from an earlier run, or null. */
  @Nullable Peer peer(long address, long nowMs) {
    Peer known = peers.get(address);
    if (known != null) {
      return known;
    }
    PeerTable.Restored restored = peers.restore(address).orElse(null);
    if (restored == null) {
      return null;
    }
    for (InetSocketAddress endpoint : restored.endpoints()) {
      if (learning.permits(restored.peer(), endpoint)) {
        hellos.sendHello(restored.peer(), -1, endpoint, nowMs);
      }
    }
    return restored.peer();
  }

  /** Returns the root to relay and ask through, or null without any (02 section 3.6). */
  @Nullable Peer bestUpstream(long nowMs) {
    Peer best = null;
    long bestScore = Long.MAX_VALUE;
    for (Peer peer : rootPeers) {
      long score = relayScore(peer, nowMs);
      if (best == null
          || score < bestScore
          || (score == bestScore && peer.address > best.address)) {
        best = peer;
        bestScore = score;
      }
    }
    return best;
  }

  void addWorld(World world, boolean alwaysAcceptNew, long nowMs) {
    if (roots.add(world, alwaysAcceptNew)) {
      addRootPeers();
      keepalive.tryRootsSoon(nowMs);
    }
  }

  /** An identity for which packets may be pending is known now. */
  void identityArrived(long address, long nowMs) {
    introductions.identityArrived(address, nowMs);
    retryPending(nowMs);
  }

  /** Schedules a retry for a packet that has become pending. */
  void scheduleRetry(long nowMs) {
    nextRetryMs = Math.min(nextRetryMs, nowMs + RETRY_EVERY_MS);
  }

  /** Returns how much is stored that others have sent or caused, except peers and fixed tables. */
  int stored() {
    return receiver.stored()
        + dispatcher.pending()
        + sender.pending()
        + whois.pending()
        + introductions.followed()
        + surface.size()
        + trustedPaths.size();
  }

  /** Handles packets that were pending for a path, an identity or a credential that has come. */
  private void drainPending(long nowMs) {
    if (!retryNow || draining) {
      return;
    }
    draining = true;
    // What is handled now may bring the next identity or path.
    for (int round = 0; retryNow && round < MAX_ROUNDS; round++) {
      retryNow = false;
      sender.retryPending(nowMs);
      dispatcher.retryPending(nowMs);
    }
    draining = false;
  }

  private void addRootPeers() {
    var made = new ArrayList<Peer>();
    for (Map.Entry<Long, Roots.Root> entry : roots.upstreams()) {
      peers.add(entry.getValue().identity()).ifPresent(made::add);
    }
    rootPeers = made.toArray(Peer[]::new);
  }

  private boolean addSavedMoon(long moonId, byte[] bytes) {
    try {
      World moon = World.read(new WireReader(bytes, 0, bytes.length));
      return moon.type() == World.Type.MOON && moon.id() == moonId && roots.add(moon, true);
    } catch (WireException damaged) {
      return false;
    }
  }

  private static @Nullable World savedPlanet(Map<StateKey, byte[]> saved) {
    for (Map.Entry<StateKey, byte[]> entry : saved.entrySet()) {
      if (entry.getKey().kind() == StateKey.Kind.PLANET) {
        try {
          byte[] bytes = entry.getValue();
          World planet = World.read(new WireReader(bytes, 0, bytes.length));
          return planet.type() == World.Type.PLANET ? planet : null;
        } catch (WireException damaged) {
          return null;
        }
      }
    }
    return null;
  }

  private static long relayScore(Peer root, long nowMs) {
    long silence = nowMs - root.lastReceiveMs;
    if (silence >= Peer.ACTIVITY_TIMEOUT_MS) {
      return NEVER_HEARD_SCORE;
    }
    int latency = root.latencyMs(nowMs);
    return (latency <= 0 ? Path.UNKNOWN_LATENCY_MS : latency) * (silence / SILENCE_STEP_MS + 1);
  }

  private PeerStatus status(Peer peer, long nowMs) {
    Path preferred = peer.bestPath(nowMs);
    var paths = new ArrayList<PeerStatus.PathStatus>();
    for (Path path : peer.paths) {
      if (!path.isExpired(nowMs)) {
        paths.add(
            new PeerStatus.PathStatus(
                path.endpoint,
                path.socket,
                Math.max(0, path.lastOutMs),
                Math.max(0, path.lastInMs),
                path == preferred,
                options.trustedPathId(path.endpoint.getAddress())));
      }
    }
    boolean known = peer.versionKnown();
    return new PeerStatus(
        peer.address,
        known ? peer.major : -1,
        known ? peer.minor : -1,
        known ? peer.revision : -1,
        peer.latencyMs(nowMs),
        roots.role(peer.address),
        paths,
        peer.paths.size() - paths.size(),
        peer.counters.snapshot(),
        peer.counters.latency.snapshot());
  }
}
