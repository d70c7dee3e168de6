// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import net.backhaul.engine.network.Networks;
import net.backhaul.engine.network.NodeContext;
import net.backhaul.engine.peer.Vl1;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.RequestMetaData;
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.protocol.world.World;
import org.jspecify.annotations.Nullable;

/**
 * A node without a clock, a socket or a thread: one thread owns it, and time comes as an argument.
 *
 * <p>Times are milliseconds since 1970 that never run backwards. Its effects go to its {@link
 * Output} before a call returns.
 */
public final class Node {
  /** Minimum and maximum data of a ping: its number, and what an answer in 7 fragments holds. */
  public static final int MIN_PING_BYTES = 8;

  public static final int MAX_PING_BYTES = 9_600;

  private final Output output;
  private final Vl1 vl1;
  private final Networks networks;

  /**
   * Makes a node and restores what an earlier run has saved, its networks included.
   *
   * @param controller answers members of our own networks; null without one
   * @param random cryptographically strong, except in tests
   */
  public Node(
      Identity self,
      NodeOptions options,
      Output output,
      @Nullable ConfigSource controller,
      RandomGenerator random,
      Map<StateKey, byte[]> saved,
      long nowMs) {
    this.output = output;
    this.vl1 = new Vl1(self, options, output, random, saved, nowMs);
    this.networks = new Networks(new NodeContext(vl1, output, random), controller, saved, nowMs);
    vl1.attach(networks);
  }

  // Input.

  /** Receives a batch of datagrams; their bytes are overwritten. */
  public void receive(DatagramBatch batch, long nowMs) {
    vl1.receive(batch, nowMs);
    output.flush();
  }

  /** Sends frames from the device of a network; their bytes are overwritten. */
  public void sendFrames(long networkId, FrameBatch frames, long nowMs) {
    networks.sendFrames(networkId, frames, nowMs);
    output.flush();
  }

  /** Performs the work that is due. Calling early or late is harmless. */
  public void advance(long nowMs) {
    vl1.advance(nowMs);
    networks.advance(nowMs);
    output.flush();
  }

  public NetworkStatus join(long networkId, long nowMs) {
    return join(networkId, "", nowMs);
  }

  /**
   * Joins a network likewise with a join token, which is sent to its controller until there is a
   * configuration, and not saved.
   *
   * @param token empty for none
   */
  public NetworkStatus join(long networkId, String token, long nowMs) {
    NetworkStatus status = networks.join(networkId, token, nowMs);
    output.flush();
    return status;
  }

  public void leave(long networkId, long nowMs) {
    networks.leave(networkId, nowMs);
    output.flush();
  }

  /** Sets the groups that the host subscribes to on a network, with those of its addresses. */
  public void subscribe(long networkId, List<MulticastGroup> groups, long nowMs) {
    networks.subscribe(networkId, groups, nowMs);
    output.flush();
  }

  /** Sets whether the device of a network could not be set up. */
  public void deviceFailed(long networkId, boolean failed, long nowMs) {
    networks.deviceFailed(networkId, failed, nowMs);
  }

  /**
   * Sets the sockets that can be used. Paths from others are used again only after their sockets
   * have come back.
   */
  public void socketsChanged(List<LocalSocket> sockets, long nowMs) {
    vl1.socketsChanged(sockets, nowMs);
    output.flush();
  }

  /** Sets the open connections to TCP relays, which {@link Output#connectRelays} requests. */
  public void relaysChanged(List<LocalSocket> relays, long nowMs) {
    vl1.relaysChanged(relays, nowMs);
    output.flush();
  }

  /** Sets the open temporary sockets, which {@link Output#openSockets} requests. */
  public void temporarySocketsChanged(List<LocalSocket> open, long nowMs) {
    vl1.temporarySocketsChanged(open, nowMs);
    output.flush();
  }

  /** Handles the result of a check that {@link Output.IdentityChecker} has requested. */
  public void identityChecked(HelloCheck check, long nowMs) {
    vl1.identityChecked(check, nowMs);
    output.flush();
  }

  /**
   * Sends a HELLO to roots and live peers at once, from all sockets: the host may have another
   * uplink, or was suspended.
   */
  public void uplinkChanged(long nowMs) {
    vl1.uplinkChanged(nowMs);
    output.flush();
  }

  /**
   * Sets the external endpoints that a router has mapped to the sockets (02 section 4.4); they are
   * pushed to trusted peers.
   */
  public void mappedAddresses(List<InetSocketAddress> addresses, long nowMs) {
    vl1.mappedAddresses(addresses, nowMs);
  }

  /**
   * Uses another planet, also one with another id, which no root could make this node use (01
   * section 7.5), and contacts its roots.
   */
  public void usePlanet(World planet, long nowMs) {
    if (planet.type() != World.Type.PLANET) {
      throw new IllegalArgumentException("expected a planet, found " + planet.type());
    }
    vl1.usePlanet(planet, nowMs);
    output.flush();
  }

  /**
   * Sets whether the sockets read the ECN field of all datagrams that they receive; initially they
   * do not. Only then do peers mark datagrams as ECN-capable (02 section 1.9).
   */
  public void readsEcn(boolean reads) {
    vl1.readsEcn(reads);
  }

  /**
   * Sets whether controllers send this node the directories of its networks; initially they do not
   * (03 section 3.8).
   */
  public void readsDirectories(boolean reads) {
    networks.readsDirectories(reads);
  }

