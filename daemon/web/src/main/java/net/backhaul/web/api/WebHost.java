// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import net.backhaul.controller.ChangeResult;
import net.backhaul.controller.Controller;
import net.backhaul.controller.RecordChange;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.world.World;
import org.jspecify.annotations.Nullable;

/** What the web API uses of the daemon. Futures complete on any thread. */
public interface WebHost {
  /** A question to the controller, answered on the thread that owns it. */
  @FunctionalInterface
  interface Query<T> {
    T apply(Controller controller, long nowMs);
  }

  /** A change of the controller's records, made on the thread that owns it. */
  @FunctionalInterface
  interface Change<T> {
    ChangeResult<T> apply(Controller controller, long nowMs);
  }

  /**
   * How this node reaches another one.
   *
   * @param link DIRECT, RELAY, SELF or NONE
   * @param latencyMs round trip of the best path, or -1
   * @param endpoint of the preferred path; null without one
   */
  record MemberLink(String link, int latencyMs, @Nullable InetSocketAddress endpoint) {
    public static final MemberLink NONE = new MemberLink("NONE", -1, null);
  }

  /**
   * What shows whether the host is well.
   *
   * @param home the path of its directory
   * @param startedMs wall-clock time of the daemon's start
   * @param online whether a root answers
   * @param directPeers peers with a path of their own
   * @param relayedPeers peers that are reached through a root
   * @param databaseBytes size of the database with its log
   * @param freeBytes free space of its file system
   * @param memoryBytes memory that the daemon uses for objects
   * @param saveProblem why changes cannot be written; empty if they can
   * @param backup the last one, by the API or a command on the host
   */
  record Health(
      String home,
      long startedMs,
      boolean online,
      int directPeers,
      int relayedPeers,
      long databaseBytes,
      long freeBytes,
      long memoryBytes,
      String saveProblem,
      Backup backup) {}

  /**
   * How a backup of the database ended.
   *
   * @param wallMs when; 0 if there was none
   * @param problem why it failed; empty if it did not
   */
  record Backup(long wallMs, String problem) {
    public static final Backup NONE = new Backup(0, "");
  }

  /** Returns the address of this node, with which the ids of its networks begin. */
  long address();

  /** Queries the controller; the answer shows nothing that is not durable. */
  <T> CompletableFuture<T> query(Query<T> query);

  /**
   * Makes a change; completes when it is durable.
   *
   * @return fails with {@link net.backhaul.web.http.StorageFailure} if it cannot be written
   */
  <T> CompletableFuture<T> change(Change<T> change);

  /** Returns how this node reaches others; {@link MemberLink#NONE} for unknown ones. */
  CompletableFuture<Map<Long, MemberLink>> links(Set<Long> addresses);

  /** Returns the roots that this node uses. */
  CompletableFuture<World> planet();

  /** Returns the directory of packages for hosts that join; it need not exist. */
  Path packages();

  /** Returns the health of this host. */
  CompletableFuture<Health> health();

  /** Returns why changes cannot be written now; empty while they can. */
  CompletableFuture<String> storageTrouble();

  /** Returns the networks of this host's devices and routes. */
  CompletableFuture<List<IpPrefix>> hostNetworks();

  /**
   * Sets what is called with each change of a record once it is durable, on any thread; null for
   * nothing.
   */
  void onChange(@Nullable Consumer<RecordChange> callback);
}
