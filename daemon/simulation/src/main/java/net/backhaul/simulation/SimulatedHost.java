// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.engine.Drop;
import net.backhaul.engine.Event;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.NodeStatus;
import net.backhaul.engine.Output;
import net.backhaul.engine.PeerStatus;
import net.backhaul.engine.StateKey;
import net.backhaul.engine.network.Arrival;
import net.backhaul.engine.network.Handled;
import net.backhaul.engine.network.PacketHandler;
import net.backhaul.engine.peer.Vl1;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.message.ErrorMessage;
import net.backhaul.protocol.message.Message;
import net.backhaul.protocol.message.Verb;
import org.jspecify.annotations.Nullable;

/** A host with one socket and the peers' half of a node; it keeps its state over restarts. */
public final class SimulatedHost implements SimulatedInternet.Receiver, Output, PacketHandler {
  private final SimulatedInternet internet;
  private final InetSocketAddress address;
  private final Uplink uplink;
  private final Random random;
  private final Identity identity;
  private final Map<StateKey, byte[]> saved = new HashMap<>();
  private final List<Event> events = new ArrayList<>();
  private final List<Verb> frames = new ArrayList<>();
  private @Nullable Vl1 vl1;
  boolean unplugged;

  /** Where a host's datagrams go: the internet, or its NAT. */
  interface Uplink {
    void send(InetSocketAddress from, InetSocketAddress to, byte[] bytes);
  }

  SimulatedHost(SimulatedInternet internet, InetSocketAddress address, Uplink uplink, long seed) {
    this.internet = internet;
    this.address = address;
    this.uplink = uplink;
    this.random = new Random(seed);
    this.identity = Identity.generate(random);
  }

  public Identity identity() {
    return identity;
  }

  public InetSocketAddress endpoint() {
    return address;
  }

  /** Gives the host a state file before it starts. */
  public SimulatedHost save(StateKey key, byte[] content) {
    saved.put(key, content);
    return this;
  }

  /** Starts the node, with what an earlier run has saved. */
  public SimulatedHost start() {
    var node =
        new Vl1(
            identity,
            NodeOptions.DEFAULT,
            this,
            random,
            Map.copyOf(saved),
            link -> this,
            internet.nowMs());
    vl1 = node;
    node.localAddressesChanged(List.of(address), internet.nowMs());
    return this;
  }

  /** Ends the node at once, without a word to anybody. */
  public void kill() {
    vl1 = null;
  }

  /** Ends the node as a clean end does. */
  public void stop() {
    running().savePeers();
    vl1 = null;
  }

  boolean isRunning() {
    return vl1 != null;
  }

  Vl1 running() {
    Vl1 node = vl1;
    if (node == null) {
      throw new IllegalStateException(address + " is not running");
    }
    return node;
  }

  public NodeStatus status() {
    return running().status(internet.nowMs());
  }

  public long dropped(Drop reason) {
    return running().counters().dropped(reason);
  }

  /** Returns what this host knows of another, or null. */
  public @Nullable PeerStatus peer(SimulatedHost other) {
    for (PeerStatus peer : running().peerStatuses(internet.nowMs())) {
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

  public void send(SimulatedHost to, Message message) {
    running().send(to.identity.address(), message, internet.nowMs());
  }

  public List<Event> events() {
    return List.copyOf(events);
  }

  /** Returns the packets for networks that have arrived here, in order. */
  public List<Verb> received() {
    return List.copyOf(frames);
  }

  long nextDeadlineMs() {
    return running().nextDeadlineMs();
  }

  void advance(long nowMs) {
    running().advance(nowMs);
  }

  @Override
  public void receive(InetSocketAddress from, InetSocketAddress to, byte[] bytes, long nowMs) {
    Vl1 node = vl1;
    if (node != null && !unplugged && to.getPort() == address.getPort()) {
      node.receive(0, from, bytes.clone(), 0, bytes.length, nowMs);
    }
  }

  @Override
  public void sendDatagrams(
      int socket, InetSocketAddress to, byte[] bytes, int start, int length, int segmentBytes) {
    for (int at = start; at < start + length && !unplugged; at += segmentBytes) {
      int end = Math.min(at + segmentBytes, start + length);
      uplink.send(address, to, Arrays.copyOfRange(bytes, at, end));
    }
  }

  @Override
  public void sendJunk(int socket, InetSocketAddress to, byte[] bytes, int hops) {
    // It opens the NAT on its way; further it does not get.
    sendDatagrams(socket, to, bytes, 0, bytes.length, bytes.length);
  }

  @Override
  public void deliverFrame(long networkId, byte[] bytes, int start, int length) {
    throw new IllegalStateException("there are no networks here");
  }

  @Override
  public void flush() {
    // Every datagram has left already.
  }

  @Override
  public void networkChanged(NetworkStatus status) {
    throw new IllegalStateException("there are no networks here");
  }

  @Override
  public void networkLeft(long networkId) {
    throw new IllegalStateException("there are no networks here");
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

  @Override
  public Handled receive(
      Verb verb, byte[] bytes, int payloadStart, int payloadLength, Arrival from, long nowMs) {
    frames.add(verb);
    return Handled.TRUSTED;
  }

  @Override
  public Handled receiveOk(
      Verb inReVerb,
      long inRePacketId,
      byte[] bytes,
      int bodyStart,
      int bodyLength,
      Arrival from,
      long nowMs) {
    return Handled.COUNTED;
  }

  @Override
  public Handled receiveError(ErrorMessage error, Arrival from, long nowMs) {
    return Handled.COUNTED;
  }

  @Override
  public boolean isManagedAddress(InetAddress address) {
    return false;
  }
}
