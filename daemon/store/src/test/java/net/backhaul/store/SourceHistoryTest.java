// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.backhaul.controller.Edit;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.RecordChange;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.sql.Database;
import net.backhaul.sql.DatabaseFile;
import net.backhaul.sql.SourceHistory;
import net.backhaul.sql.SourceHistory.SourceVersion;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The versions of the sources of rules, as changes of networks leave them. */
class SourceHistoryTest {
  private static final long NET = 0x0b59471541000001L;
  private static final String NWID = NetworkIds.text(NET);

  @TempDir Path home;
  private Database database;
  private NetworkRecord network = NetworkJson.create(NET, 1);

  @BeforeEach
  void create() {
    database = new Database(DatabaseFile.of(home.resolve("backhaul.db")));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private void apply(RecordChange change, @Nullable NetworkRecord before, long nowMs) {
    var edit = Edit.of("admin", "192.0.2.1", nowMs);
    database
        .submit(
            session -> {
              RecordRows.apply(session, new RecordChange.Edited(change, edit, before));
              return true;
            })
        .join();
  }

  private void set(String source, long nowMs) {
    NetworkRecord before = network;
    Map<String, @Nullable Object> body = Map.of("rulesSource", source, "rules", rules(source));
    network = NetworkJson.edit(before, body);
    assertEquals(source, NetworkJson.rulesSource(network));
    apply(new RecordChange.NetworkSaved(network), before, nowMs);
  }

  private static List<Object> rules(String source) {
    return List.of(Map.of("type", source.startsWith("drop") ? "ACTION_DROP" : "ACTION_ACCEPT"));
  }

  private List<SourceVersion> versions() {
    return database.submit(session -> SourceHistory.versions(session, NWID)).join();
  }

  private Optional<String> source(String nwid, long id) {
    return database.submit(session -> SourceHistory.source(session, nwid, id)).join();
  }

  @Test
  void keepsEachSourceOnce() {
    set("accept;", 10);
    set("drop;", 20);
    NetworkRecord before = network;
    network = NetworkJson.edit(network, Map.of("name", "office"));
    apply(new RecordChange.NetworkSaved(network), before, 30);

    assertEquals(
        List.of(
            new SourceVersion(2, 20, "admin", "192.0.2.1", 5),
            new SourceVersion(1, 10, "admin", "192.0.2.1", 7)),
        versions());
    assertEquals(Optional.of("accept;"), source(NWID, 1));
    assertEquals(Optional.empty(), source(NWID, 3));
    assertEquals(Optional.empty(), source("0b59471541000002", 1));
  }

  /** One that was set by an older version of this program can be reverted to. */
  @Test
  void keepsTheSourceBeforeTheFirstVersion() {
    network = NetworkJson.edit(network, Map.of("rulesSource", "accept;", "rules", rules("")));
    set("drop;", 20);

    assertEquals(
        List.of(
            new SourceVersion(2, 20, "admin", "192.0.2.1", 5), new SourceVersion(1, 0, "", "", 7)),
        versions());
  }

  @Test
  void keepsTheLatestAndRemovesThoseOfADeletedNetwork() {
    for (int i = 0; i < SourceHistory.MAX_VERSIONS + 5; i++) {
      set("accept; # " + i, i);
    }
    List<SourceVersion> all = versions();
    assertEquals(SourceHistory.MAX_VERSIONS, all.size());
    assertEquals(SourceHistory.MAX_VERSIONS + 4, all.getFirst().atMs());

    apply(new RecordChange.NetworkDeleted(NET), network, 99);
    assertTrue(versions().isEmpty());
  }
}
