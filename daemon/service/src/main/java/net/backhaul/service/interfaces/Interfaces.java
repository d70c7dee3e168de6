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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;
import net.backhaul.engine.FrameBatch;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.state.LocalNetworkSettings;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;
import net.backhaul.tap.TapFactory;
import net.backhaul.tap.TapOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The devices of the joined networks: one TAP each, with the addresses and routes that its
 * controller assigns and its owner allows (04 section 6).
 *
 * <p>Frames pass on the node loop. What the kernel takes its time for (opening, addresses, routes,
 * multicast memberships) is done by one thread of its own, in order.
 */
public final class Interfaces implements AutoCloseable {
  /**
   * What the host may hand over at once, so that the packets made of it are one run of datagrams:
   * 45 of 1,432 bytes, which is the most that UDP sends at once, with 1,342 bytes of a stream in
   * each.
   */
  private static final int SUPER_FRAME_BYTES = 60_420;

  /** Set to {@code off}, devices carry plain frames: to find a fault, and to measure. */
  private static final boolean OFFLOADS =
      !"off".equals(System.getProperty("backhaul.device.offloads"));

  private static final Logger log = LoggerFactory.getLogger(Interfaces.class);
  private static final long POLL_EVERY_MS = 1_000;
  private static final long RETRY_AFTER_MS = 5_000;
  private static final long REPAIR_EVERY_MS = 30_000;

  private final NodeLoop loop;
  private final TapFactory taps;
  private final Path home;
  private final LongFunction<LocalNetworkSettings> settings;
  private final SystemThread system;
  private final long retryAfterMs;

  // Of the node loop.
  private final PumpTable pumps = new PumpTable();
  private final Map<Long, AtomicReference<@Nullable NetworkStatus>> pending = new HashMap<>();
  private @Nullable FrameRoom room;

  // Of the system thread.
  private final Map<Long, ManagedNetwork> networks = new LinkedHashMap<>();
  private boolean online;
  private long repairAtMs;

  // For everybody.
  private final Map<Long, AppliedNetwork> applied = new ConcurrentHashMap<>();
  private final Map<Long, List<InetAddress>> addresses = new ConcurrentHashMap<>();

  /**
   * Makes ready; devices are opened as networks are reported.
   *
   * @param home the folder that may hold a {@code devicemap}
   * @param settings asked once for each device that is opened, on the system thread
   */
  public Interfaces(
      NodeLoop loop, TapFactory taps, Path home, LongFunction<LocalNetworkSettings> settings) {
    this(loop, taps, home, settings, POLL_EVERY_MS, RETRY_AFTER_MS);
  }

  /** Makes ready with other intervals, for tests. */
  Interfaces(
      NodeLoop loop,
      TapFactory taps,
      Path home,
      LongFunction<LocalNetworkSettings> settings,
      long pollEveryMs,
      long retryAfterMs) {
    this.retryAfterMs = retryAfterMs;
    this.loop = loop;
    this.taps = taps;
    this.home = home;
    this.settings = settings;
    system = new SystemThread(loop);
    system.every(pollEveryMs, this::poll);
  }

  // On the node loop.

  /** Opens the network's device where it has none and brings it to what the status says. */
  public void networkChanged(NetworkStatus status) {
    AtomicReference<@Nullable NetworkStatus> newest = pending.get(status.networkId());
    if (newest != null && newest.getAndUpdate(old -> old == null ? null : status) != null) {
      // What waits for its turn has been replaced: however often a network changes, one waits.
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
    system.execute(() -> removeNetwork(networkId));
  }

  /** Takes a frame, whose bytes are borrowed, for the network's device. */
  public void deliverFrame(long networkId, byte[] bytes, int start, int length) {
    FramePump pump = pumps.find(networkId);
    if (pump != null) {
      pump.deliver(bytes, start, length);
    }
  }

  /** A batch of frames is at its end: what was joined of them is written. */
  public void flush() {
    pumps.flush();
  }

  private void sendFrames(long networkId, FrameBatch frames) {
    try {
      loop.node().sendFrames(networkId, frames, NodeLoop.nowMs());
      loop.scheduleWakeUp();
    } catch (RuntimeException e) {
      log.error("a mistake of ours while handling {} frames", frames.count(), e);
    }
  }

  // From any thread.

  /** Applies other settings than those that the source has returned for a network. */
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

  /** Returns what is done when all that was asked for until now has been applied. */
  public CompletableFuture<Void> whenReconciled() {
    var done = new CompletableFuture<Void>();
    return system.execute(() -> done.complete(null))
        ? done
        : CompletableFuture.completedFuture(null);
  }

  /** Says whether the node is online: default routes through a router wait for it. */
  public void onlineChanged(boolean isOnline) {
    system.execute(
        () -> {
          if (online != isOnline) {
            online = isOnline;
            networks.values().forEach(this::apply);
          }
        });
  }

  /** Returns what has become of a network, empty for one that is not joined or not yet begun. */
  public Optional<AppliedNetwork> applied(long networkId) {
    return Optional.ofNullable(applied.get(networkId));
  }

  /** Returns the names of all devices, for those who bind sockets and shall not bind there. */
  public Set<String> deviceNames() {
    var names = new HashSet<String>();
    applied.values().forEach(each -> names.add(each.deviceName()));
    names.remove("");
    return names;
  }

  /** Returns the addresses that are on our devices, managed or not, for the same purpose. */
  public Set<InetAddress> deviceAddresses() {
    var all = new HashSet<InetAddress>();
    addresses.values().forEach(all::addAll);
    return all;
  }

  /** Closes all devices, which removes whatever was added. Not for the node loop. */
  @Override
  public void close() {
    system.execute(() -> List.copyOf(networks.keySet()).forEach(this::removeNetwork));
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
    NetworkConfig config = network.status.config();
    int mtuBytes = config == null ? NetworkConfig.DEFAULT_MTU_BYTES : config.mtuBytes();
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
      // Known to those who ask before the node's state says that it is so.
      publish(network);
      if (failedBefore) {
        system.updateNode(node -> node.portFailed(network.networkId, false, NodeLoop.nowMs()));
      }
    } catch (TapException e) {
      deviceFailed(network, String.valueOf(e.getMessage()));
    } catch (LinkageError e) {
      deviceFailed(
          network,
          "the native part of JNA does not load ("
              + e.getMessage()
              + "); set jna.boot.library.path to the folder that holds it, or jna.tmpdir to one"
              + " that programs may be run from");
    }
  }

