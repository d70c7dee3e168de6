// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Stream;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.Node;
import net.backhaul.engine.PeerStatus;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.settings.InterfaceFilter;
import net.backhaul.service.settings.InterfacePattern;
import net.backhaul.service.settings.Settings;
import net.backhaul.service.system.OpenFiles;
import net.backhaul.tap.HostNetworkMonitor;
import net.backhaul.tap.TapException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reconciles the sockets with the addresses of the host (04 section 6.1.11), and has roots and
 * peers contacted where its uplinks have changed.
 *
 * <p>When the host reports that its network has changed, every 30 seconds, and more often after the
 * start, while addresses are still being configured. A socket whose interface goes down stays open,
 * so that it can be used as soon as that is up again.
 */
public final class Rebinder {
  private static final Logger log = LoggerFactory.getLogger(Rebinder.class);
  private static final long FIRST_DELAY_MS = 500;
  private static final long LAST_DELAY_MS = 30_000;

  /** After this long without a usable socket, the log reports it. */
  private static final long WARN_AFTER_MS = 2_000;

  private static final Path DEVICES = Path.of("/sys/class/net");

  private final NodeLoop loop;
  private final UdpSockets sockets;
  private final Executor background;
  private final Supplier<Settings> settings;
  private final List<Integer> ports;
  private final Predicate<InetAddress> isOnOwnDevice;
  private final AtomicReference<InterfaceFilter> checkedFilter =
      new AtomicReference<>(InterfaceFilter.ALL);
  private volatile int openSockets;
  private long delayMs = FIRST_DELAY_MS;
  private boolean hasNoSockets;
  private boolean warningScheduled;
  private boolean limitReached;
  private @Nullable NetworkEvents events;
  private Listener listener = uplink -> {};

  /** The usable sockets, and the uplinks, that the last reconciliation has found. */
  private List<LocalSocket> usable = List.of();

  private Set<BindAddress> up = Set.of();
  private Set<InetAddress> sources = Set.of();

  /**
   * What the host has when it is looked up, before the order is known in which to bind.
   *
   * @param addresses to bind, or bound to interfaces that are down
   * @param up those whose interfaces are up
   * @param sources from which the host sends to the internet
   */
  private record Host(List<BindAddress> addresses, Set<BindAddress> up, Set<InetAddress> sources) {}

  /** A cause to contact roots and peers even where all sockets stay as they are. */
  private enum Cause {
    NONE,
    UPLINK
  }

  /** Is notified of each reconciliation. */
  @FunctionalInterface
  public interface Listener {
    /**
     * The sockets are reconciled with the addresses of the host.
     *
     * @param uplink whether its uplinks may be others than before
     */
    void reconciled(boolean uplink);
  }

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

  /** Sets what is notified of each reconciliation; before the start. */
  public void listener(Listener changed) {
    listener = changed;
  }

  /** Binds, and schedules the next time; on the node loop, after the node was created. */
  public void start() {
    startEvents(); // First, so that no change is missed.
    Host host = Objects.requireNonNull(find(List.of()));
    Limit limit = limit();
    boolean fits = host.addresses.size() <= limit.sockets;
    List<InetSocketAddress> endpoints = fits ? List.of() : endpoints(loop.node());
    rebind(fits ? host : orderByUse(host, endpoints), limit, Cause.NONE);
    scheduleNext();
  }

  /** Binds at once after a change, where the host reports changes. */
  private void startEvents() {
    try {
      HostNetworkMonitor monitor = HostNetworkMonitor.open(HostAddresses::isSkipped);
      events = new NetworkEvents(loop, monitor, this::networkChanged);
      events.start();
    } catch (TapException | LinkageError e) {
      log.debug("addresses are listed every {} ms: {}", LAST_DELAY_MS, e.toString());
    }
  }

