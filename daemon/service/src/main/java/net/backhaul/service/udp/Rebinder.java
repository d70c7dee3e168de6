// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import net.backhaul.engine.Node;
import net.backhaul.engine.PeerStatus;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.settings.Settings;
import net.backhaul.service.system.OpenFiles;
import net.backhaul.tap.HostAddressMonitor;
import net.backhaul.tap.TapException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reconciles the sockets with the addresses of the host (04 section 6.1.11).
 *
 * <p>When the host reports that addresses have changed, every 30 seconds, and more often after the
 * start, while addresses are still being configured.
 */
public final class Rebinder {
  private static final Logger log = LoggerFactory.getLogger(Rebinder.class);
  private static final long FIRST_DELAY_MS = 500;
  private static final long LAST_DELAY_MS = 30_000;
  private static final long MONITOR_EVERY_MS = 1_000;
  private static final Path DEVICES = Path.of("/sys/class/net");

  private final NodeLoop loop;
  private final UdpSockets sockets;
  private final Executor background;
  private final Supplier<Settings> settings;
  private final List<Integer> ports;
  private final Predicate<InetAddress> isOnOwnDevice;
  private volatile int openSockets;
  private long delayMs = FIRST_DELAY_MS;
  private boolean hasNoSockets;
  private boolean limitReached;
  private @Nullable HostAddressMonitor monitor;
  private @Nullable Future<?> monitorTask;

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
    List<BindAddress> wanted = wantedAddresses();
    Limit limit = limit();
    boolean fits = wanted.size() <= limit.sockets;
    rebind(fits ? wanted : orderByUse(wanted, endpoints(loop.node())), limit);
    scheduleNext();
    startMonitor();
  }

  /** Binds within a second of a change, where the host reports changes. */
  private void startMonitor() {
    try {
      HostAddressMonitor opened = HostAddressMonitor.open();
      monitor = opened;
      monitorTask =
          loop.every(
              MONITOR_EVERY_MS,
              () -> {
                if (opened.pollChanged()) {
                  rebindNow();
                }
              });
    } catch (TapException | LinkageError e) {
      log.debug("addresses are listed every {} ms: {}", LAST_DELAY_MS, e.toString());
    }
  }

  /** Ends the monitor of addresses; on the node loop. */
  public void close() {
    if (monitor != null && monitorTask != null) {
      monitorTask.cancel(false); // Or it would read a closed descriptor.
      monitor.close();
      monitor = null;
    }
  }

  /** Reconciles at once; from any thread. */
  public void rebindNow() {
    background.execute(
        () -> {
          List<BindAddress> wanted = wantedAddresses();
          Limit limit = limit();
          if (wanted.size() <= limit.sockets) {
            loop.execute(() -> rebind(wanted, limit));
          } else {
            loop.submit(Rebinder::endpoints)
                .thenApplyAsync(endpoints -> orderByUse(wanted, endpoints), background)
                .thenAcceptAsync(ordered -> rebind(ordered, limit), loop::execute);
          }
        });
  }

  /** The maximum number of sockets, and the limit of open files where that is the reason. */
  private record Limit(int sockets, int openFiles) {}

  private Limit limit() {
    OpenFiles files = OpenFiles.current();
    int more = Math.max(0, files.left() / UdpSockets.FILES_PER_SOCKET);
    int sockets = (int) Math.min(UdpSockets.MAX_SOCKETS, (long) openSockets + more);
    return new Limit(sockets, sockets < UdpSockets.MAX_SOCKETS ? files.limit() : 0);
  }

  /** Returns the endpoints of roots and peers, whose routes lead over uplinks. */
  private static List<InetSocketAddress> endpoints(Node node) {
    var all = new ArrayList<InetSocketAddress>();
    Stream.concat(Stream.of(node.planet()), node.moons().stream())
        .flatMap(world -> world.roots().stream())
        .forEach(root -> all.addAll(root.endpoints()));
    for (PeerStatus peer : node.peers(NodeLoop.nowMs())) {
      peer.paths().forEach(path -> all.add(path.endpoint()));
    }
    return all;
  }

  private List<BindAddress> orderByUse(
      List<BindAddress> wanted, List<InetSocketAddress> endpoints) {
    return Uplinks.first(
        wanted,
        ports,
        Uplinks.sources(endpoints),
        device -> Files.isDirectory(DEVICES.resolve(device).resolve("bridge")));
  }

  private void scheduleNext() {
    loop.eventLoop()
        .schedule(
            () -> {
              delayMs = Math.min(2 * delayMs, LAST_DELAY_MS);
              scheduleNext(); // First, so that an internal error does not end the repetition.
              rebindNow();
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

  private void rebind(List<BindAddress> ordered, Limit limit) {
    List<BindAddress> wanted = ordered.subList(0, Math.min(ordered.size(), limit.sockets));
    boolean changed = sockets.rebind(wanted);
    sockets.overLimit(ordered.size() - wanted.size());
    openSockets = sockets.count();
    if (changed) {
      log.debug("UDP sockets: {}", sockets.addresses());
      loop.node().readsEcn(sockets.readsEcn());
      loop.node().localAddressesChanged(sockets.addresses(), NodeLoop.nowMs());
      loop.scheduleWakeUp();
    }
    warnWithoutSockets();
    warnOverLimit(limit);
  }

  /** Warns once that addresses have no socket because of a limit. */
  private void warnOverLimit(Limit limit) {
    boolean over = sockets.overLimit() > 0;
    if (over && !limitReached) {
      String devices =
          "bridges of containers are the last to get one; interfacePrefixBlacklist in local.conf"
              + " leaves interfaces out";
      if (limit.openFiles == 0) {
        log.warn(
            "the limit of {} UDP sockets is reached, {} addresses and ports have none; {}",
            limit.sockets,
            sockets.overLimit(),
            devices);
      } else {
        log.warn(
            "the limit of {} open files is reached: {} UDP sockets are open, {} addresses and ports"
                + " have none; raise LimitNOFILE= of the service (or ulimit -n); {}",
            limit.openFiles,
            sockets.count(),
            sockets.overLimit(),
            devices);
      }
    } else if (!over && limitReached) {
      log.info("all addresses have UDP sockets again");
    }
    limitReached = over;
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
