// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import net.backhaul.controller.Annotations;
import net.backhaul.controller.BinnedMember;
import net.backhaul.controller.BlockedAddress;
import net.backhaul.controller.ControllerActivity;
import net.backhaul.controller.Edit;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.RecordChange;
import net.backhaul.controller.SeenMember;
import net.backhaul.controller.StoredRecords;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.sql.AuditEntry;
import net.backhaul.sql.AuditLog;
import net.backhaul.sql.Database;
import net.backhaul.sql.DatabaseException;
import net.backhaul.sql.DatabaseFile;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqlRecordStoreTest {
  private static final long NET = 0x0b59471541000001L;
  private static final String NWID = "0b59471541000001";
  private static final long MEMBER = 0x0123456789L;
  private static final long WAIT_S = 60;
  private static final int MANY_MEMBERS = 20_000;

  @TempDir Path home;
  private final BlockingQueue<String> outcomes = new LinkedBlockingQueue<>();
  private Database database;

  @BeforeEach
  void create() {
    database = new Database(DatabaseFile.of(file()));
  }

  @AfterEach
  void close() {
    database.close();
  }

  private Path file() {
    return home.resolve("backhaul.db");
  }

  private SqlRecordStore open() throws IOException {
    SqlRecordStore store =
        SqlRecordStore.open(
            database,
            new ControllerDirectory(ControllerDirectory.Location.of(home.resolve("controller.d"))));
    store.start(
        new SqlRecordStore.Listener() {
          @Override
          public void saved(long ticket) {
            outcomes.add("saved " + ticket);
          }

          @Override
          public void failed(long ticket, String reason) {
            outcomes.add("failed " + ticket + ": " + reason);
          }
        });
    return store;
  }

  private String nextOutcome() throws InterruptedException {
    return outcomes.poll(WAIT_S, TimeUnit.SECONDS);
  }

  private static NetworkRecord network(long id, long revision) {
    return NetworkJson.create(id, 1_700_000_000_000L).withRevision(revision);
  }

  private static MemberRecord member(String address) {
    return MemberJson.create(NWID, address, 1_700_000_000_000L).withRevision(1);
  }

  private void write(RecordChange... changes) throws Exception {
    try (SqlRecordStore store = open()) {
      long ticket = 0;
      for (RecordChange change : changes) {
        store.write(++ticket, change);
      }
      while (!("saved " + changes.length).equals(nextOutcome())) {
        // Earlier changes were saved before.
      }
    }
  }

  /** Reads what another process would. */
  private StoredRecords stored() throws IOException {
    return Database.read(DatabaseFile.of(file()), SqlRecordStore::read);
  }

  private List<AuditEntry> audit() {
    return database.submit(session -> AuditLog.before(session, Long.MAX_VALUE, 100)).join().stream()
        .map(AuditLog.Numbered::entry)
        .toList();
  }

  @Test
  void createsNoDatabaseBeforeTheFirstChange() throws Exception {
    try (SqlRecordStore store = open()) {
      assertEquals(StoredRecords.NONE, store.takeStored());
      try (Stream<Path> all = Files.list(home)) {
        assertEquals(List.of(home.resolve("controller.d")), all.toList());
      }
      store.write(1, new RecordChange.NetworkSaved(network(NET, 1)));
      assertEquals("saved 1", nextOutcome());
      assertTrue(database.exists());
    }
  }

  @Test
  void readsSavedRecords() throws Exception {
    var annotations = new Annotations("rack 3\n<script>", List.of("db", "wéb"));
    NetworkRecord noted = network(NET, 1).withAnnotations(annotations);
    MemberRecord labelled = member("ABCDEF0123").withAnnotations(annotations);
    write(
        new RecordChange.NetworkSaved(noted),
        new RecordChange.MemberSaved(member("0123456789")),
        new RecordChange.MemberSaved(labelled),
        new RecordChange.Blocked(new BlockedAddress(NET, 7, 5)));

    assertEquals(
        new StoredRecords(
            List.of(noted),
            List.of(member("0123456789"), labelled),
            List.of(new BlockedAddress(NET, 7, 5))),
        stored());
  }

  @Test
  void keepsRemovedMembersUntilTheyArePurged() throws Exception {
    var annotations = new Annotations("rack 3", List.of("db"));
    var removed = new BinnedMember(member("0123456789").withAnnotations(annotations), 5);
    var replaced = new BinnedMember(removed.member().withRevision(9), 6);
    write(
        new RecordChange.NetworkSaved(network(NET, 1).withDeauthorizeAfterDays(30)),
        new RecordChange.MemberSaved(removed.member()),
        new RecordChange.MemberBinned(removed),
        new RecordChange.MemberSaved(member("0123456789")),
        new RecordChange.MemberBinned(replaced));
    assertEquals(List.of(), stored().members());
    assertEquals(List.of(replaced), stored().binned());
    assertEquals(30, stored().networks().getFirst().deauthorizeAfterDays());

    write(new RecordChange.MemberRestored(removed.member()));
    assertEquals(List.of(removed.member()), stored().members());
    assertEquals(List.of(), stored().binned());

    write(
        new RecordChange.MemberBinned(removed),
        new RecordChange.MemberPurged(NET, MEMBER),
        new RecordChange.MemberBinned(replaced),
        new RecordChange.NetworkDeleted(NET));
    assertEquals(StoredRecords.NONE, stored());
  }

  @Test
  void readsWhenMembersWereSeen() throws Exception {
    var first = new SeenMember(NET, MEMBER, 5);
    var second = new SeenMember(NET, MEMBER + 1, 6);
    var later = new SeenMember(NET, MEMBER, 7);
    write(
        new RecordChange.NetworkSaved(network(NET, 1)),
        new RecordChange.MemberSaved(member("0123456789")),
        new RecordChange.ActivitySaved(new ControllerActivity(List.of(first, second), 6, 1)),
        new RecordChange.ActivitySaved(new ControllerActivity(List.of(later), 8, 2)));
    assertEquals(new ControllerActivity(List.of(later, second), 8, 2), stored().activity());

    write(
        new RecordChange.MemberDeleted(NET, MEMBER),
        new RecordChange.MemberBinned(new BinnedMember(member("012345678a"), 9)));
    assertEquals(new ControllerActivity(List.of(), 8, 2), stored().activity());
  }

  @Test
  void deletesRecords() throws Exception {
    write(
        new RecordChange.NetworkSaved(network(NET, 1)),
        new RecordChange.MemberSaved(member("0123456789")),
        new RecordChange.MemberSaved(member("0123456780")),
        new RecordChange.Blocked(new BlockedAddress(NET, 7, 5)),
        new RecordChange.Blocked(new BlockedAddress(NET, 8, 5)),
        new RecordChange.Unblocked(NET, 8),
        new RecordChange.MemberDeleted(NET, MEMBER),
        new RecordChange.NetworkSaved(network(NET + 1, 1)),
        new RecordChange.NetworkDeleted(NET + 1));
    assertEquals(List.of(member("0123456780")), stored().members());
    assertEquals(List.of(new BlockedAddress(NET, 7, 5)), stored().blocked());

    write(new RecordChange.NetworkDeleted(NET), new RecordChange.NetworkDeleted(NET));

    assertEquals(StoredRecords.NONE, stored());
  }

  @Test
  void recordsWhoChangedWhat() throws Exception {
    Edit edit = Edit.of("alice", "192.0.2.7", 1_700_000_000_001L);
    MemberRecord member = member("0123456789");
    MemberRecord changed = member.withAnnotations(new Annotations("x", List.of())).withRevision(2);
    write(
        new RecordChange.NetworkSaved(network(NET, 1)),
        new RecordChange.Edited(new RecordChange.MemberSaved(member), edit, null),
        new RecordChange.Edited(new RecordChange.MemberSaved(changed), edit, member),
        new RecordChange.Edited(new RecordChange.MemberDeleted(NET, MEMBER), edit, changed),
        new RecordChange.Edited(
            new RecordChange.Blocked(new BlockedAddress(NET, MEMBER, 1)), edit, null),
        new RecordChange.Edited(new RecordChange.NetworkDeleted(NET), edit, network(NET, 1)));

    List<AuditEntry> entries = audit().reversed();

    assertEquals(
        List.of("create", "change", "delete", "block", "delete"),
        entries.stream().map(AuditEntry::action).toList());
    AuditEntry change = entries.get(1);
    assertEquals(
        new AuditEntry(
            1_700_000_000_001L,
            "alice",
            "192.0.2.7",
            "change",
            NWID,
            "0123456789",
            change.before(),
            change.after()),
        change);
    assertFalse(String.valueOf(change.before()).contains("notes"), change::before);
    assertTrue(String.valueOf(change.after()).contains("\"notes\":\"x\""), change::after);
    assertEquals(null, entries.getFirst().before());
    assertEquals(null, entries.get(2).after());
    assertEquals("", entries.getLast().address());
    assertEquals(
        2, database.submit(session -> AuditLog.ofNetwork(session, NWID, 4, 2)).join().size());
  }

  @Test
  void retriesFailedChangesInOrder() throws Exception {
    try (SqlRecordStore store = open()) {
      store.write(1, new RecordChange.NetworkSaved(network(NET, 1)));
      assertEquals("saved 1", nextOutcome());
      Path moved = home.resolve("moved.db");
      Files.move(file(), moved);

      store.write(2, new RecordChange.NetworkSaved(network(NET, 2)));
      String failed = nextOutcome();
      assertTrue(
          failed.matches("failed 2: cannot save networks: .*backhaul.db was moved, .*"), failed);
      store.write(3, new RecordChange.NetworkSaved(network(NET, 3)));
      String next = nextOutcome();
      assertTrue(next.startsWith("failed "), next);
      Files.move(moved, file());

      while (!next.equals("saved 3")) {
        assertTrue(next.startsWith("failed ") || next.equals("saved 2"), next);
        next = nextOutcome();
      }
    }
    assertEquals(List.of(network(NET, 3)), stored().networks());
  }

  @Test
  void writesNothingOfAChangeThatFails() throws Exception {
    write(
        new RecordChange.NetworkSaved(network(NET, 1)),
        new RecordChange.MemberSaved(member("0123456789")));
    long pages =
        database
            .submit(session -> session.queryFirst("PRAGMA page_count", row -> row.number(1)))
            .join()
            .orElseThrow();
    limitPages(pages);
    var large = new Annotations("x".repeat(Annotations.MAX_NOTES_CHARS), List.of());
    try (SqlRecordStore store = open()) {
      store.write(1, new RecordChange.NetworkSaved(network(NET + 1, 1).withAnnotations(large)));
      store.write(2, new RecordChange.MemberSaved(member("0123456789").withAnnotations(large)));

      String failed = nextOutcome();
      assertTrue(failed.contains("there is no space left for "), failed);
      assertEquals(1, stored().networks().size());
      assertEquals(List.of(member("0123456789")), stored().members());

      limitPages(1_000_000);
      String next = nextOutcome();
      while (!next.equals("saved 2")) {
        next = nextOutcome();
      }
    }
    assertEquals(2, stored().networks().size());
  }

  /** SQLite reports the limit as it does a full disk. */
  private void limitPages(long pages) {
    String sql = "PRAGMA max_page_count = " + pages;
    database.submit(session -> session.queryFirst(sql, row -> row.number(1))).join();
  }

  @Test
  void rejectsDatabaseWithDamagedRecord() throws Exception {
    write(new RecordChange.NetworkSaved(network(NET, 1)));
    database.submit(session -> session.update("UPDATE network SET document = '{\"id\":'")).join();

    var failure = assertThrows(DatabaseException.class, this::open);

    assertEquals(DatabaseException.Problem.DAMAGED, failure.problem());
    assertTrue(failure.getMessage().contains("the record of network " + NWID), failure::getMessage);
  }

  @Test
  void loadsManyMembers() throws Exception {
    StoredRecords many =
        new StoredRecords(
            List.of(network(NET, 1)),
            LongStream.range(1, MANY_MEMBERS + 1)
                .mapToObj(address -> member(Addresses.text(address)))
                .toList(),
            List.of());
    database
        .submit(
            session -> {
              RecordRows.saveAll(session, many);
              return true;
            })
        .join();
    long startNs = System.nanoTime();
    try (SqlRecordStore store = open()) {
      long tookMs = (System.nanoTime() - startNs) / 1_000_000;

      assertEquals(many, store.takeStored());
      assertTrue(tookMs < 20_000, "20,000 members took " + tookMs + " ms");
    }
  }
}
