// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import net.backhaul.controller.Edit;
import net.backhaul.json.Json;
import net.backhaul.sql.AuditEntry;
import net.backhaul.web.access.Access;
import net.backhaul.web.access.AccessLevel;
import net.backhaul.web.account.AccountChange;
import net.backhaul.web.account.AccountStore;
import net.backhaul.web.http.FileBody;
import net.backhaul.web.http.WebMethod;
import net.backhaul.web.http.WebResponse;
import net.backhaul.web.route.AuthorizedRequest;
import net.backhaul.web.route.WebRoute;
import org.jspecify.annotations.Nullable;

/** The host of the controller: its health, and a backup of its database. */
final class HostResource {
  static final String HEALTH = "/api/v1/health";
  static final String BACKUP = "/api/v1/backup";

  private static final DateTimeFormatter NAME =
      DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss").withZone(ZoneOffset.UTC);

  private final WebHost host;
  private final AccountStore store;
  private final Supplier<CompletableFuture<FileBody>> backups;
  private final Executor thread;

  /**
   * Makes the resource.
   *
   * @param backups makes copies of the database
   * @param store records that a backup was made
   * @param thread runs its work on the thread of the web API
   */
  HostResource(
      WebHost host,
      AccountStore store,
      Supplier<CompletableFuture<FileBody>> backups,
      Executor thread) {
    this.host = host;
    this.store = store;
    this.backups = backups;
    this.thread = thread;
  }

  List<WebRoute> routes() {
    Access admin = Access.inAllNetworks(AccessLevel.ADMIN);
    return List.of(
        new WebRoute(WebMethod.GET, HEALTH, admin, this::health),
        new WebRoute(WebMethod.POST, BACKUP, admin, this::backup));
  }

  private CompletableFuture<WebResponse> health(AuthorizedRequest exchange) {
    return host.health().thenApplyAsync(health -> WebResponse.json(object(health)), thread);
  }

  private static Map<String, @Nullable Object> object(WebHost.Health health) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("home", health.home());
    out.put("startedMs", health.startedMs());
    out.put("online", health.online());
    out.put("directPeers", health.directPeers());
    out.put("relayedPeers", health.relayedPeers());
    out.put("databaseBytes", health.databaseBytes());
    out.put("freeBytes", health.freeBytes());
    out.put("memoryBytes", health.memoryBytes());
    out.put("saveProblem", health.saveProblem());
    out.put("lastBackupMs", health.backup().wallMs());
    out.put("backupProblem", health.backup().problem());
    return out;
  }

  /** Sends a copy of the database; that it was requested is recorded first. */
  private CompletableFuture<WebResponse> backup(AuthorizedRequest exchange) {
    exchange.body().done();
    Edit edit = exchange.edit(exchange.nowMs());
    var entry =
        new AuditEntry(edit.nowMs(), edit.actor(), edit.origin(), "backup", "", "", null, null);
    String name = "backhaul-" + NAME.format(Instant.ofEpochMilli(exchange.nowMs())) + ".db";
    return store
        .write(List.of(new AccountChange.Recorded(entry)))
        .thenCompose(recorded -> backups.get())
        .thenApplyAsync(
            copy ->
                WebResponse.download(copy)
                    .with("Content-Disposition", "attachment; filename=\"" + name + "\""),
            thread);
  }
}
