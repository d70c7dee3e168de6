// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Drop;
import net.backhaul.engine.Event;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.Node;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.NodeStatus;
import net.backhaul.engine.Output;
import net.backhaul.engine.PeerStatus;
import net.backhaul.engine.StateKey;
import net.backhaul.engine.Traffic;
import net.backhaul.protocol.identity.Identity;
import org.jspecify.annotations.Nullable;

/**
 * A host with one socket, a node, and an IP stack on each of the node's networks.
 *
 * <p>The node can be stopped, killed and restarted as a process; its saved state persists.
 */
public final class SimulatedHost implements SimulatedInternet.DatagramSink, Output {
  private final SimulatedInternet internet;
  private final SimulatedSockets sockets;
  private final SimulatedDevices devices = new SimulatedDevices();
  private final Random random;
  private final Identity identity;
  private final Map<StateKey, byte[]> savedState = new HashMap<>();
  private final List<Event> events = new ArrayList<>();
  private @Nullable SimulatedController controller;
  private @Nullable Node node;
  private @Nullable Output redirectedOutput;
  private boolean draining;
  private boolean isSuspended;

  /** Whether its socket can send datagrams that stay unfragmented. */
  private boolean sendsUnfragmented;

  private NodeOptions options = NodeOptions.DEFAULT;

  SimulatedHost(
      SimulatedInternet internet,
      InetSocketAddress address,
      SimulatedSegment segment,
      Identity identity,
      long seed) {
    this.internet = internet;
    this.sockets = new SimulatedSockets(address, segment);
    this.identity = identity;
    this.random = new Random(seed);
    segment.route(address.getAddress(), this);
  }

  public Identity identity() {
    return identity;
  }

  public long nodeAddress() {
    return identity.address();
  }

  public InetSocketAddress endpoint() {
    return sockets.address();
  }

  // Process.

  /** Writes a state file, to be read at the next start. */
  public SimulatedHost save(StateKey key, byte[] content) {
    savedState.put(key, content);
    return this;
  }

  /** Returns the host's controller, which runs with the node from its next start on. */
  public SimulatedController controller() {
    SimulatedController running = controller;
    if (running == null) {
      running = new SimulatedController(this, random.nextLong());
      controller = running;
    }
    return running;
  }

  /** Sets the options of the node, which apply from its next start on. */
  public SimulatedHost options(NodeOptions newOptions) {
    options = newOptions;
    return this;
  }

  /** Adds a TCP relay, which the node may use. */
  public SimulatedHost relay(SimulatedRelay relay) {
    sockets.relays().add(relay.endpoint());
    return this;
  }

  /** Sets whether a firewall drops UDP datagrams from and to this host. */
  public void blockUdp(boolean blocked) {
    sockets.blockUdp(blocked);
  }

  /** Lets the node measure the MTU of paths, which needs datagrams that stay unfragmented. */
  public SimulatedHost sendUnfragmented() {
    sendsUnfragmented = true;
    return this;
  }

  /** Sets the observer of all frames that the node delivers to its devices. */
  public void observeFrames(Consumer<byte[]> observer) {
    devices.observe(observer);
  }

  /** Sends a frame from the device of a network. */
  public void sendFrame(long networkId, byte[] frame) {
    devices.sendFrame(running(), networkId, frame, internet.nowMs());
  }

  /** Starts the node with the saved state. */
  public SimulatedHost start() {
    SimulatedController currentController = controller;
    if (currentController != null) {
      currentController.start();
    }
    Node started =
        new Node(
            identity,
            options,
            this,
            currentController,
            random,
            Map.copyOf(savedState),
            internet.nowMs());
    node = started;
    reportSockets();
    drainPending();
    return this;
  }

  private void reportSockets() {
    if (node != null) {
      node.socketsChanged(sockets.usable(), internet.nowMs());
    }
  }

  /** Gives the host another public address instead of its own, as an event of the host. */
  public void changeAddress(String ip) {
    move(ip, internet);
  }

  /** Moves the host behind a NAT, as an event of the host. */
  public void moveBehind(SimulatedNat nat, String ip) {
    move(ip, nat);
  }

  private void move(String ip, SimulatedSegment to) {
    sockets.move(ip, to, this);
    reportSockets();
    running().uplinkChanged(internet.nowMs());
    drainPending();
  }

