// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.Drop;
import net.backhaul.engine.Event;
import net.backhaul.engine.HelloCheck;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.Node;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.NodeStatus;
import net.backhaul.engine.Output;
import net.backhaul.engine.PeerStatus;
import net.backhaul.engine.StateKey;
import net.backhaul.protocol.identity.Identity;
import org.jspecify.annotations.Nullable;

/**
 * A host with interfaces, a clock, a node, and an IP stack on each of the node's networks.
 *
 * <p>The node can be stopped, killed and restarted as a process; its saved state persists.
 */
public final class SimulatedHost implements SimulatedInternet.DatagramSink {
  /** After a jump of this length the daemon contacts its roots and peers. */
  private static final long NOTICED_JUMP_MS = 2_000;

  private final SimulatedInternet internet;
  private final SimulatedSockets sockets;
  private final SimulatedDevices devices = new SimulatedDevices();
  private final Random random;
  private final Identity identity;
  private final SimulatedClock clock = new SimulatedClock();
  private final SimulatedOutput output;
  private final HostDeadlines.Slot slot;
  private @Nullable SimulatedController controller;
  private @Nullable Node node;
  private boolean draining;
  private boolean isSuspended;

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
    output = new SimulatedOutput(sockets, devices, this::nowMs);
    slot = internet.deadlines().add(this);
    sockets.attach(this);
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

  /** Returns the addresses of its sockets whose interfaces are up. */
  public List<InetSocketAddress> endpoints() {
    return sockets.usable().stream().map(LocalSocket::address).toList();
  }

  // Process.