  /**
   * Sets the name of this host, which controllers of networks are told (03 section 1.5); initially,
   * and if it is empty, they are told none.
   *
   * @throws IllegalArgumentException if it has other characters than a host name, or too many
   */
  public void hostName(String name) {
    if (!name.isEmpty() && !RequestMetaData.isHostName(name)) {
      throw new IllegalArgumentException("not a host name: " + name);
    }
    networks.hostName(name);
  }

  public void options(NodeOptions changed, long nowMs) {
    vl1.options(changed, nowMs);
    networks.optionsChanged();
  }

  /** Follows a moon: a saved one at once, another one as soon as its seed has sent it. */
  public void orbit(long moonId, long seed, byte @Nullable [] savedMoon, long nowMs) {
    vl1.orbit(moonId, seed, savedMoon, nowMs);
    output.flush();
  }

  public void deorbit(long moonId) {
    vl1.deorbit(moonId);
  }

  /**
   * Sends a HELLO to all roots, at each endpoint that they are listed with, and looks through them
   * for copies of our identity: the {@link #diagnosis} then shows which answer.
   */
  public void probeRoots(long nowMs) {
    vl1.probeRoots(nowMs);
    output.flush();
  }

  /**
   * Sends a peer an ECHO over the path that frames take, or keeps it pending until there is one;
   * its answer is an {@link Event.PingAnswered}. An earlier one to the peer is no longer expected.
   * Other implementations answer one ECHO in 166 ms.
   *
   * @param bytes the data, {@link #MIN_PING_BYTES} to {@link #MAX_PING_BYTES}
   */
  public void ping(long peer, int bytes, long nowMs) {
    vl1.ping(peer, bytes, nowMs);
    output.flush();
  }

  /**
   * Uses another path to a bonded peer (02 section 3.10); returns false where its policy is not
   * active-backup, or no other path is alive.
   */
  public boolean rotateBond(long peer, long nowMs) {
    boolean rotated = vl1.bonds().rotate(peer, nowMs);
    output.flush();
    return rotated;
  }

  /**
   * Sets the payload of datagrams from an interface to an IP address of a bonded peer, until the
   * end of the process; returns whether there is such a link.
   */
  public boolean setBondMtu(String device, InetAddress remote, int mtuBytes) {
    return vl1.bonds().setMtu(device, remote, mtuBytes);
  }

  /** Returns whether any peer may be bonded. */
  public boolean isBonding() {
    return vl1.bonds().isOn();
  }

  /**
   * Sends a member a configuration of our controller without a request; returns its update id, by
   * which the member acknowledges it ({@link ConfigSource#acknowledged}), or 0 where that is us.
   */
  public long pushConfig(long member, NetworkConfig config, long nowMs) {
    long updateId = networks.pushConfig(member, config, nowMs);
    output.flush();
    return updateId;
  }

  /** Sends members of a network of our controller an update of its directory. */
  public void pushDirectory(long networkId, Bytes update, List<Long> members, long nowMs) {
    networks.pushDirectory(networkId, update, members, nowMs);
    output.flush();
  }

  /** Sends members of a network of our controller the revocations of credentials. */
  public void revoke(List<Revocation> revocations, List<Long> members, long nowMs) {
    networks.revoke(revocations, members, nowMs);
    output.flush();
  }

  /** Saves all peers; to be called at a clean end. */
  public void close() {
    vl1.savePeers();
  }

  // Queries.

  /** Returns the next deadline; {@link #nextDeadlineMs} is its time. */
  public Deadline nextDeadline() {
    networks.updateDeadlines(vl1.deadlines());
    return vl1.deadlines().next();
  }

  /** Returns when {@link #advance} has something to do. */
  public long nextDeadlineMs() {
    return vl1.deadlines().atMs(nextDeadline());
  }

  public NodeStatus status(long nowMs) {
    return vl1.status(nowMs);
  }

  public List<PeerStatus> peers(long nowMs) {
    return vl1.peerStatuses(nowMs);
  }

  /** Returns how the node, its roots and its peers are reached, and what prevents direct paths. */
  public Diagnosis diagnosis(long nowMs) {
    return vl1.diagnosis(nowMs);
  }

  /** Returns how the roots are reached, which costs less than the whole {@link #diagnosis}. */
  public List<RootReach> roots(long nowMs) {
    return vl1.roots(nowMs);
  }

  /** Returns the numbers of direct and of relayed peers, which costs less than their statuses. */
  public PeerCounts peerCounts(long nowMs) {
    return vl1.peerCounts(nowMs);
  }

  public List<NetworkStatus> networks() {
    return networks.statuses();
  }

  /** Returns how many frames of each joined network were counted. */
  public List<NetworkTraffic> networkTraffic() {
    return networks.traffic();
  }

  public Optional<NetworkStatus> network(long networkId) {
    return networks.status(networkId);
  }

  /** Returns the members of a joined network, where its controller has sent a directory. */
  public Optional<NetworkDirectory> directory(long networkId) {
    return networks.directory(networkId);
  }

  public World planet() {
    return vl1.planet();
  }

  public List<World> moons() {
    return vl1.moons();
  }

  /**
   * Returns how many packets, requests and records are stored that others have sent or caused, at
   * most {@link Vl1#MAX_STORED}; peers and networks are not among them.
   */
  public int stored() {
    return vl1.stored();
  }

  public Counters counters() {
    return vl1.counters();
  }
}
