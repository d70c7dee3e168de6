// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongFunction;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.service.NodeLoop;
import net.backhaul.tap.TapFactory;

/**
 * The devices of the joined networks: one TAP each, with the addresses and routes that its
 * controller assigns and its owner allows (04 section 6).
 *
 * <p>Frames pass on the node loop. What the kernel takes its time for (opening, addresses, routes,
 * multicast memberships) is done by one thread of its own, in order.
 */
public final class Interfaces implements AutoCloseable {
  /**
   * Makes ready; devices are opened as networks are reported.
   *
   * @param home the folder that may hold a {@code devicemap}
   * @param settings asked once for each device that is opened, on the system thread
   */
  public Interfaces(
      NodeLoop loop, TapFactory taps, Path home, LongFunction<LocalNetworkSettings> settings) {}

  // On the node loop.

  /** Opens the network's device where it has none and brings it to what the status says. */
  public void networkChanged(NetworkStatus status) {}

  /** Closes the network's device. */
  public void networkLeft(long networkId) {}

  /** Writes a frame, whose bytes are borrowed, to the network's device. */
  public void deliverFrame(long networkId, byte[] bytes, int start, int length) {}

  /** A batch of frames is at its end. */
  public void flush() {}

  // From any thread.

  /** Applies other settings than those that the source has returned for a network. */
  public void settingsChanged(long networkId, LocalNetworkSettings settings) {}

  /** Says whether the node is online: default routes through a gateway wait for it. */
  public void onlineChanged(boolean online) {}

  /** Returns what has become of a network, empty for one that is not joined or not yet begun. */
  public Optional<AppliedNetwork> applied(long networkId) {
    return Optional.empty();
  }

  /** Returns the names of all devices, for those who bind sockets and shall not bind there. */
  public Set<String> deviceNames() {
    return Set.of();
  }

  /** Returns the addresses that are on our devices, managed or not, for the same purpose. */
  public Set<InetAddress> deviceAddresses() {
    return Set.of();
  }

  /** Closes all devices, which removes whatever was added. */
  @Override
  public void close() {}
}
