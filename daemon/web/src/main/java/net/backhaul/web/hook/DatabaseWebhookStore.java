// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.hook;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import net.backhaul.json.Json;
import net.backhaul.json.Lenient;
import net.backhaul.sql.AuditEntry;
import net.backhaul.sql.AuditLog;
import net.backhaul.sql.Database;
import org.jspecify.annotations.Nullable;

/** Keeps the settings of the webhook in the database of the home, as a property. */
public final class DatabaseWebhookStore implements WebhookStore {
  private static final String NAME = "web.webhook";
  private static final String LOAD = "SELECT content FROM property WHERE name = ?";
  private static final String SAVE =
      "INSERT INTO property (name, content) VALUES (?, ?)"
          + " ON CONFLICT (name) DO UPDATE SET content = excluded.content";

  private final Database database;

  public DatabaseWebhookStore(Database database) {
    this.database = database;
  }

  @Override
  public CompletableFuture<WebhookSettings> load() {
    return database
        .submit(session -> session.queryFirst(LOAD, row -> row.text(1), NAME).orElse(""))
        .thenApply(text -> text.isEmpty() ? WebhookSettings.NONE : read(text));
  }

  private static WebhookSettings read(String text) {
    Map<String, @Nullable Object> json = Json.asObject(Json.parse(text));
    Set<WebhookEvent> events = EnumSet.noneOf(WebhookEvent.class);
    if (json.get("events") instanceof List<?> names) {
      for (WebhookEvent each : WebhookEvent.values()) {
        if (names.contains(each.text())) {
          events.add(each);
        }
      }
    }
    return new WebhookSettings(
        Lenient.string(json.get("url"), ""),
        Lenient.string(json.get("secret"), ""),
        events,
        Lenient.integer(json.get("revision"), 0));
  }

  @Override
  public CompletableFuture<Void> save(WebhookSettings settings, AuditEntry entry) {
    Map<String, @Nullable Object> json = Json.object();
    json.put("url", settings.url());
    json.put("secret", settings.secret());
    json.put(
        "events",
        new ArrayList<@Nullable Object>(
            settings.events().stream().map(WebhookEvent::text).toList()));
    json.put("revision", settings.revision());
    String text = Json.write(json);
    return database
        .submit(
            session -> {
              session.update(SAVE, NAME, text);
              AuditLog.append(session, entry);
              return true;
            })
        .thenAccept(saved -> {});
  }
}