  /** Writes a state file, to be read at the next start. */
  public SimulatedHost save(StateKey key, byte[] content) {
    output.saveState(key, content);
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

  /** Sets how long the check of an identity takes on one of two threads; initially no time. */
  public SimulatedHost checkTime(long ms) {
    output.checks().checkMs(ms);
    return this;
  }

  /** Returns how many identities were checked. */
  public long checked() {
    return output.checks().run();
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
    output.sendsUnfragmented();
    return this;
  }

  /** Sets the observer of all frames that the node delivers to its devices. */
  public void observeFrames(Consumer<byte[]> observer) {
    devices.observe(observer);
  }

  /** Sets the observer of all frames that its devices send. */
  public void observeSentFrames(Consumer<byte[]> observer) {
    devices.observeSent(observer);
  }

  /** Sends a frame from the device of a network. */
  public void sendFrame(long networkId, byte[] frame) {
    devices.sendFrame(running(), networkId, frame, nowMs());
  }

  /** Starts the node with the saved state. */
  public SimulatedHost start() {
    SimulatedController currentController = controller;
    if (currentController != null) {
      currentController.start();
    }
    Node started =
        new Node(
            identity, options, output, currentController, random, output.savedState(), nowMs());
    node = started;
    reportSockets();
    drainPending();
    return this;
  }

  /** Adds an interface at the internet, as an event of the host. */
  public SimulatedHost addInterface(String ip) {
    return addInterface(ip, internet);
  }

  /** Adds an interface behind a NAT, as an event of the host. */
  public SimulatedHost addInterface(String ip, SimulatedNat nat) {
    return addInterface(ip, (SimulatedSegment) nat);
  }

  /** Adds an interface at a segment, as an event of the host. */
  SimulatedHost addInterface(String ip, SimulatedSegment segment) {
    sockets.add(ip, segment, this);
    interfacesChanged();
    return this;
  }

  /** Sets the interface with an address down or up, as an event of the host. */
  public void setInterface(String ip, boolean up) {
    sockets.down(ip, !up);
    interfacesChanged();
  }

  /** Reports that the host's default route leads elsewhere, as an event of the host. */
  public void reportRouteChange() {
    running().uplinkChanged(nowMs());
    drainPending();
  }

  private void interfacesChanged() {
    if (node != null) {
      reportSockets();
      running().uplinkChanged(nowMs());
      drainPending();
    }
  }

  private void reportSockets() {
    if (node != null) {
      node.socketsChanged(sockets.usable(), nowMs());
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

  /** Moves the host to another segment, as an event of the host. */
  void move(String ip, SimulatedSegment to) {
    sockets.move(ip, to, this);
    interfacesChanged();
  }

  /** Sets the link down or up, as an event of the host; its address and socket stay. */
  public void setLink(boolean up) {
    sockets.disconnect(!up);
    interfacesChanged();
  }

  /** Suspends the host: its node does nothing until {@link #resume}. */
  public void suspend() {
    sockets.disconnect(true);
    isSuspended = true;
    internet.deadlines().called(slot);
  }

  /** Resumes the host, which its node notices. */
  public void resume() {
    sockets.disconnect(false);
    isSuspended = false;
    reportRouteChange();
  }

  /** Stops the node as SIGKILL does. */
  public void kill() {
    node = null;
    internet.deadlines().called(slot);
    sockets.relays().close(Output.ALL_SOCKETS);
    sockets.closeAllTemporary();
    output.checks().clear();
    devices.clear();
  }

  /** Stops the node cleanly. */
  public void stop() {
    running().close();
    kill();
  }

  /** Deletes all saved state except the identity and the planet. */
  public void clearState() {
    output.clearState();
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
    internet.deadlines().called(slot);
    if (current == null) {
      throw new IllegalStateException(endpoint() + " is not running");
    }
    return current;
  }

  /** Returns the time of the host's clock. */
  public long nowMs() {
    return clock.hostMs(internet.nowMs());
  }

  /** Sets the clock forward, or back with a negative number, which the daemon notices. */
  public void jumpClock(long ms) {
    if (node == null) {
      clock.skew(ms);
      return;
    }
    clock.jump(ms, internet.nowMs());
    internet.deadlines().called(slot);
    if (ms >= NOTICED_JUMP_MS) {
      running().uplinkChanged(nowMs());
      drainPending();
    }
  }

  // Networks and peers.

  public void join(long networkId) {
    running().join(networkId, nowMs());
    drainPending();
  }

  public void leave(long networkId) {
    running().leave(networkId, nowMs());
    drainPending();
  }

  /** Joins a moon, whose world the seed sends. */
  public void orbit(long moonId, long seed) {
    running().orbit(moonId, seed, null, nowMs());
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
    ipStack(networkId).ping(to, nowMs());
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
    return running().status(nowMs());
  }

  public long dropped(Drop reason) {
    return running().counters().dropped(reason);
  }

  public List<Event> events() {
    return output.events();
  }

  /** Returns the peer of another host, or null if it is unknown. */
  public @Nullable PeerStatus peer(SimulatedHost other) {
    for (PeerStatus peer : running().peers(nowMs())) {
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

  /** Redirects datagrams and frames of the node to another output. */
  public void redirectOutput(Output to) {
    output.redirect(to);
  }

  // Time and datagrams.

  /** Returns the time of the internet at which the host has something to do. */
  long nextDeadlineMs() {
    return clock.internetMs(nextOwnDeadlineMs());
  }

  private long nextOwnDeadlineMs() {
    long next = Math.min(running().nextDeadlineMs(), output.checks().nextDeadlineMs());
    for (SimulatedIpStack ipStack : devices.ipStacks()) {
      next = Math.min(next, ipStack.nextDeadlineMs());
    }
    SimulatedController currentController = controller;
    return currentController == null ? next : Math.min(next, currentController.nextDeadlineMs());
  }

  /** Describes the next deadlines, for failure messages. */
  String deadlines() {
    long now = nowMs();
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

  void advance() {
    long nowMs = nowMs();
    running().advance(nowMs);
    devices.ipStacks().forEach(ipStack -> ipStack.advance(nowMs));
    SimulatedController currentController = controller;
    if (currentController != null) {
      currentController.advance(nowMs);
    }
    drainPending();
  }

  @Override
  public void receive(SimulatedInternet.Datagram datagram, long internetMs) {
    Node current = node;
    if (current == null) {
      return;
    }
    DatagramBatch received = sockets.receive(datagram);
    if (received.count() > 0) {
      internet.deadlines().called(slot);
      current.receive(received, nowMs());
      drainPending();
    }
  }

  /** Applies the node's pending output; the node must not be called from within its output. */
  void drainPending() {
    if (draining || node == null) {
      return;
    }
    draining = true;
    internet.deadlines().called(slot);
    boolean busy = true;
    while (busy) {
      busy = applySocketChanges() | applyCheck() | devices.exchange(running(), nowMs());
    }
    draining = false;
  }

  private boolean applyCheck() {
    HelloCheck check = output.checks().take(nowMs());
    if (check != null) {
      running().identityChecked(check, nowMs());
    }
    return check != null;
  }

  private boolean applySocketChanges() {
    boolean relaysChanged = sockets.relays().hasChanged();
    if (relaysChanged) {
      running().relaysChanged(sockets.relays().takeOpen(), nowMs());
    }
    boolean temporaryChanged = sockets.hasTemporaryChanged();
    if (temporaryChanged) {
      running().temporarySocketsChanged(sockets.takeTemporary(), nowMs());
    }
    return relaysChanged | temporaryChanged;
  }
}
