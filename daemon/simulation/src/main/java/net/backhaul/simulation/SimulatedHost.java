// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Drop;
import net.backhaul.engine.Event;
import net.backhaul.engine.FrameBatch;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.Node;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.NodeStatus;
import net.backhaul.engine.Output;
import net.backhaul.engine.PeerStatus;
import net.backhaul.engine.StateKey;
import net.backhaul.engine.Traffic;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.NetworkConfig;
import org.jspecify.annotations.Nullable;

/**
 * A host with one socket, a node, and a station on each of the node's networks.
 *
 * <p>The node ends and starts again as a process does; what it has saved is kept meanwhile.
 */
public final class SimulatedHost implements SimulatedInternet.Receiver, Output {
  private static final int SOCKET = 0;
  private static final int BATCH_BYTES = 65_536;

  private final SimulatedInternet internet;
  private final InetSocketAddress address;
  private final Uplink uplink;
  private final Random random;
  private final Identity identity;
  private final Map<StateKey, byte[]> saved = new HashMap<>();
  private final List<Event> events = new ArrayList<>();
  private final Map<Long, Station> stations = new HashMap<>();
  private final Map<Long, NetworkStatus> changed = new LinkedHashMap<>();
  private final List<Arrived> arrived = new ArrayList<>();
  private final DatagramBatch datagrams = new DatagramBatch(BATCH_BYTES);
  private final FrameBatch frames = new FrameBatch(BATCH_BYTES);
  private @Nullable SimulatedController controller;
  private @Nullable Node node;
  private @Nullable Output diverted;
  private boolean settling;
  boolean unplugged;

  /** Where a host's datagrams go: the internet, or its NAT. */
  interface Uplink {
    void send(InetSocketAddress from, InetSocketAddress to, byte[] bytes);
  }

  /** A frame that the node has brought, and that its station has not seen yet. */
  @SuppressWarnings("ArrayRecordComponent") // Never compared.
  private record Arrived(long networkId, byte[] frame) {}

  SimulatedHost(
      SimulatedInternet internet,
      InetSocketAddress address,
      Uplink uplink,
      Identity identity,
      long seed) {
    this.internet = internet;
    this.address = address;
    this.uplink = uplink;
    this.identity = identity;
    this.random = new Random(seed);
  }

  public Identity identity() {
    return identity;
  }

  public long nodeAddress() {
    return identity.address();
  }

  public InetSocketAddress endpoint() {
    return address;
  }

  // Its life.

  /** Gives the host a state file before it starts. */
  public SimulatedHost save(StateKey key, byte[] content) {
    saved.put(key, content);
    return this;
  }

  /** Lets a controller run beside the node, from its next start on. */
  public SimulatedController controller() {
    SimulatedController running = controller;
    if (running == null) {
      running = new SimulatedController(this, random.nextLong());
      controller = running;
    }
    return running;
  }

  /** Starts the node, with what an earlier run has saved. */
  public SimulatedHost start() {
    SimulatedController beside = controller;
    if (beside != null) {
      beside.start();
    }
    Node started =
        new Node(
            identity,
            NodeOptions.DEFAULT,
            this,
            beside,
            random,
            Map.copyOf(saved),
            internet.nowMs());
    node = started;
    started.localAddressesChanged(List.of(address), internet.nowMs());
    settle();
    return this;
  }

  /** Ends the node at once, without a word to anybody. */
  public void kill() {
    node = null;
    stations.clear();
    changed.clear();
    arrived.clear();
  }

  /** Ends the node as a clean end does. */
  public void stop() {
    running().close();
    kill();
  }

  /** Loses all that earlier runs have saved, but for the identity and the planet. */
  public void loseState() {
    saved.keySet().removeIf(key -> key.kind() != StateKey.Kind.PLANET);
  }

  boolean isRunning() {
    return node != null;
  }

  /** Returns the node itself, for whoever measures it. */
  public Node running() {
    Node current = node;
    if (current == null) {
      throw new IllegalStateException(address + " is not running");
    }
    return current;
  }

  long nowMs() {
    return internet.nowMs();
  }

  // What a person does and sees.

  public void join(long networkId) {
    running().join(networkId, internet.nowMs());
    settle();
  }

  public void leave(long networkId) {
    running().leave(networkId, internet.nowMs());
    settle();
  }

  /** Starts to follow a moon that a seed knows. */
  public void orbit(long moonId, long seed) {
    running().orbit(moonId, seed, null, internet.nowMs());
    settle();
  }

  /** Returns the station on a network; throws where the node is not let in. */
  public Station station(long networkId) {
    Station station = stations.get(networkId);
    if (station == null) {
      throw new IllegalStateException(address + " has no device for the network");
    }
    return station;
  }

  public boolean isOn(long networkId) {
    return stations.containsKey(networkId);
  }

  public NetworkStatus.State state(long networkId) {
    return running().network(networkId).orElseThrow().state();
  }

  /** Pings the first address that another host has on a network. */
  public void ping(SimulatedHost other, long networkId) {
    ping(other.station(networkId).addresses().getFirst().address(), networkId);
  }

  public void ping(InetAddress to, long networkId) {
    station(networkId).ping(to, internet.nowMs());
    settle();
  }

  public void broadcast(long networkId) {
    station(networkId).broadcast();
    settle();
  }

  /** Returns how many pings on a network were answered. */
  public int replies(long networkId) {
    return station(networkId).replies().size();
  }

  public NodeStatus status() {
    return running().status(internet.nowMs());
  }

  public long dropped(Drop reason) {
    return running().counters().dropped(reason);
  }

