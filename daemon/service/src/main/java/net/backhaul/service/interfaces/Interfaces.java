// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import java.net.InetAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import net.backhaul.engine.FrameBatch;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.state.LocalNetworkSettings;
import net.backhaul.service.system.RepeatedErrorLog;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;
import net.backhaul.tap.TapFactory;
import net.backhaul.tap.TapOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devices of the joined networks: one TAP each, with the addresses and routes that the
 * controller assigns and the operator allows (04 section 6).
 *
 * <p>Frames pass on the node loop. Slow system calls (opening, addresses, routes, multicast
 * memberships) are made on the system thread, in order.
 */
public final class Interfaces implements AutoCloseable {
  /**
   * Maximum super-frame from the host, so that its packets form one run: 45 datagrams of 1,432
   * bytes with 1,342 bytes of a stream each, the most that UDP sends at once.
   */
  private static final int SUPER_FRAME_BYTES = 60_420;

  /** Set to {@code off}, devices carry plain frames; for fault finding and measurements. */
  private static final boolean OFFLOADS =
      !"off".equals(System.getProperty("backhaul.device.offloads"));

  private static final Logger log = LoggerFactory.getLogger(Interfaces.class);
  private static final RepeatedErrorLog ERRORS = new RepeatedErrorLog(log, "handling frames");

  private final NodeLoop loop;
  private final TapFactory taps;
  private final HostAccess access;
  private final Path home;
  private final LongFunction<LocalNetworkSettings> settings;
  private final SystemThread system;
  private final Intervals intervals;

  // Used on the node loop.
  private final PumpTable pumps = new PumpTable();
  private final Map<Long, AtomicReference<@Nullable NetworkStatus>> pending = new HashMap<>();
  private @Nullable FrameReadBuffer buffer;

  // Used on the system thread.
  private final Map<Long, ManagedNetwork> networks = new LinkedHashMap<>();
  private @Nullable HostSetup hostSetup;
  private boolean online;
  private long repairAtMs;

  // Read by any thread.
  private final Map<Long, AppliedNetwork> applied = new ConcurrentHashMap<>();
  private final Map<Long, List<InetAddress>> addresses = new ConcurrentHashMap<>();

  /**
   * Creates it; devices are opened as networks are reported.
   *
   * @param home the directory that may hold a {@code devicemap}
   * @param settings called on the system thread, once for each device that is opened
   */
  public Interfaces(
      NodeLoop loop,
      TapFactory taps,
      HostAccess access,
      Path home,
      LongFunction<LocalNetworkSettings> settings) {
    this(loop, taps, access, home, settings, Intervals.DEFAULT);
  }

  /** Creates it with other intervals; for tests. */
  Interfaces(
      NodeLoop loop,
      TapFactory taps,
      HostAccess access,
      Path home,
      LongFunction<LocalNetworkSettings> settings,
      Intervals intervals) {
    this.intervals = intervals;
    this.loop = loop;
    this.taps = taps;
    this.access = access;
    this.home = home;
    this.settings = settings;
    system = new SystemThread(loop);
    system.execute(this::host);
    system.every(intervals.pollMs, this::poll);
  }

  /**
   * The times between periodic work.
   *
   * @param retryMs until a device that failed is opened again
   * @param repairMs until addresses and routes that other programs have changed are set again
   */
  record Intervals(long pollMs, long retryMs, long repairMs) {
    private static final Intervals DEFAULT = new Intervals(1_000, 5_000, 30_000);
  }

  // On the node loop.

  /** Opens the network's device if it has none, and reconciles it with the status. */
  public void networkChanged(NetworkStatus status) {
    AtomicReference<@Nullable NetworkStatus> newest = pending.get(status.networkId());
    if (newest != null && newest.getAndUpdate(old -> old == null ? null : status) != null) {
      // The pending status was replaced: however often a network changes, one is pending.
      return;
    }
    var next = new AtomicReference<@Nullable NetworkStatus>(status);
    pending.put(status.networkId(), next);
    system.execute(
        () -> {
          NetworkStatus current = next.getAndSet(null);
          if (current != null) {
            reconcile(current);
          }
        });
  }

  /** Closes the network's device. */
  public void networkLeft(long networkId) {
    pending.remove(networkId);
    system.execute(
        () -> {
          ManagedNetwork network = networks.get(networkId);
          if (network != null) {
            host().removeLeft(network);
          }
          removeNetwork(networkId);
        });
  }

  /** Writes a frame, whose bytes are borrowed, to the network's device. */
  public void deliverFrame(long networkId, byte[] bytes, int start, int length) {
    FramePump pump = pumps.find(networkId);
    if (pump != null) {
      pump.deliver(bytes, start, length);
    }
  }

  /** Ends a batch of frames: writes what was coalesced. */
  public void flush() {
    pumps.flush();
  }

