// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.web;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InterfaceAddress;
import java.net.NetworkInterface;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;
import net.backhaul.controller.RecordChange;
import net.backhaul.engine.Node;
import net.backhaul.engine.PeerCounts;
import net.backhaul.engine.PeerStatus;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.world.World;
import net.backhaul.service.ControllerHost;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.state.HomeDirectory;
import net.backhaul.service.state.LastBackup;
import net.backhaul.service.state.NotSaved;
import net.backhaul.web.api.WebHost;
import net.backhaul.web.http.StorageFailure;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The daemon, as the web API uses it. */
final class DaemonWebHost implements WebHost {
  private static final Logger log = LoggerFactory.getLogger(DaemonWebHost.class);
  private static final Path ROUTES = Path.of("/proc/net/route");

  private final NodeLoop loop;
  private final ControllerHost controller;
  private final long self;
  private final Path packages;
  private final Path database;
  private final HomeDirectory home;

  DaemonWebHost(WebServices.Parts parts, Path database, HomeDirectory home) {
    this.database = database;
    this.home = home;
    loop = parts.loop();
    controller = parts.controller();
    self = parts.self();
    packages = parts.packages();
  }

  @Override
  public long address() {
    return self;
  }

  @Override
  public <T> CompletableFuture<T> query(Query<T> query) {
    return controller.query(all -> query.apply(all, NodeLoop.nowMs()));
  }

  @Override
  public <T> CompletableFuture<T> change(Change<T> change) {
    return controller
        .change(all -> change.apply(all, NodeLoop.nowMs()))
        .exceptionally(
            thrown -> {
              Throwable cause =
                  thrown instanceof CompletionException && thrown.getCause() != null
                      ? thrown.getCause()
                      : thrown;
              if (cause instanceof NotSaved) {
                throw new StorageFailure(String.valueOf(cause.getMessage()));
              }
              throw cause instanceof RuntimeException e ? e : new CompletionException(cause);
            });
  }

  @Override
  public CompletableFuture<Map<Long, MemberLink>> links(Set<Long> addresses) {
    return loop.submit(
        node -> {
          Map<Long, MemberLink> links = new HashMap<>();
          for (PeerStatus peer : node.peers(NodeLoop.nowMs())) {
            if (addresses.contains(peer.address())) {
              links.put(peer.address(), link(peer));
            }
          }
          if (addresses.contains(self)) {
            links.put(self, new MemberLink("SELF", 0, null));
          }
          return links;
        });
  }

  private static MemberLink link(PeerStatus peer) {
    for (PeerStatus.PathStatus path : peer.paths()) {
      if (path.preferred()) {
        return new MemberLink("DIRECT", peer.latencyMs(), path.endpoint());
      }
    }
    return peer.paths().isEmpty()
        ? new MemberLink("RELAY", peer.latencyMs(), null)
        : new MemberLink("DIRECT", peer.latencyMs(), peer.paths().getFirst().endpoint());
  }

  @Override
  public CompletableFuture<World> planet() {
    return loop.submit(Node::planet);
  }

  @Override
  public Path packages() {
    return packages;
  }

  @Override
  public CompletableFuture<Health> health() {
    return loop.submit(
            node ->
                new NodeHealth(
                    node.status(NodeLoop.nowMs()).online(),
                    node.peerCounts(NodeLoop.nowMs()),
                    controller.saveProblem()))
        .thenApplyAsync(this::health);
  }

  private record NodeHealth(boolean online, PeerCounts peers, String saveProblem) {}

  private Health health(NodeHealth node) {
    Path directory = database.toAbsolutePath().getParent();
    LastBackup backup = LastBackup.read(home);
    long freeBytes = 0;
    long databaseBytes = 0;
    try {
      freeBytes = directory == null ? 0 : Files.getFileStore(directory).getUsableSpace();
      databaseBytes = Files.size(database);
      Path changes = database.resolveSibling(database.getFileName() + "-wal");
      databaseBytes += Files.exists(changes) ? Files.size(changes) : 0;
    } catch (IOException e) {
      log.debug("sizes of the home are not known: {}", e.toString());
    }
    Runtime runtime = Runtime.getRuntime();
    return new Health(
        String.valueOf(directory),
        ProcessHandle.current().info().startInstant().map(Instant::toEpochMilli).orElse(0L),
        node.online,
        node.peers.direct(),
        node.peers.relayed(),
        databaseBytes,
        freeBytes,
        runtime.totalMemory() - runtime.freeMemory(),
        node.saveProblem,
        new Backup(backup.wallMs(), backup.problem()));
  }

  @Override
  public CompletableFuture<String> storageTrouble() {
    return CompletableFuture.completedFuture(controller.storageTrouble());
  }

  @Override
  public CompletableFuture<List<IpPrefix>> hostNetworks() {
    return CompletableFuture.supplyAsync(
        () -> {
          var networks = new ArrayList<IpPrefix>();
          try {
            for (NetworkInterface each : NetworkInterface.networkInterfaces().toList()) {
              for (InterfaceAddress address : each.getInterfaceAddresses()) {
                networks.add(
                    new IpPrefix(address.getAddress(), address.getNetworkPrefixLength()).network());
              }
            }
            if (Files.exists(ROUTES)) {
              networks.addAll(routes(Files.readAllLines(ROUTES)));
            }
          } catch (IOException | NumberFormatException e) {
            log.warn("networks of this host are not all known to the web API: {}", e.toString());
          }
          return networks;
        });
  }

  /** Returns the targets of IPv4 routes, as Linux lists them: hexadecimal, in its byte order. */
  static List<IpPrefix> routes(List<String> lines) throws UnknownHostException {
    var targets = new ArrayList<IpPrefix>();
    for (String line : lines.subList(Math.min(1, lines.size()), lines.size())) {
      String[] columns = line.split("\t");
      if (columns.length > 7) {
        int target = Integer.reverseBytes(HexFormat.fromHexDigits(columns[1]));
        int mask = HexFormat.fromHexDigits(columns[7]);
        byte[] ip = {
          (byte) (target >> 24), (byte) (target >> 16), (byte) (target >> 8), (byte) target
        };
        targets.add(new IpPrefix(InetAddress.getByAddress(ip), Integer.bitCount(mask)));
      }
    }
    return targets;
  }

  @Override
  public void onChange(@Nullable Consumer<RecordChange> callback) {
    controller.onChange(callback);
  }
}
