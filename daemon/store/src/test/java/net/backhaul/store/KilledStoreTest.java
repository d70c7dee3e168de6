// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.controller.BinnedMember;
import net.backhaul.controller.BlockedAddress;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.RecordChange;
import net.backhaul.controller.StoredRecords;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.sql.Database;
import net.backhaul.sql.DatabaseFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a writing process repeatedly, on the same directory. */
class KilledStoreTest {
  private static final int KILLS = 4;
  private static final int CHANGES = 20_000;

  @TempDir Path directory;

  /** The process: writes changes from a seed, and prints the tickets that are saved. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
      SqlRecordStore store = open(database(Path.of(args[0])), Path.of(args[0]));
      store.start(
          new SqlRecordStore.Listener() {
            @Override
            public void saved(long ticket) {
              System.out.println(ticket);
            }

            @Override
            public void failed(long ticket, String reason) {
              throw new AssertionError(reason);
            }
          });
      var state = new State(store.takeStored());
      var random = new Random(Long.parseLong(args[1]));
      for (int i = 1; i <= CHANGES; i++) {
        RecordChange change = state.next(random);
        state.apply(change);
        store.write(i, change);
        if (i % 64 == 0) {
          Thread.sleep(1);
        }
      }
      Thread.sleep(60_000);
    }
  }

  /** The expected records. */
  private static final class State {
    private final Map<Long, NetworkRecord> networks = new HashMap<>();
    private final Map<List<Long>, MemberRecord> members = new HashMap<>();
    private final Map<List<Long>, BlockedAddress> blocked = new HashMap<>();
    private final Map<List<Long>, BinnedMember> binned = new HashMap<>();

    State(StoredRecords stored) {
      stored.networks().forEach(each -> apply(new RecordChange.NetworkSaved(each)));
      stored.members().forEach(each -> apply(new RecordChange.MemberSaved(each)));
      stored.blocked().forEach(each -> apply(new RecordChange.Blocked(each)));
      stored.binned().forEach(each -> binned.put(List.of(each.networkId(), each.address()), each));
    }

    RecordChange next(Random random) {
      long id = 0x0b59471541000001L + random.nextInt(3);
      long address = 0x0123456780L + random.nextInt(4);
      int what = random.nextInt(20);
      if (!networks.containsKey(id) || what < 6) {
        NetworkRecord fresh = NetworkJson.create(id, 1);
        return new RecordChange.NetworkSaved(fresh.withRevision(random.nextLong() >>> 1 | 1));
      }
      if (what == 6) {
        return new RecordChange.NetworkDeleted(id);
      }
      if (what < 9) {
        return new RecordChange.MemberDeleted(id, address);
      }
      if (what == 9) {
        return new RecordChange.Blocked(new BlockedAddress(id, address, random.nextInt(100)));
      }
      if (what == 10) {
        return new RecordChange.Unblocked(id, address);
      }
      MemberRecord fresh = MemberJson.create(NetworkIds.text(id), Addresses.text(address), 1);
      if (what == 11) {
        return new RecordChange.MemberBinned(
            new BinnedMember(fresh.withRevision(1), random.nextInt(100)));
      }
      if (what == 12) {
        return new RecordChange.MemberRestored(fresh.withRevision(2));
      }
      if (what == 13) {
        return new RecordChange.MemberPurged(id, address);
      }
      if (what == 14) {
        return new RecordChange.Combined(
            List.of(
                new RecordChange.MemberDeleted(id, address ^ 1),
                new RecordChange.MemberSaved(fresh.withRevision(3))));
      }
      return new RecordChange.MemberSaved(fresh.withRevision(random.nextLong() >>> 1 | 1));
    }

