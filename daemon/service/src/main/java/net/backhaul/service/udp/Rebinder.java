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
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reconciles the sockets with the addresses of the host (04 section 6.1.11).
 *
 * <p>Every 30 seconds, and more often after the start, while addresses are still being configured.
 */
public final class Rebinder {
  private static final Logger log = LoggerFactory.getLogger(Rebinder.class);
  private static final long FIRST_DELAY_MS = 500;
  private static final long LAST_DELAY_MS = 30_000;

  private final NodeLoop loop;
  private final UdpSockets sockets;
  private final Executor background;
  private final Supplier<Settings> settings;
  private final List<Integer> ports;
  private final Predicate<InetAddress> isOnOwnDevice;
  private long delayMs = FIRST_DELAY_MS;
  private boolean hasNoSockets;

  /**
   * Creates it.
   *
   * @param background lists the addresses of the host, which can take long
   * @param isOnOwnDevice returns whether an address is on a device of a joined network
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

  /** Binds, and schedules the next time; on the node loop, after the node was created. */
  public void start() {
    rebind(wantedAddresses());
    scheduleNext();
  }

  /** Reconciles at once; from any thread. */
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
      log.debug("UDP sockets: {}", sockets.addresses());
      loop.node().readsEcn(sockets.readsEcn());
      loop.node().localAddressesChanged(sockets.addresses(), NodeLoop.nowMs());
      loop.scheduleWakeUp();
    }
    warnWithoutSockets();
  }

  /** Warns when the last socket is closed, and reports when there are sockets again. */
  private void warnWithoutSockets() {
    boolean none = sockets.addresses().isEmpty();
    if (none && !hasNoSockets) {
      log.warn(
          "no UDP socket is open, so no peer can be reached: {}; checked again every 30 s",
          settings.get().forceTcpRelay()
              ? "forceTcpRelay is set in local.conf, and there is no TCP relay yet"
              : "no interface has a usable address that can be bound");
    } else if (!none && hasNoSockets) {
      log.info("UDP sockets are open again: {}", sockets.addresses());
    }
    hasNoSockets = none;
  }
}
