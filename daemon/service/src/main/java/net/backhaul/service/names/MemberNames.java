// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.names;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongConsumer;
import net.backhaul.engine.NetworkDirectory;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.Node;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.dns.LocalResolver;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Collects the directories of joined networks, and resolves the names in them while there are some.
 */
public final class MemberNames implements LocalResolver, AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(MemberNames.class);
  private static final long RETRY_S = 30;

  private final NodeLoop loop;
  private final NameCounters counters = new NameCounters();
  private final int port;
  private final boolean isSupported;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(
          task -> {
            var thread = new Thread(task, "name-table");
            thread.setDaemon(true);
            return thread;
          });

  // On the loop.
  private final Set<Long> collected = new HashSet<>();

  // On the executor, whose thread starts with the first directory.
  private final Map<Long, NameZone> zones = new TreeMap<>(Long::compareUnsigned);
  private @Nullable NameServer server;
  private boolean retryIsScheduled;

  // Read by any thread.
  private volatile NameTable table = NameTable.EMPTY;
  private volatile Set<Long> named = Set.of();
  private volatile @Nullable InetSocketAddress address;
  private volatile @Nullable String failure;
  private volatile LongConsumer onChange = networkId -> {};

  /** Creates it; it binds no socket before there is a name. */
  public MemberNames(NodeLoop loop) {
    // macOS has one address of loopback, and its resolver is not configured yet.
    this(loop, NameServer.PORT, !System.getProperty("os.name", "").startsWith("Mac"));
  }

  MemberNames(NodeLoop loop, int port, boolean isSupported) {
    this.loop = loop;
    this.port = port;
    this.isSupported = isSupported;
  }

  /** Sets what is called, on another thread, when the address or problem of a network changes. */
  public void onChange(LongConsumer listener) {
    onChange = listener;
  }

  /** Follows a change of a network or its directory; from the node's thread, inside of the node. */
  public void networkChanged(long networkId) {
    loop.execute(() -> collect(networkId));
  }

  /** Removes the names of a network that was left; from the node's thread. */
  public void networkLeft(long networkId) {
    if (collected.remove(networkId)) {
      execute(() -> update(networkId, null));
    }
  }

  private void collect(long networkId) {
    Node node = loop.node();
    NetworkDirectory directory = node.directory(networkId).orElse(null);
    NetworkConfig config = node.network(networkId).map(NetworkStatus::config).orElse(null);
    if (directory == null || config == null) {
      networkLeft(networkId);
      return;
    }
    collected.add(networkId);
    execute(() -> update(networkId, NameZone.of(directory, config)));
  }

  private void execute(Runnable work) {
    try {
      executor.execute(work);
    } catch (RejectedExecutionException closed) {
      log.trace("the names are closed");
    }
  }

  private void update(long networkId, @Nullable NameZone zone) {
    NameZone before = zone == null ? zones.remove(networkId) : zones.put(networkId, zone);
    if (before == null && zone == null) {
      return;
    }
    table = new NameTable(zones.values());
    named = Set.copyOf(zones.keySet());
    reconcile();
    if (before == null || zone == null || !before.domain().equals(zone.domain())) {
      onChange.accept(networkId);
    }
  }

  /** Opens or closes the server. */
  private void reconcile() {
    NameServer open = server;
    if (zones.isEmpty() && open != null) {
      open.close();
      server = null;
      address = null;
      log.info("names of members are no longer resolved");
    } else if (!zones.isEmpty() && open == null && isSupported && !retryIsScheduled) {
      open();
    }
  }

  private void open() {
    try {
      NameServer opened =
          NameServer.open(
              port, () -> table, new QueryLimit(NameServer.MAX_QUERIES_PER_SECOND), counters);
      server = opened;
      address = opened.address();
      failure = null;
      log.info(
          "names of members are resolved on {}, UDP port {}",
          Endpoints.ipText(opened.address().getAddress()),
          opened.address().getPort());
    } catch (IOException e) {
      String reason =
          "names of members are not resolved: port 53 of 127.90.84.53 to 127.90.84.60 cannot be"
              + " bound ("
              + e.getMessage()
              + "); it needs the capability NET_BIND_SERVICE, and an address that no other program"
              + " uses; it is tried again every "
              + RETRY_S
              + " s";
      if (failure == null) {
        log.warn(reason);
      }
      failure = reason;
      retryIsScheduled = true;
      executor.schedule(this::retry, RETRY_S, TimeUnit.SECONDS);
    }
  }

  private void retry() {
    retryIsScheduled = false;
    if (server == null && !zones.isEmpty()) {
      open();
      if (server != null) {
        new HashSet<>(zones.keySet()).forEach(onChange::accept);
      }
    }
  }

  @Override
  public @Nullable InetAddress address(long networkId) {
    InetSocketAddress bound = address;
    return bound == null || !named.contains(networkId) ? null : bound.getAddress();
  }

  @Override
  public @Nullable String problem(long networkId) {
    return named.contains(networkId) ? failure : null;
  }

  /** Returns the counters of the resolver. */
  public NameCounters counters() {
    return counters;
  }

  @Override
  public void close() {
    execute(
        () -> {
          NameServer open = server;
          if (open != null) {
            open.close();
          }
        });
    executor.shutdown();
  }
}