  /** Sets the link down or up, as an event of the host; its address and socket stay. */
  public void setLink(boolean up) {
    sockets.disconnect(!up);
    reportSockets();
    running().uplinkChanged(internet.nowMs());
    drainPending();
  }

  /** Suspends the host: its node does nothing until {@link #resume}. */
  public void suspend() {
    sockets.disconnect(true);
    isSuspended = true;
  }

  /** Resumes the host, which its node notices. */
  public void resume() {
    sockets.disconnect(false);
    isSuspended = false;
    running().uplinkChanged(internet.nowMs());
    drainPending();
  }

  /** Stops the node as SIGKILL does. */
  public void kill() {
    node = null;
    sockets.relays().close(ALL_SOCKETS);
    sockets.closeAllTemporary();
    devices.clear();
  }

  /** Stops the node cleanly. */
  public void stop() {
    running().close();
    kill();
  }

  /** Deletes all saved state except the identity and the planet. */
  public void clearState() {
    savedState.keySet().removeIf(key -> key.kind() != StateKey.Kind.PLANET);
  }

  /** Returns how many temporary sockets are open. */
  public int temporarySockets() {
    return sockets.temporary();
  }

  /** Returns how many temporary sockets were open at once. */
  public int mostTemporarySockets() {
    return sockets.mostTemporary();
  }

  /** Sets whether the link is down, without an event of the host. */
  void disconnect(boolean whether) {
    sockets.disconnect(whether);
  }

  boolean isRunning() {
    return node != null && !isSuspended;
  }

  /** Returns the running node. */
  public Node running() {
    Node current = node;
    if (current == null) {
      throw new IllegalStateException(endpoint() + " is not running");
    }
    return current;
  }

  long nowMs() {
    return internet.nowMs();
  }

  // Networks and peers.

  public void join(long networkId) {
    running().join(networkId, internet.nowMs());
    drainPending();
  }

  public void leave(long networkId) {
    running().leave(networkId, internet.nowMs());
    drainPending();
  }

  /** Joins a moon, whose world the seed sends. */
  public void orbit(long moonId, long seed) {
    running().orbit(moonId, seed, null, internet.nowMs());
    drainPending();
  }

  /** Returns the IP stack on a network; throws if the network is not configured. */
  public SimulatedIpStack ipStack(long networkId) {
    SimulatedIpStack ipStack = devices.ipStack(networkId);
    if (ipStack == null) {
      throw new IllegalStateException(endpoint() + " has no device for the network");
    }
    return ipStack;
  }

  /** Returns whether the network has a configuration, and so an IP stack. */
  public boolean isConfigured(long networkId) {
    return devices.ipStack(networkId) != null;
  }

  public NetworkStatus.State state(long networkId) {
    return running().network(networkId).orElseThrow().state();
  }

  /** Pings the first address of another host on a network. */
  public void ping(SimulatedHost other, long networkId) {
    ping(other.ipStack(networkId).addresses().getFirst().address(), networkId);
  }

  public void ping(InetAddress to, long networkId) {
    ipStack(networkId).ping(to, internet.nowMs());
    drainPending();
  }

  public void broadcast(long networkId) {
    ipStack(networkId).broadcast();
    drainPending();
  }