  public List<Event> events() {
    return List.copyOf(events);
  }

  /** Returns what this host knows of another, or null. */
  public @Nullable PeerStatus peer(SimulatedHost other) {
    for (PeerStatus peer : running().peers(internet.nowMs())) {
      if (peer.address() == other.identity.address()) {
        return peer;
      }
    }
    return null;
  }

  /** Returns whether packets to another host go straight there. */
  public boolean isDirectTo(SimulatedHost other) {
    PeerStatus peer = peer(other);
    return peer != null && !peer.paths().isEmpty();
  }

  // Time and datagrams.

  long nextDeadlineMs() {
    long next = running().nextDeadlineMs();
    for (Station station : stations.values()) {
      next = Math.min(next, station.nextDeadlineMs());
    }
    SimulatedController beside = controller;
    return beside == null ? next : Math.min(next, beside.nextDeadlineMs());
  }

  /** Says what this host is waiting for, for a failure's sake. */
  String deadlines() {
    long now = internet.nowMs();
    var stationsMs = stations.values().stream().map(each -> each.nextDeadlineMs() - now).toList();
    SimulatedController beside = controller;
    long controllerMs = beside == null ? Long.MAX_VALUE : beside.nextDeadlineMs() - now;
    return "node in "
        + (running().nextDeadlineMs() - now)
        + " ms, stations in "
        + stationsMs
        + ", controller in "
        + controllerMs
        + ", networks "
        + running().networks();
  }

  void advance(long nowMs) {
    running().advance(nowMs);
    stations.values().forEach(station -> station.advance(nowMs));
    SimulatedController beside = controller;
    if (beside != null) {
      beside.advance(nowMs);
    }
    settle();
  }

  @Override
  public void receive(InetSocketAddress from, InetSocketAddress to, byte[] bytes, long nowMs) {
    Node current = node;
    if (current != null && !unplugged && to.getPort() == address.getPort()) {
      datagrams.clear();
      System.arraycopy(bytes, 0, datagrams.bytes(), 0, bytes.length);
      datagrams.add(SOCKET, from, bytes.length);
      current.receive(datagrams, nowMs);
      settle();
    }
  }

  /** Does what the node has asked for: it must not be called while it asks. */
  void settle() {
    if (settling || node == null) {
      return;
    }
    settling = true;
    boolean busy = true;
    while (busy) {
      busy = applyChanges() | deliverArrived() | sendFrames();
    }
    settling = false;
  }

  private boolean applyChanges() {
    boolean any = !changed.isEmpty();
    for (NetworkStatus status : List.copyOf(changed.values())) {
      NetworkConfig config = status.config();
      Station before = stations.get(status.networkId());
      if (status.state() != NetworkStatus.State.OK || config == null) {
        stations.remove(status.networkId());
      } else if (before == null || !before.addresses().equals(config.addresses())) {
        var station = new Station(status.mac(), config.addresses());
        stations.put(status.networkId(), station);
        running().subscribe(status.networkId(), station.groups(), internet.nowMs());
      }
      changed.remove(status.networkId(), status);
    }
    return any;
  }

  private boolean deliverArrived() {
    List<Arrived> now = List.copyOf(arrived);
    arrived.clear();
    for (Arrived one : now) {
      Station station = stations.get(one.networkId);
      if (station != null) {
        station.receive(one.frame, internet.nowMs());
      }
    }
    return !now.isEmpty();
  }

  private boolean sendFrames() {
    boolean any = false;
    for (Map.Entry<Long, Station> entry : Map.copyOf(stations).entrySet()) {
      for (byte[] frame : entry.getValue().takeFrames()) {
        any = true;
        frames.clear();
        System.arraycopy(frame, 0, frames.bytes(), frames.nextStart(), frame.length);
        frames.add(frame.length);
        running().sendFrames(entry.getKey(), frames, internet.nowMs());
      }
    }
    return any;
  }

  // What the node wants done.

  /** Lets another have what the node sends and delivers from now on; nothing of it flies. */
  public void divert(Output to) {
    diverted = to;
  }

  @Override
  public void sendDatagrams(DatagramRun run) {
    if (diverted != null) {
      diverted.sendDatagrams(run);
      return;
    }
    for (int at = run.start(); at < run.end() && !unplugged; at += run.segmentBytes()) {
      int end = Math.min(at + run.segmentBytes(), run.end());
      uplink.send(address, run.endpoint(), Arrays.copyOfRange(run.bytes(), at, end));
    }
  }

  @Override
  public void sendJunk(int socket, InetSocketAddress to, byte[] bytes, int hops) {
    // It opens the NAT on its way; further it does not get.
    sendDatagrams(new DatagramRun().to(Traffic.CONTROL, socket, to).wrap(bytes, 0, bytes.length));
  }

  @Override
  public void deliverFrame(long networkId, byte[] bytes, int start, int length) {
    if (diverted != null) {
      diverted.deliverFrame(networkId, bytes, start, length);
      return;
    }
    arrived.add(new Arrived(networkId, Arrays.copyOfRange(bytes, start, start + length)));
  }

  @Override
  public void flush() {
    // Every datagram has left already.
  }

  @Override
  public void networkChanged(NetworkStatus status) {
    changed.put(status.networkId(), status);
  }

  @Override
  public void networkLeft(long networkId) {
    changed.remove(networkId);
    stations.remove(networkId);
  }

  @Override
  public void saveState(StateKey key, byte @Nullable [] content) {
    if (content == null) {
      saved.remove(key);
    } else {
      saved.put(key, content);
    }
  }

  @Override
  public void event(Event event) {
    events.add(event);
  }
}