  private void networkChanged(HostNetworkMonitor.Changes changes) {
    boolean uplink = changes.defaultRoutes() || changes.links().stream().anyMatch(this::isUplink);
    reconcile(uplink ? Cause.UPLINK : Cause.NONE);
  }

  /** Returns whether peers may be reached over a device; not over those of containers. */
  private boolean isUplink(String device) {
    boolean bound =
        up.stream().anyMatch(each -> each.device().equals(device) || each.device().isEmpty())
            || sockets.sockets(each -> each.device().equals(device)).size() > 0;
    boolean leads =
        up.stream()
            .anyMatch(each -> each.device().equals(device) && sources.contains(each.address()));
    return bound && (leads || !Uplinks.isOfContainers(device, Rebinder::isBridge));
  }

  private static boolean isBridge(String device) {
    return Files.isDirectory(DEVICES.resolve(device).resolve("bridge"));
  }

  /** Ends the monitor of addresses; on the node loop. */
  public void close() {
    if (events != null) {
      events.close();
      events = null;
    }
  }

  /** Reconciles at once; from any thread. */
  public void rebindNow() {
    loop.execute(() -> reconcile(Cause.NONE));
  }

  /** Reconciles at once, and has roots and peers contacted; from any thread. */
  public void reconnectNow() {
    loop.execute(() -> reconcile(Cause.UPLINK));
  }

  private void reconcile(Cause cause) {
    List<BindAddress> open = sockets.bound();
    background.execute(
        () -> {
          Host host = find(open);
          if (host == null) {
            return;
          }
          Limit limit = limit();
          if (host.addresses.size() <= limit.sockets) {
            loop.execute(() -> rebind(host, limit, cause));
          } else {
            loop.execute(() -> rebindByUse(host, limit, cause));
          }
        });
  }

