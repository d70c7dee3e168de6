// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.net.InetAddress;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.settings.Settings;

/**
 * Keeps the sockets in line with the addresses of the host (04 section 6.1.11).
 *
 * <p>Looks every 30 seconds, and sooner just after the start, when addresses are still coming up.
 */
public final class Rebinder {
  private static final long FIRST_DELAY_MS = 500;
  private static final long LAST_DELAY_MS = 30_000;

  private final NodeLoop loop;
  private final UdpSockets sockets;
  private final Executor background;
  private final Supplier<Settings> settings;
  private final List<Integer> ports;
  private final Predicate<InetAddress> isOnOwnDevice;
  private long delayMs = FIRST_DELAY_MS;

  /**
   * Makes it.
   *
   * @param background where the system may be asked for its addresses, which can take long
   * @param isOnOwnDevice says which addresses lie on devices of our own networks
   */
  public Rebinder(
      NodeLoop loop,
      UdpSockets sockets,
      Executor background,
      Supplier<Settings> settings,
      List<Integer> ports,
      Predicate<InetAddress> isOnOwnDevice) {
    this.loop = loop;
    this.sockets = sockets;
    this.background = background;
    this.settings = settings;
    this.ports = ports;
    this.isOnOwnDevice = isOnOwnDevice;
  }

  /** Binds for the first time and goes on from there; on the node loop, after the node is made. */
  public void start() {
    rebind(wantedAddresses());
    scheduleNext();
  }

  /** Looks again at once, from any thread. */
  public void rebindNow() {
    background.execute(
        () -> {
          List<BindAddress> wanted = wantedAddresses();
          loop.execute(() -> rebind(wanted));
        });
  }

  private void scheduleNext() {
    loop.eventLoop()
        .schedule(
            () -> {
              rebindNow();
              delayMs = Math.min(2 * delayMs, LAST_DELAY_MS);
              scheduleNext();
            },
            delayMs,
            TimeUnit.MILLISECONDS);
  }

  private List<BindAddress> wantedAddresses() {
    Settings now = settings.get();
    if (now.forceTcpRelay()) {
      return List.of();
    }
    return now.bind().isEmpty()
        ? HostAddresses.find(
            ports,
            now.skippedInterfaces(),
            address -> now.forbids(address) || isOnOwnDevice.test(address))
        : HostAddresses.of(now.bind(), ports);
  }

  private void rebind(List<BindAddress> wanted) {
    if (sockets.rebind(wanted)) {
      loop.node().localAddressesChanged(sockets.addresses(), NodeLoop.nowMs());
      loop.scheduleWakeUp();
    }
  }
}