  private static TapOptions options(TapOptions wanted) {
    return OFFLOADS ? wanted : wanted.withoutOffloads();
  }

  /** Without the limit everything works, but a super-frame leaves in two runs instead of one. */
  private static void limitSuperFrames(TapDevice device) {
    try {
      if (device.offloads().superFrames() && !device.limitSuperFrames(SUPER_FRAME_BYTES)) {
        log.debug("the kernel does not limit what {} hands over at once", device.name());
      }
    } catch (TapException e) {
      log.debug("{}: no limit for what it hands over at once", device.name(), e);
    }
  }

  private void deviceFailed(ManagedNetwork network, String reason) {
    network.retryAtMs = NodeLoop.nowMs() + retryAfterMs;
    if (!reason.equals(network.error)) {
      log.error(
          "network {} has no device: {}; this is tried again every {} s",
          NetworkIds.text(network.networkId),
          reason,
          Math.max(1, retryAfterMs / 1_000));
    }
    network.error = reason;
    publish(network);
    system.updateNode(node -> node.portFailed(network.networkId, true, NodeLoop.nowMs()));
  }

  private void startPump(ManagedNetwork network, TapDevice device) {
    long networkId = network.networkId;
    Runnable onFailure = () -> system.execute(() -> deviceLost(networkId, device));
    if (!EpollFramePump.isPossible(loop, device)) {
      network.pump = new ThreadFramePump(networkId, device, loop, this::sendFrames, onFailure);
    } else {
      network.pump =
          new EpollFramePump(networkId, device, loop, this::room, this::sendFrames, onFailure);
    }
    FramePump pump = network.pump;
    system.onLoop(
        () -> {
          pumps.put(networkId, pump);
          pump.start();
        });
  }

  /** The room that all devices on the loop share. */
  private FrameRoom room() {
    FrameRoom mine = room;
    if (mine == null) {
      mine = new FrameRoom();
      room = mine;
    }
    return mine;
  }

  /** A device was removed under us: another takes its place after a while. */
  private void deviceLost(long networkId, TapDevice device) {
    ManagedNetwork network = networks.get(networkId);
    if (network != null && network.managed != null && network.managed.device() == device) {
      closeDevice(network);
      deviceFailed(network, device.name() + " cannot be read any more; somebody has removed it");
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
          "network {}: {} is gone", NetworkIds.text(network.networkId), managed.device().name());
    }
  }

  private void apply(ManagedNetwork network) {
    ManagedDevice managed = network.managed;
    if (managed != null) {
      managed.apply(network.status.config(), network.settings, online);
      updateMulticastGroups(network, managed);
    }
    publish(network);
  }

  private void publish(ManagedNetwork network) {
    applied.put(network.networkId, network.applied());
    if (network.managed == null) {
      addresses.remove(network.networkId);
    }
  }

  /** Tells the node which groups the host listens to, if others than before. */
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

  /** What is done again and again: failed devices, multicast groups, repairs. */
  private void poll() {
    long nowMs = NodeLoop.nowMs();
    boolean repair = nowMs >= repairAtMs;
    if (repair) {
      repairAtMs = nowMs + REPAIR_EVERY_MS;
    }
    for (ManagedNetwork network : List.copyOf(networks.values())) {
      ManagedDevice managed = network.managed;
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