  /** Each step runs as a task of its own, so that its thread logs the error if it fails. */
  private void rebindByUse(Host host, Limit limit, Cause cause) {
    List<InetSocketAddress> endpoints = endpoints(loop.node());
    background.execute(
        () -> {
          Host ordered = orderByUse(host, endpoints);
          loop.execute(() -> rebind(ordered, limit, cause));
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

  /** Returns the sockets that the node is to use; on the node loop. */
  List<LocalSocket> usable() {
    return usable;
  }

  private Host orderByUse(Host host, List<InetSocketAddress> endpoints) {
    List<BindAddress> ordered =
        Uplinks.first(host.addresses, ports, Uplinks.sources(endpoints), Rebinder::isBridge);
    return new Host(ordered, host.up, host.sources);
  }

  private void scheduleNext() {
    loop.eventLoop()
        .schedule(
            () -> {
              delayMs = Math.min(2 * delayMs, LAST_DELAY_MS);
              scheduleNext(); // First, so that an internal error does not end the repetition.
              loop.execute(this::rebindNow);
            },
            delayMs,
            TimeUnit.MILLISECONDS);
  }

  /**
   * Returns the addresses to bind; the wildcard addresses where interfaces cannot be listed.
   *
   * @param open the addresses that have a socket: where interfaces cannot be listed, null is
   *     returned, so that these stay; those of interfaces that are down stay as well
   */
  private @Nullable Host find(List<BindAddress> open) {
    Settings now = settings.get();
    if (now.forceTcpRelay()) {
      return new Host(List.of(), Set.of(), Set.of());
    }
    if (!now.bind().isEmpty()) {
      return host(HostAddresses.of(now.bind(), ports), List.of());
    }
    warnAboutUnknown(now.interfaces());
    try {
      HostAddresses.Found found =
          HostAddresses.find(ports, (device, address) -> permits(now, device, address));
      return host(found.up(), found.down().stream().filter(open::contains).toList());
    } catch (SocketException e) {
      log.debug("the interfaces cannot be listed: {}", e.toString());
      return open.isEmpty() ? host(HostAddresses.wildcards(ports), List.of()) : null;
    }
  }

  private boolean permits(Settings now, String device, InetAddress address) {
    return now.interfaces().permits(device, address)
        && !now.forbids(address)
        && !isOnOwnDevice.test(address);
  }

  private static Host host(List<BindAddress> up, List<BindAddress> down) {
    var all = new ArrayList<>(up);
    all.addAll(down);
    return new Host(all, Set.copyOf(up), Uplinks.sources(List.of()));
  }

  private void rebind(Host host, Limit limit, Cause cause) {
    List<BindAddress> ordered = host.addresses;
    List<BindAddress> wanted = ordered.subList(0, Math.min(ordered.size(), limit.sockets));
    sockets.rebind(wanted);
    sockets.overLimit(ordered.size() - wanted.size());
    openSockets = sockets.count();
    List<LocalSocket> now = sockets.sockets(host.up::contains);
    boolean uplink = cause == Cause.UPLINK || !host.sources.equals(sources);
    if (!now.equals(usable)) {
      log.debug("UDP sockets: {}", now);
      loop.node().readsEcn(sockets.readsEcn());
      loop.node().socketsChanged(now, NodeLoop.nowMs());
      uplink |= changedDevices(host.up).anyMatch(this::isUplink);
    }
    usable = now;
    up = host.up;
    sources = host.sources;
    if (uplink) {
      loop.node().uplinkChanged(NodeLoop.nowMs());
    }
    listener.reconciled(uplink);
    loop.scheduleWakeUp();
    noticeMissingSockets();
    warnOverLimit(limit);
  }

  /** Returns the devices of addresses that are usable now and were not before, or vice versa. */
  private Stream<String> changedDevices(Set<BindAddress> now) {
    return Stream.concat(
            now.stream().filter(each -> !up.contains(each)),
            up.stream().filter(each -> !now.contains(each)))
        .map(BindAddress::device)
        .distinct();
  }

  /** Warns once, after each change of the settings, about interfaces that do not exist. */
  private void warnAboutUnknown(InterfaceFilter filter) {
    if (filter.equals(checkedFilter.getAndSet(filter))) {
      return;
    }
    for (InterfacePattern each : filter.named()) {
      try {
        boolean listed = NetworkInterface.getByName(each.text()) != null;
        // Java does not list those without an address.
        if (!listed && !Files.exists(DEVICES.resolve(each.text()))) {
          log.warn(
              "local.conf names the interface {}, which does not exist now; if it is spelled"
                  + " correctly, the setting applies as soon as it does",
              each);
        }
      } catch (SocketException e) {
        log.debug("the interface {} cannot be looked up: {}", each, e.toString());
      }
    }
  }

  /** Warns once that addresses have no socket because of a limit. */
  private void warnOverLimit(Limit limit) {
    boolean over = sockets.overLimit() > 0;
    if (over && !limitReached) {
      String devices =
          "bridges of containers are the last to get one; denyInterfaces in local.conf leaves"
              + " interfaces out";
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

  /** Has it checked later whether there are still no sockets: most links are back soon. */
  private void noticeMissingSockets() {
    if (!usable.isEmpty()) {
      if (hasNoSockets) {
        log.info("UDP sockets are open again: {}", sockets.addresses());
      }
      hasNoSockets = false;
    } else if (!hasNoSockets && !warningScheduled && !settings.get().forceTcpRelay()) {
      warningScheduled = true;
      loop.eventLoop()
          .schedule(
              () -> loop.execute(this::warnWithoutSockets), WARN_AFTER_MS, TimeUnit.MILLISECONDS);
    }
  }

  private void warnWithoutSockets() {
    warningScheduled = false;
    if (usable.isEmpty() && !hasNoSockets) {
      hasNoSockets = true;
      log.warn(
          "no UDP socket is open, so no peer can be reached: {}; checked again every 30 s",
          "no interface that local.conf allows has a usable address that can be bound");
    }
  }
}
