// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Event;
import net.backhaul.engine.HelloCheck;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.Output;
import net.backhaul.engine.StateKey;
import net.backhaul.service.interfaces.Interfaces;
import net.backhaul.service.names.MemberNames;
import net.backhaul.service.relay.RelayClient;
import net.backhaul.service.state.SavedState;
import net.backhaul.service.system.RepeatedErrorLog;
import net.backhaul.service.udp.UdpSockets;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Hands the output of the node to the sockets, the devices, the disk and the log. */
final class NodeOutput implements Output {
  private static final Logger LOG = LoggerFactory.getLogger(NodeOutput.class);

  private final UdpSockets sockets;
  private final RelayClient relays;
  private final IdentityChecks checks;
  private final NodeLoop loop;
  private final SavedState state;
  private final Interfaces devices;
  private final EventLog log;
  private final MemberNames names;
  private final Consumer<Event> events;
  private final ControllerClockLog clocks = new ControllerClockLog();
  private final Map<String, RepeatedErrorLog> errors = new HashMap<>();

  /** What datagrams leave by. */
  record Sockets(UdpSockets udp, RelayClient relays) {}

  /** The thread of the node, and those that check identities for it. */
  record Threads(NodeLoop loop, IdentityChecks checks) {}

  /** What follows the networks that the node has joined. */
  record JoinedNetworks(Interfaces devices, MemberNames names) {}

  NodeOutput(
      Sockets sockets,
      Threads threads,
      SavedState state,
      JoinedNetworks networks,
      EventLog log,
      Consumer<Event> events) {
    this.names = networks.names;
    this.log = log;
    this.sockets = sockets.udp;
    this.relays = sockets.relays;
    this.loop = threads.loop;
    this.checks = threads.checks;
    this.state = state;
    this.devices = networks.devices;
    this.events = events;
  }

  @Override
  public void sendDatagrams(DatagramRun run) {
    sockets.send(run);
    relays.send(run);
  }

  @Override
  public boolean sendUnfragmented(DatagramRun datagram) {
    return sockets.sendUnfragmented(datagram);
  }

  @Override
  public void connectRelays() {
    relays.connect();
  }

  @Override
  public void muteRelays() {
    relays.mute();
  }

  @Override
  public void closeRelays(int kept) {
    relays.close(kept);
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
  public void sendShortLived(DatagramRun datagram, int hops) {
    sockets.sendShortLived(datagram, hops);
  }

  @Override
  public IdentityChecker identityChecker() {
    return this::check;
  }

  private void check(HelloCheck check) {
    checks.run(check, this::checked);
  }

  private void checked(HelloCheck check) {
    loop.execute(
        () -> {
          loop.node().identityChecked(check, NodeLoop.nowMs());
          loop.scheduleWakeUp();
        });
  }

  @Override
  public void deliverFrame(long networkId, byte[] bytes, int start, int length) {
    devices.deliverFrame(networkId, bytes, start, length);
  }

  @Override
  public void flush() {
    try {
      sockets.flush();
      relays.flush();
    } finally {
      devices.flush();
    }
  }

  @Override
  public void networkChanged(NetworkStatus status) {
    log.networkChanged(status);
    clocks.networkChanged(status, System.currentTimeMillis());
    devices.networkChanged(status);
    names.networkChanged(status.networkId());
  }

  @Override
  public void directoryChanged(long networkId) {
    names.networkChanged(networkId);
  }

  @Override
  public void networkLeft(long networkId) {
    log.networkLeft(networkId);
    clocks.networkLeft(networkId);
    devices.networkLeft(networkId);
    names.networkLeft(networkId);
  }

  @Override
  public void saveState(StateKey key, byte @Nullable [] content) {
    state.save(key, content);
  }

  @Override
  public void event(Event event) {
    events.accept(event);
  }

  @Override
  public void internalError(String activity, RuntimeException error) {
    errors
        .computeIfAbsent(activity, of -> new RepeatedErrorLog(LOG, of))
        .add(error, NodeLoop.nowMs());
  }
}