  private void sendFrames(long networkId, FrameBatch frames) {
    try {
      loop.node().sendFrames(networkId, frames, NodeLoop.nowMs());
      loop.scheduleWakeUp();
    } catch (RuntimeException | Error e) {
      ERRORS.add(e, NodeLoop.nowMs());
    }
  }

  // From any thread.

  /** Applies changed settings of a network. */
  public void settingsChanged(long networkId, LocalNetworkSettings changed) {
    system.execute(
        () -> {
          ManagedNetwork network = networks.get(networkId);
          if (network != null) {
            network.settings = changed;
            apply(network);
          }
        });
  }

  /** Applies a network again: the resolver of its names has changed. */
  public void resolverChanged(long networkId) {
    system.execute(
        () -> {
          ManagedNetwork network = networks.get(networkId);
          if (network != null) {
            apply(network);
          }
        });
  }

  /** Returns a future that completes when all changes requested so far are applied. */
  public CompletableFuture<Void> whenReconciled() {
    var done = new CompletableFuture<Void>();
    return system.execute(() -> done.complete(null))
        ? done
        : CompletableFuture.completedFuture(null);
  }

  /** Records whether the node is online: default routes through a router are set only then. */
  public void onlineChanged(boolean isOnline) {
    system.execute(
        () -> {
          if (online != isOnline) {
            online = isOnline;
            networks.values().forEach(this::apply);
          }
        });
  }

  /** Records that frames circulate through the bridge of a network, for its problems. */
  public void loopFound(long networkId) {
    system.execute(
        () -> {
          ManagedNetwork network = networks.get(networkId);
          if (network != null) {
            network.loopFoundMs = NodeLoop.nowMs();
            apply(network);
          }
        });
  }

  /** Returns the applied state of a network; empty if it is not joined or still pending. */
  public Optional<AppliedNetwork> applied(long networkId) {
    return Optional.ofNullable(applied.get(networkId));
  }

  /** Returns the applied state of all networks, by their ids. */
  public Map<Long, AppliedNetwork> applied() {
    var all = new TreeMap<Long, AppliedNetwork>(Long::compareUnsigned);
    all.putAll(applied);
    return all;
  }

  /** Returns the names of all devices. */
  public Set<String> deviceNames() {
    var names = new HashSet<String>();
    applied.values().forEach(each -> names.add(each.deviceName()));
    names.remove("");
    return names;
  }

  /** Returns the addresses on all devices, managed or not; no UDP socket binds to them. */
  public Set<InetAddress> deviceAddresses() {
    var all = new HashSet<InetAddress>();
    addresses.values().forEach(all::addAll);
    return all;
  }

  /** Closes all devices, which removes their addresses and routes. Not on the node loop. */
  @Override
  public void close() {
    system.execute(
        () -> {
          List.copyOf(networks.keySet()).forEach(this::removeNetwork);
          host().close();
        });
    system.end();
  }

  // On the system thread.

  private void reconcile(NetworkStatus status) {
    ManagedNetwork network = networks.get(status.networkId());
    if (network == null) {
      network = new ManagedNetwork(status, settings.apply(status.networkId()));
      networks.put(status.networkId(), network);
    }
    network.status = status;
    ManagedDevice managed = network.managed;
    if (managed != null && managed.device().mac() != status.mac()) {
      closeDevice(network);
    }
    if (network.managed == null && NodeLoop.nowMs() >= network.retryAtMs) {
      open(network);
    }
    apply(network);
  }

  private void open(ManagedNetwork network) {
    int mtuBytes = DeviceMtu.of(network.status.config());
    String wantedName = DeviceMap.nameFor(network.networkId, home);
    boolean failedBefore = !network.error.isEmpty();
    try {
      TapDevice device =
          taps.open(
              options(
                  new TapOptions(network.networkId, wantedName, network.status.mac(), mtuBytes)));
      limitSuperFrames(device);
      network.managed = new ManagedDevice(device);
      network.error = "";
      startPump(network, device);
      log.info("network {}: device {}", NetworkIds.text(network.networkId), device.name());
      // Published before the node reports its new state.
      publish(network);
      if (failedBefore) {
        system.updateNode(node -> node.deviceFailed(network.networkId, false, NodeLoop.nowMs()));
      }
    } catch (TapException e) {
      deviceFailed(network, String.valueOf(e.getMessage()));
    } catch (LinkageError e) {
      deviceFailed(
          network,
          "the native part of JNA does not load ("
              + e.getMessage()
              + "); set jna.boot.library.path to the directory that holds it, or jna.tmpdir to one"
              + " without the mount option noexec");
    }
  }

  private static TapOptions options(TapOptions wanted) {
    return OFFLOADS ? wanted : wanted.withoutOffloads();
  }

  /** Without the limit a super-frame leaves in two runs instead of one. */
  private static void limitSuperFrames(TapDevice device) {
    try {
      if (device.offloads().superFrames() && !device.limitSuperFrames(SUPER_FRAME_BYTES)) {
        log.debug("the kernel does not support a super-frame limit for {}", device.name());
      }
    } catch (TapException e) {
      log.debug("{}: the super-frame limit cannot be set", device.name(), e);
    }
  }

