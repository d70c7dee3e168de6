// SPDX-License-Identifier: Apache-2.0
package net.backhaul.engine;

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
import net.backhaul.protocol.network.Revocation;
import net.backhaul.protocol.world.World;
import org.jspecify.annotations.Nullable;

/**
 * A node without a clock, a socket or a thread: one thread owns it, and time comes as an argument.
 *
 * <p>Times are milliseconds since 1970 that never run backwards. Its effects go to its {@link
 * Output} before a call returns.
 */
public final class Node {
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
    networks.beginBatch();
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
    NetworkStatus status = networks.join(networkId, nowMs);
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

  public void localAddressesChanged(List<InetSocketAddress> addresses, long nowMs) {
    vl1.localAddressesChanged(addresses, nowMs);
    output.flush();
  }

  /**
   * Sets whether the sockets read the ECN field of all datagrams that they receive; initially they
   * do not. Only then do peers mark datagrams as ECN-capable (02 section 1.9).
   */
  public void readsEcn(boolean reads) {
    vl1.readsEcn(reads);
  }

  public void options(NodeOptions changed) {
    vl1.options(changed);
  }

  /** Follows a moon: a saved one at once, another one as soon as its seed has sent it. */
  public void orbit(long moonId, long seed, byte @Nullable [] savedMoon, long nowMs) {
    vl1.orbit(moonId, seed, savedMoon, nowMs);
    output.flush();
  }

  public void deorbit(long moonId) {
    vl1.deorbit(moonId);
  }

  /** Sends a member a configuration of our controller without a request. */
  public void pushConfig(long member, NetworkConfig config, long nowMs) {
    networks.pushConfig(member, config, nowMs);
    output.flush();
  }

  /** Sends members of a network of our controller the revocation of a credential. */
  public void revoke(Revocation revocation, List<Long> members, long nowMs) {
    networks.revoke(revocation, members, nowMs);
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

  public World planet() {
    return vl1.planet();
  }

  public List<World> moons() {
    return vl1.moons();
  }

  public Counters counters() {
    return vl1.counters();
  }
}
