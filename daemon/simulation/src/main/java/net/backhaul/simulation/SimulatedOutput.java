// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Event;
import net.backhaul.engine.HelloCheck;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.Output;
import net.backhaul.engine.StateKey;
import org.jspecify.annotations.Nullable;

/** Hands the output of a host's node to its sockets, devices and disk. */
final class SimulatedOutput implements Output {
  private final SimulatedSockets sockets;
  private final SimulatedDevices devices;
  private final Map<StateKey, byte[]> savedState = new HashMap<>();
  private final List<Event> events = new ArrayList<>();
  private final LongSupplier clock;
  private final SimulatedChecks checks = new SimulatedChecks();
  private @Nullable Output redirected;

  /** Whether its sockets can send datagrams that stay unfragmented. */
  private boolean sendsUnfragmented;

  SimulatedOutput(SimulatedSockets sockets, SimulatedDevices devices, LongSupplier clock) {
    this.sockets = sockets;
    this.devices = devices;
    this.clock = clock;
  }

  SimulatedChecks checks() {
    return checks;
  }

  @Override
  public IdentityChecker identityChecker() {
    return this::check;
  }

  private void check(HelloCheck check) {
    checks.add(check, clock.getAsLong());
  }

  /** Lets its sockets send datagrams that stay unfragmented. */
  void sendsUnfragmented() {
    sendsUnfragmented = true;
  }

  /** Redirects datagrams and frames of the node to another output. */
  void redirect(Output to) {
    redirected = to;
  }

  Map<StateKey, byte[]> savedState() {
    return Map.copyOf(savedState);
  }

  /** Deletes all saved state except the planet. */
  void clearState() {
    savedState.keySet().removeIf(key -> key.kind() != StateKey.Kind.PLANET);
  }

  List<Event> events() {
    return List.copyOf(events);
  }

  @Override
  public void sendDatagrams(DatagramRun run) {
    if (redirected != null) {
      redirected.sendDatagrams(run);
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
  public void sendShortLived(DatagramRun datagram, int hops) {
    sendDatagrams(datagram); // Opens the mapping of the NAT; the receiver drops it.
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
    if (redirected != null) {
      redirected.deliverFrame(networkId, bytes, start, length);
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