  private void deviceFailed(ManagedNetwork network, String reason) {
    network.retryAtMs = NodeLoop.nowMs() + intervals.retryMs;
    if (!reason.equals(network.error)) {
      log.error(
          "network {} has no device: {}; retried every {} s",
          NetworkIds.text(network.networkId),
          reason,
          Math.max(1, intervals.retryMs / 1_000));
    }
    network.error = reason;
    publish(network);
    system.updateNode(node -> node.deviceFailed(network.networkId, true, NodeLoop.nowMs()));
  }

  private void startPump(ManagedNetwork network, TapDevice device) {
    long networkId = network.networkId;
    Runnable onFailure = () -> system.execute(() -> deviceLost(networkId, device));
    if (!EpollFramePump.isSupported(loop, device)) {
      network.pump = new ThreadFramePump(networkId, device, loop, this::sendFrames, onFailure);
    } else {
      network.pump =
          new EpollFramePump(networkId, device, loop, this::buffer, this::sendFrames, onFailure);
    }
    FramePump pump = network.pump;
    system.onLoop(
        () -> {
          pumps.put(networkId, pump);
          pump.start();
        });
  }

  /** Returns the buffers that all devices on the loop share. */
  private FrameReadBuffer buffer() {
    FrameReadBuffer mine = buffer;
    if (mine == null) {
      mine = new FrameReadBuffer();
      buffer = mine;
    }
    return mine;
  }

  /** A device was removed by another program: it is replaced after a delay. */
  private void deviceLost(long networkId, TapDevice device) {
    ManagedNetwork network = networks.get(networkId);
    if (network != null && network.managed != null && network.managed.device() == device) {
      closeDevice(network);
      deviceFailed(
          network, device.name() + " can no longer be read; it was removed by another program");
    }
  }

  private void removeNetwork(long networkId) {
    ManagedNetwork network = networks.remove(networkId);
    if (network != null) {
      closeDevice(network);
    }
    applied.remove(networkId);
    addresses.remove(networkId);
  }

  private void closeDevice(ManagedNetwork network) {
    host().remove(network);
    FramePump pump = network.pump;
    ManagedDevice managed = network.managed;
    network.pump = null;
    network.managed = null;
    network.groups = List.of();
    if (pump != null) {
      system.onLoop(() -> pumps.remove(network.networkId));
      pump.stop();
    }
    if (managed != null) {
      managed.device().close();
      log.info(
          "network {}: device {} closed",
          NetworkIds.text(network.networkId),
          managed.device().name());
    }
  }

  private void apply(ManagedNetwork network) {
    ManagedDevice managed = network.managed;
    if (managed != null) {
      applyAddressesAndRoutes(network, managed);
      if (!host().reconcile(network)) {
        applyAddressesAndRoutes(network, managed);
        host().reconcile(network);
      }
      updateMulticastGroups(network, managed);
    }
    publish(network);
  }

  private void applyAddressesAndRoutes(ManagedNetwork network, ManagedDevice managed) {
    HostState state = host().state(network, online, deviceNames());
    managed.apply(network.status.config(), network.settings, state);
  }

  private HostSetup host() {
    HostSetup mine = hostSetup;
    if (mine == null) {
      mine = new HostSetup(loop, access);
      hostSetup = mine;
    }
    return mine;
  }

  private void publish(ManagedNetwork network) {
    applied.put(network.networkId, network.applied());
    if (network.managed == null) {
      addresses.remove(network.networkId);
    }
  }

  /** Updates the multicast groups in the node, if they have changed. */
  private void updateMulticastGroups(ManagedNetwork network, ManagedDevice managed) {
    try {
      List<TapAddress> present = managed.device().addresses();
      addresses.put(network.networkId, present.stream().map(TapAddress::ip).toList());
      List<MulticastGroup> groups = managed.groups(present);
      if (!groups.equals(network.groups)) {
        network.groups = groups;
        system.updateNode(node -> node.subscribe(network.networkId, groups, NodeLoop.nowMs()));
      }
    } catch (TapException e) {
      log.debug("network {}: {}", NetworkIds.text(network.networkId), e.getMessage());
    }
  }

  /** Periodic work: failed devices, multicast groups, repairs. */
  private void poll() {
    long nowMs = NodeLoop.nowMs();
    boolean repair = nowMs >= repairAtMs;
    if (repair) {
      repairAtMs = nowMs + intervals.repairMs;
    }
    for (ManagedNetwork network : List.copyOf(networks.values())) {
      ManagedDevice managed = network.managed;
      if (managed != null) {
        managed.pollState();
      }
      if (managed == null && nowMs >= network.retryAtMs) {
        open(network);
        apply(network);
      } else if (managed != null && repair) {
        apply(network);
      } else if (managed != null) {
        updateMulticastGroups(network, managed);
      }
    }
  }
}