    void apply(RecordChange change) {
      switch (change) {
        case RecordChange.NetworkSaved(NetworkRecord network) ->
            networks.put(network.id(), network);
        case RecordChange.MemberSaved(MemberRecord member) ->
            members.put(List.of(member.networkId(), member.address()), member);
        case RecordChange.NetworkDeleted(long id) -> {
          networks.remove(id);
          members.keySet().removeIf(key -> key.getFirst() == id);
          blocked.keySet().removeIf(key -> key.getFirst() == id);
          binned.keySet().removeIf(key -> key.getFirst() == id);
        }
        case RecordChange.MemberDeleted(long networkId, long address) ->
            members.remove(List.of(networkId, address));
        case RecordChange.MemberBinned(BinnedMember removed) -> {
          members.remove(List.of(removed.networkId(), removed.address()));
          binned.put(List.of(removed.networkId(), removed.address()), removed);
        }
        case RecordChange.MemberRestored(MemberRecord member) -> {
          binned.remove(List.of(member.networkId(), member.address()));
          members.put(List.of(member.networkId(), member.address()), member);
        }
        case RecordChange.MemberPurged(long networkId, long address) ->
            binned.remove(List.of(networkId, address));
        case RecordChange.ActivitySaved saved -> throw notMade(saved);
        case RecordChange.MembershipEnded ended -> throw notMade(ended);
        case RecordChange.JoinTokenSaved saved -> throw notMade(saved);
        case RecordChange.JoinTokenDeleted deleted -> throw notMade(deleted);
        case RecordChange.JoinedByToken joined -> throw notMade(joined);
        case RecordChange.Blocked(BlockedAddress block) ->
            blocked.put(List.of(block.networkId(), block.address()), block);
        case RecordChange.Unblocked(long networkId, long address) ->
            blocked.remove(List.of(networkId, address));
        case RecordChange.Combined combined -> combined.changes().forEach(this::apply);
        case RecordChange.Edited edited -> apply(edited.change());
      }
    }

    private static IllegalStateException notMade(RecordChange change) {
      return new IllegalStateException("not made by this test: " + change);
    }

    boolean equalTo(State other) {
      return networks.equals(other.networks)
          && members.equals(other.members)
          && blocked.equals(other.blocked)
          && binned.equals(other.binned);
    }
  }

  private static Database database(Path directory) {
    return new Database(DatabaseFile.of(directory.resolve(DatabaseFile.NAME)));
  }

  private static SqlRecordStore open(Database database, Path directory) throws IOException {
    return SqlRecordStore.open(
        database,
        new ControllerDirectory(
            ControllerDirectory.Location.of(directory.resolve("controller.d"))));
  }

  private State stored() throws IOException {
    try (Database database = database(directory);
        SqlRecordStore store = open(database, directory)) {
      return new State(store.takeStored());
    }
  }

  @Test
  void holdsAllConfirmedChangesAfterKill() throws Exception {
    for (long seed = 1; seed <= KILLS; seed++) {
      State state = stored();

      long confirmed = killedAfter(seed, new Random(seed).nextInt(100));

      State after = stored();
      var random = new Random(seed);
      for (int i = 0; i < confirmed; i++) {
        state.apply(state.next(random));
      }
      // Changes may have been written without being confirmed.
      int further = 0;
      while (!state.equalTo(after)) {
        String where = "seed " + seed + ", confirmed " + confirmed + ", further " + further;
        assertTrue(further++ <= SqlRecordStore.MAX_BATCH, where);
        state.apply(state.next(random));
      }
    }
  }

  /** Kills the process once it has confirmed some changes; returns the last ticket confirmed. */
  private long killedAfter(long seed, int changes) throws IOException, InterruptedException {
    Process child =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-Dorg.sqlite.tmpdir=" + directory,
                "-cp",
                System.getProperty("java.class.path"),
                Child.class.getName(),
                directory.toString(),
                Long.toString(seed))
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    var confirmed = new ArrayList<String>();
    try (var out =
        new BufferedReader(
            new InputStreamReader(child.getInputStream(), StandardCharsets.US_ASCII))) {
      do {
        confirmed.add(out.readLine());
        assertNotNull(confirmed.getLast(), "the process exited by itself");
      } while (Long.parseLong(confirmed.getLast()) < changes);
      child.toHandle().destroyForcibly();
      child.waitFor();
      out.lines().forEach(confirmed::add);
    }
    // The last line may be incomplete.
    return confirmed.size() < 2 ? 0 : Long.parseLong(confirmed.get(confirmed.size() - 2));
  }
}