  /** Returns the number of ping replies on a network. */
  public int pingReplies(long networkId) {
    return ipStack(networkId).pingReplies().size();
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

  /** Returns the peer of another host, or null if it is unknown. */
  public @Nullable PeerStatus peer(SimulatedHost other) {
    for (PeerStatus peer : running().peers(internet.nowMs())) {
      if (peer.address() == other.identity.address()) {
        return peer;
      }
    }
    return null;
  }

  /** Returns whether there is a direct path to another host. */
  public boolean isDirectTo(SimulatedHost other) {
    PeerStatus peer = peer(other);
    return peer != null && !peer.paths().isEmpty();
  }

  // Time and datagrams.

  long nextDeadlineMs() {
    long next = running().nextDeadlineMs();
    for (SimulatedIpStack ipStack : devices.ipStacks()) {
      next = Math.min(next, ipStack.nextDeadlineMs());
    }
    SimulatedController currentController = controller;
    return currentController == null ? next : Math.min(next, currentController.nextDeadlineMs());
  }

  /** Describes the next deadlines, for failure messages. */
  String deadlines() {
    long now = internet.nowMs();
    var ipStackMs = devices.ipStacks().stream().map(each -> each.nextDeadlineMs() - now).toList();
    SimulatedController currentController = controller;
    long controllerMs =
        currentController == null ? Long.MAX_VALUE : currentController.nextDeadlineMs() - now;
    return "node in "
        + (running().nextDeadlineMs() - now)
        + " ms, IP stacks in "
        + ipStackMs
        + ", controller in "
        + controllerMs
        + ", networks "
        + running().networks();
  }

  void advance(long nowMs) {
    running().advance(nowMs);
    devices.ipStacks().forEach(ipStack -> ipStack.advance(nowMs));
    SimulatedController currentController = controller;
    if (currentController != null) {
      currentController.advance(nowMs);
    }
    drainPending();
  }

  @Override
  public void receive(SimulatedInternet.Datagram datagram, long nowMs) {
    Node current = node;
    if (current == null) {
      return;
    }
    DatagramBatch received = sockets.receive(datagram);
    if (received.count() > 0) {
      current.receive(received, nowMs);
      drainPending();
    }
  }

  /** Applies the node's pending output; the node must not be called from within its output. */
  void drainPending() {
    if (draining || node == null) {
      return;
    }
    draining = true;
    boolean busy = true;
    while (busy) {
      busy = applySocketChanges() | devices.exchange(running(), internet.nowMs());
    }
    draining = false;
  }

  private boolean applySocketChanges() {
    boolean relaysChanged = sockets.relays().hasChanged();
    if (relaysChanged) {
      running().relaysChanged(sockets.relays().takeOpen(), internet.nowMs());
    }
    boolean temporaryChanged = sockets.hasTemporaryChanged();
    if (temporaryChanged) {
      running().temporarySocketsChanged(sockets.takeTemporary(), internet.nowMs());
    }
    return relaysChanged | temporaryChanged;
  }

  // Output of the node.

  /** Redirects datagrams and frames of the node to another output. */
  public void redirectOutput(Output to) {
    redirectedOutput = to;
  }

  @Override
  public void sendDatagrams(DatagramRun run) {
    if (redirectedOutput != null) {
      redirectedOutput.sendDatagrams(run);
      return;
    }
    sockets.send(run);
  }

  @Override
  public boolean sendUnfragmented(DatagramRun datagram) {
    if (sendsUnfragmented) {
      sendDatagrams(datagram);
    }
    return sendsUnfragmented;
  }

  @Override
  public void sendShortLived(int socket, InetSocketAddress to, byte[] bytes, int hops) {
    // Opens the mapping of the NAT; the receiver drops it.
    sendDatagrams(new DatagramRun().to(Traffic.CONTROL, socket, to).wrap(bytes, 0, bytes.length));
  }

  @Override
  public void connectRelays() {
    sockets.relays().connect();
  }

  @Override
  public void muteRelays() {
    sockets.relays().mute();
  }

  @Override
  public void closeRelays(int kept) {
    sockets.relays().close(kept);
  }

  @Override
  public void openSockets(int like, int count) {
    sockets.openTemporary(like, count);
  }

  @Override
  public void closeSockets(List<Integer> numbers) {
    sockets.closeTemporary(numbers);
  }

  @Override
  public void deliverFrame(long networkId, byte[] bytes, int start, int length) {
    if (redirectedOutput != null) {
      redirectedOutput.deliverFrame(networkId, bytes, start, length);
      return;
    }
    devices.deliverFrame(networkId, bytes, start, length);
  }

  @Override
  public void flush() {
    // Datagrams are sent at once.
  }

  @Override
  public void networkChanged(NetworkStatus status) {
    devices.networkChanged(status);
  }

  @Override
  public void networkLeft(long networkId) {
    devices.networkLeft(networkId);
  }

  @Override
  public void saveState(StateKey key, byte @Nullable [] content) {
    if (content == null) {
      savedState.remove(key);
    } else {
      savedState.put(key, content);
    }
  }

  @Override
  public void event(Event event) {
    events.add(event);
  }
}
