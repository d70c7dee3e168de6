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
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.RecordChange;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a writing process repeatedly, on the same directory. */
class FileRecordStoreKillTest {
  private static final int KILLS = 4;
  private static final int CHANGES = 20_000;

  @TempDir Path directory;

  /** The process: writes changes from a seed, and prints the tickets that are saved. */
  static final class Child {
    private Child() {}

    public static void main(String[] args) throws Exception {
      FileRecordStore store = FileRecordStore.open(Path.of(args[0]));
      store.start(
          new FileRecordStore.Listener() {
            @Override
            public void saved(long ticket) {
              System.out.println(ticket);
            }

            @Override
            public void failed(long ticket, String reason) {
              throw new AssertionError(reason);
            }
          });
      var state = new State(store.networks(), store.members());
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

    State(List<NetworkRecord> networks, List<MemberRecord> members) {
      networks.forEach(each -> apply(new RecordChange.NetworkSaved(each)));
      members.forEach(each -> apply(new RecordChange.MemberSaved(each)));
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
      MemberRecord fresh = MemberJson.create(NetworkIds.text(id), Addresses.text(address), 1);
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
        }
        case RecordChange.MemberDeleted(long networkId, long address) ->
            members.remove(List.of(networkId, address));
      }
    }

    boolean holds(FileRecordStore store) {
      var other = new State(store.networks(), store.members());
      return networks.equals(other.networks) && members.equals(other.members);
    }
  }

  @Test
  void holdsAllConfirmedChangesAfterKill() throws Exception {
    for (long seed = 1; seed <= KILLS; seed++) {
      FileRecordStore before = FileRecordStore.open(directory);
      var state = new State(before.networks(), before.members());

      long confirmed = killedAfter(seed, new Random(seed).nextInt(100));

      FileRecordStore after = FileRecordStore.open(directory);
      var random = new Random(seed);
      for (int i = 0; i < confirmed; i++) {
        state.apply(state.next(random));
      }
      // Changes may have been written without being confirmed.
      int further = 0;
      while (!state.holds(after)) {
        String where = "seed " + seed + ", confirmed " + confirmed + ", further " + further;
        assertTrue(further++ < 200, where);
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
