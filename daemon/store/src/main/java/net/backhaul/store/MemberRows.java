// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ForkJoinPool;
import net.backhaul.controller.MemberRecord;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.sql.Row;
import net.backhaul.sql.SqlSession;

/**
 * Reads the members of all networks, most of the time of a start. Their documents are parsed by two
 * threads: the one that reads the rows, and another.
 */
final class MemberRows {
  private static final int BATCH_ROWS = 500;

  private final List<CompletableFuture<List<MemberRecord>>> parsed = new ArrayList<>();
  private List<StoredMember> batch = new ArrayList<>(BATCH_ROWS);
  private CompletableFuture<List<MemberRecord>> other =
      CompletableFuture.completedFuture(List.of());

  private MemberRows() {}

  /** A row of the table of members. */
  record StoredMember(
      String networkId, String address, String document, String notes, String labels) {
    /** Reads a row of network, address, document, notes, labels. */
    static StoredMember of(Row row) {
      return new StoredMember(row.text(1), row.text(2), row.text(3), row.text(4), row.text(5));
    }

    /** Parses the document; throws {@link IllegalArgumentException} if it is damaged. */
    MemberRecord read() {
      try {
        MemberRecord member = MemberJson.readStored(NetworkIds.parse(networkId), document);
        return notes.isEmpty() && labels.equals("[]")
            ? member
            : member.withAnnotations(RecordRows.annotations(notes, labels));
      } catch (IllegalArgumentException e) {
        throw RecordRows.damaged("member " + address + " of network " + networkId, e);
      }
    }
  }

  static List<MemberRecord> read(SqlSession session) {
    var rows = new MemberRows();
    session.forEach(
        "SELECT network_id, address, document, notes, labels FROM member"
            + " ORDER BY network_id, address",
        row -> rows.add(StoredMember.of(row)));
    return rows.members();
  }

  private void add(StoredMember row) {
    batch.add(row);
    if (batch.size() == BATCH_ROWS) {
      parseBatch();
    }
  }

  /** Has the other thread parse the rows, or does so itself while the other is busy. */
  private void parseBatch() {
    List<StoredMember> full = batch;
    batch = new ArrayList<>(BATCH_ROWS);
    if (other.isDone()) {
      other = CompletableFuture.supplyAsync(() -> parse(full), ForkJoinPool.commonPool());
      parsed.add(other);
    } else {
      parsed.add(CompletableFuture.completedFuture(parse(full)));
    }
  }

  private static List<MemberRecord> parse(List<StoredMember> rows) {
    var members = new ArrayList<MemberRecord>(rows.size());
    rows.forEach(row -> members.add(row.read()));
    return members;
  }

  private List<MemberRecord> members() {
    List<MemberRecord> last = parse(batch);
    var all = new ArrayList<MemberRecord>(parsed.size() * BATCH_ROWS + last.size());
    try {
      parsed.forEach(part -> all.addAll(part.join()));
    } catch (CompletionException e) {
      throw e.getCause() instanceof IllegalArgumentException damaged ? damaged : e;
    }
    all.addAll(last);
    return all;
  }
}
