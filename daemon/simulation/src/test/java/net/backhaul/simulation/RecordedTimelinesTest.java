// SPDX-License-Identifier: Apache-2.0
package net.backhaul.simulation;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Stream;
import net.backhaul.engine.NodeOptions;
import net.backhaul.engine.StateKey;
import net.backhaul.simulation.SimulatedNat.Kind;
import net.backhaul.simulation.Timeline.Row;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Replays {@code timelines.json}: the script of each timeline runs on a simulated internet, and
 * what the recording shows about timers is compared (02 sections 3.11, 4.3 and 4.5).
 *
 * <p>Frames are pings on an ad-hoc network: one frame each way. Expected times are read from the
 * recording; where ours differ on purpose, the difference is asserted and its reason given.
 */
class RecordedTimelinesTest {
  private static final Map<String, Consumer<Run>> REPLAYS =
      Map.of(
          "no_root_answers", RecordedTimelinesTest::noRootAnswers,
          "active_pair", RecordedTimelinesTest::activePair,
          "peer_dies", RecordedTimelinesTest::peerDies,
          "root_keepalive", RecordedTimelinesTest::rootKeepalive,
          "relay_only", RecordedTimelinesTest::relayOnly,
          "surface_change", RecordedTimelinesTest::surfaceChange,
          "restart_with_cache", RecordedTimelinesTest::restartWithCache,
          "static_hint", RecordedTimelinesTest::staticHint);

  private static final Map<String, String> NOT_REPLAYED =
      Map.of("low_bandwidth", "ours has other timers (02 section 4.8): LowBandwidthTest");

  /** When peers are checked: every time that this passes, and so the precision of all timers. */
  private static final long CHECK_MS =
      onlyInterval(
          Timeline.recorded("no_root_answers")
              .where(row -> row.what().equals("A->R HELLO") && row.from().startsWith("2001")));

  /** A NAT removes mappings after this silence, and some after less (02 section 3.11). */
  private static final long MAX_SILENCE_MS = 20_000;

  private static final long MAX_PEER_SILENCE_MS = 25_000;

  /** After this silence packets go through the root (README of docs/protocol, note 1). */
  private static final long SUSPECT_MS = 30_000;

  /** How long an introduction is followed, which the root may have made just before. */
  private static final long INTRODUCTION_MS = 30_000;

  private static final String A_IP = "10.0.1.2";
  private static final String B_IP = "10.0.2.2";
  private static final String R_IP = "10.0.0.1";

  @TestFactory
  Stream<DynamicTest> timersAreThoseOfTheRecording() {
    var names = new TreeSet<String>();
    Timeline.all().fieldNames().forEachRemaining(names::add);
    var covered = new TreeSet<>(REPLAYS.keySet());
    covered.addAll(NOT_REPLAYED.keySet());
    assertEquals(names, covered);
    return REPLAYS.entrySet().stream()
        .map(
            entry ->
                DynamicTest.dynamicTest(
                    entry.getKey(), () -> entry.getValue().accept(new Run(entry.getKey()))));
  }

  /** A simulated internet with the hosts of the recording. */
  private static final class Run {
    static final long AD_HOC = ScenarioTest.AD_HOC;

    final String name;
    final Timeline recorded;
    final SimulatedInternet internet = new SimulatedInternet(1);
    final Map<String, SimulatedHost> hosts = new HashMap<>();
    final long startMs = internet.nowMs();
    Timeline ours;

    Run(String name) {
      this.name = name;
      this.recorded = Timeline.recorded(name);
    }

    SimulatedHost host(String host) {
      return hosts.get(host);
    }

    /** Adds hosts, each with its name, and the planet with these roots. */
    void prepare(Map<String, SimulatedHost> added, String... roots) {
      hosts.putAll(added);
      SimulatedHost[] rootHosts =
          Arrays.stream(roots).map(hosts::get).toArray(SimulatedHost[]::new);
      byte[] planet = SimulatedInternet.planet(rootHosts);
      hosts.values().forEach(host -> host.save(new StateKey(StateKey.Kind.PLANET, 0), planet));
      ours = Timeline.of(internet, hosts);
    }

    /** Starts the root and two members at the recorded addresses and times. */
    Run startPair() {
      prepare(
          Map.of("R", internet.host(R_IP), "A", internet.host(A_IP), "B", internet.host(B_IP)),
          "R");
      startMembers();
      return this;
    }

    void startMembers() {
      host("R").start();
      long aMs = Timeline.recordedMs("root_keepalive", "A", "event UP");
      until(aMs);
      host("A").start().join(AD_HOC);
      until(Timeline.recordedMs("root_keepalive", "B", "event UP"));
      host("B").start().join(AD_HOC);
      until(aMs + 3 * CHECK_MS);
    }

    void until(long atMs) {
      internet.run(startMs + atMs - internet.nowMs());
    }

    void ping() {
      ping(host("B").ipStack(AD_HOC).addresses().getFirst().address());
    }

    void ping(InetAddress to) {
      host("A").ping(to, AD_HOC);
    }

    /** Packets of one kind are as many as recorded, and each at most a check earlier or later. */
    void assertSameTimes(String what, long fromMs) {
      List<Row> expected = recorded.where(row -> isFirstSent(row, what, fromMs));
      List<Row> found =
          ours.where(
              row ->
                  isFirstSent(row, what, fromMs)
                      && row.atMs() <= expected.getLast().atMs() + CHECK_MS);
      assertFalse(expected.isEmpty(), what);
      assertEquals(expected.size(), found.size(), () -> what + ": " + expected + ", " + found);
      for (int i = 0; i < expected.size(); i++) {
        long differenceMs = found.get(i).atMs() - expected.get(i).atMs();
        assertTrue(Math.abs(differenceMs) <= CHECK_MS, expected.get(i) + ", " + found.get(i));
      }
    }

    /** Not what the root relays. */
    private boolean isFirstSent(Row row, String what, long fromMs) {
      return row.what().equals(what)
          && row.atMs() >= fromMs
          && (what.startsWith("R") || !row.from().startsWith(R_IP));
    }
  }

  /** Roots that never answer get a HELLO at each check; ours also get some before the second. */
  private static void noRootAnswers(Run run) {
    SimulatedInternet internet = run.internet;
    run.prepare(
        Map.of("A", internet.host(A_IP), "R", internet.host(R_IP), "S", internet.host("10.0.6.1")),
        "R",
        "S");
    run.host("A").start();
    run.until(8 * CHECK_MS);

    for (String what : List.of("A->R HELLO", "A->S HELLO")) {
      String socket = A_IP + "/9993";
      List<Row> recorded =
          run.recorded.where(row -> row.what().equals(what) && row.from().equals(socket));
      long everyMs = onlyInterval(recorded);
      List<Row> found = run.ours.of(what);
      List<Long> intervals = Timeline.intervals(found);
      assertEquals(recorded.getFirst().atMs(), found.getFirst().atMs());
      // Faster at first: a lost HELLO must not cost five seconds (02 section 3.11).
      assertTrue(found.get(1).atMs() < everyMs / 10, intervals::toString);
      assertTrue(intervals.stream().allMatch(interval -> interval <= everyMs), intervals::toString);
      List<Long> later = intervals.subList(intervals.size() - 4, intervals.size());
      assertEquals(Set.of(everyMs), new HashSet<>(later));
    }
  }

  /**
   * A pair with one frame a minute: keepalives are rarer than those of the reference, HELLOs and
   * pushes much rarer (README of docs/protocol, note 11).
   */
  private static void activePair(Run run) {
    run.startPair().ping();
    long fromMs = Timeline.recordedMs(run.name, "--", "one frame each way");
    for (Row frame : run.recorded.of("A->B FRAME")) {
      run.until(frame.atMs());
      run.ping();
    }
    run.until(run.recorded.of("A->B FRAME").getLast().atMs() + MAX_PEER_SILENCE_MS);

    for (String pair : List.of("A->B", "B->A")) {
      List<Row> all = run.ours.where(row -> row.what().startsWith(pair) && row.atMs() >= fromMs);
      assertNoSilence(all, MAX_PEER_SILENCE_MS);
      for (String rare : List.of(pair + " HELLO", pair + " PUSH_DIRECT_PATHS")) {
        assertFalse(run.recorded.where(row -> run.isFirstSent(row, rare, fromMs)).isEmpty(), rare);
        assertEquals(List.of(), run.ours.where(row -> run.isFirstSent(row, rare, fromMs)));
      }
    }
  }

  /**
   * A peer that falls silent: the reference sends frames over the dead path until it expires, ours
   * through the root after half a minute (02 section 3.3).
   */
  private static void peerDies(Run run) {
    run.startPair().ping();
    InetAddress target = run.host("B").ipStack(Run.AD_HOC).addresses().getFirst().address();
    long diesMs = Timeline.recordedMs(run.name, "--", "B dies");
    List<Row> activity = Timeline.recorded("active_pair").of("A->B FRAME");
    long frameEveryMs = onlyInterval(activity);
    for (long atMs = activity.getFirst().atMs(); atMs < diesMs; atMs += frameEveryMs) {
      run.until(atMs);
      run.ping(target);
    }
    run.until(diesMs);
    run.host("B").kill();
    for (Row frame : run.recorded.of("A->B FRAME")) {
      run.until(frame.atMs());
      run.ping(target);
    }
    long endMs = run.recorded.of("A->B FRAME").getLast().atMs();
    run.until(endMs);

    long recordedMs = firstRelayedMs(run.recorded, diesMs);
    long oursMs = firstRelayedMs(run.ours, diesMs);
    long frameGapMs = onlyInterval(run.recorded.of("A->B FRAME"));
    assertTrue(oursMs < recordedMs);
    assertTrue(oursMs - diesMs <= SUSPECT_MS + frameGapMs, () -> "relayed from " + oursMs);
    // Silent paths get a HELLO at each check instead of each minute, until they expire as recorded.
    List<Row> hellos =
        run.ours.where(
            row ->
                row.what().equals("A->B HELLO")
                    && row.to().startsWith(B_IP)
                    && row.atMs() > diesMs);
    List<Row> recordedHellos =
        run.recorded.where(row -> row.what().equals("A->B HELLO") && row.atMs() > diesMs);
    assertTrue(hellos.size() > recordedHellos.size(), () -> "" + hellos);
    assertTrue(
        hellos.getLast().atMs() <= recordedMs + INTRODUCTION_MS, () -> "" + hellos.getLast());
  }

  private static void assertNoSilence(List<Row> packets, long maxMs) {
    long gapMs = Timeline.intervals(packets).stream().mapToLong(each -> each).max().orElseThrow();
    assertTrue(gapMs <= maxMs, () -> gapMs + " ms without a packet");
  }

  private static long firstRelayedMs(Timeline timeline, long fromMs) {
    List<Row> later = timeline.where(row -> row.what().equals("A->B FRAME") && row.atMs() > fromMs);
    return later.stream()
        .filter(row -> row.from().startsWith(A_IP) && row.to().startsWith(R_IP))
        .findFirst()
        .orElseThrow()
        .atMs();
  }

  /**
   * An idle node and its root: HELLOs have the recorded interval. In place of a WHOIS at each check
   * there is an ECHO when the path was idle (02 section 3.11).
   */
  private static void rootKeepalive(Run run) {
    run.startPair();
    long upMs = Timeline.recordedMs(run.name, "A", "event UP");
    List<Row> recorded = run.recorded.of("A->R HELLO");
    run.until(recorded.getLast().atMs() + 3 * CHECK_MS);

    List<Row> hellos = run.ours.of("A->R HELLO");
    assertEquals(recorded.getFirst().atMs(), hellos.getFirst().atMs());
    List<Long> intervals = Timeline.intervals(hellos);
    // The round trip is measured twice: the first one is that of cold code (02 section 3.3).
    assertEquals(CHECK_MS, intervals.getFirst());
    assertEquals(Timeline.intervals(recorded), intervals.subList(1, intervals.size()));
    List<Row> all = run.ours.where(row -> row.what().startsWith("A->R"));
    assertNoSilence(all, MAX_SILENCE_MS);
    assertEquals(List.of(), run.ours.of("A->R WHOIS"));
    assertTrue(run.recorded.of("A->R WHOIS").size() > 1);
    assertTrue(all.size() < (recorded.getLast().atMs() - upMs) / CHECK_MS, () -> all.size() + "");
  }

  /** A pair that only the root connects: introductions and pushes have the recorded intervals. */
  private static void relayOnly(Run run) {
    run.prepare(
        Map.of(
            "R",
            run.internet.host(R_IP),
            "A",
            run.internet.host(A_IP),
            "B",
            run.internet.host(B_IP)),
        "R");
    run.internet.separate(run.host("A"), run.host("B"));
    run.startMembers();
    run.ping();
    long fromMs = Timeline.recordedMs(run.name, "--", "relayed only");
    long endMs = run.recorded.of("A->B PUSH_DIRECT_PATHS").getLast().atMs();
    for (long atMs = fromMs; atMs <= endMs; atMs += CHECK_MS) {
      run.until(atMs);
      run.ping();
    }
    run.until(endMs + CHECK_MS);

    for (String kind :
        List.of(
            "R->A RENDEZVOUS",
            "R->B RENDEZVOUS",
            "A->B PUSH_DIRECT_PATHS",
            "B->A PUSH_DIRECT_PATHS")) {
      run.assertSameTimes(kind, fromMs);
    }
    for (String kind : List.of("A->B HELLO", "B->A HELLO")) {
      List<Row> ours = run.ours.of(kind);
      for (Row row : run.recorded.of(kind)) {
        // The reference pushes some addresses twice; ours pushes each once (02 section 4.2).
        assertTrue(
            ours.stream().anyMatch(one -> Math.abs(one.atMs() - row.atMs()) <= 100),
            () -> row + ": " + ours);
      }
      // An introduction is followed with further probes (02 section 4.1).
      assertTrue(ours.size() > Set.copyOf(run.recorded.of(kind)).size(), ours::toString);
    }
  }

  /**
   * A NAT with a new public address: from the first packet that leaves it on, the nodes react as
   * recorded. That packet is the next keepalive, which the reference sends at each check.
   */
  private static void surfaceChange(Run run) {
    SimulatedInternet internet = run.internet;
    long changeMs = Timeline.recordedMs(run.name, "--", "NAT external IP");
    SimulatedNat nat = internet.nat("192.88.99.10", Kind.CONE);
    run.prepare(
        Map.of(
            "R", internet.host("192.88.99.1"),
            "A", internet.host("10.1.0.2", nat),
            "B", internet.host("192.88.99.77")),
        "R");
    run.startMembers();
    run.ping();
    run.until(changeMs);
    nat.changeAddress("192.88.99.11");
    run.until(changeMs + 2 * MAX_SILENCE_MS);

    long recordedMs = firstToRootMs(run.recorded, changeMs);
    long oursMs = firstToRootMs(run.ours, changeMs);
    assertTrue(recordedMs - changeMs <= CHECK_MS);
    assertTrue(oursMs - changeMs <= MAX_SILENCE_MS, () -> "first packet at " + oursMs);
    assertEquals(reaction(run.recorded, recordedMs), reaction(run.ours, oursMs));
    // The path by which the root has reported the change is not probed: it has just been used.
    assertEquals(1, probesOfRoot(run.recorded, recordedMs + 20).size());
    assertEquals(List.of(), probesOfRoot(run.ours, oursMs + 20));
    // B continues to probe the path that is gone: at each check, as every silent one.
    List<Row> recordedProbes = toOldAddress(run.recorded, recordedMs + CHECK_MS);
    assertTrue(recordedProbes.stream().allMatch(row -> row.what().equals("B->A ECHO")));
    assertTrue(toOldAddress(run.ours, oursMs + CHECK_MS).size() > recordedProbes.size());
  }

  private static long firstToRootMs(Timeline timeline, long fromMs) {
    return timeline
        .where(row -> row.what().startsWith("A->R") && row.atMs() >= fromMs)
        .getFirst()
        .atMs();
  }

  private static List<Row> probesOfRoot(Timeline timeline, long atMs) {
    return timeline.where(row -> row.what().equals("A->R ECHO") && row.atMs() == atMs);
  }

  /** What is sent within the next round trips, except ECHO and WHOIS between nodes and the root. */
  private static Set<String> reaction(Timeline timeline, long fromMs) {
    var rows = new TreeSet<String>();
    timeline
        .where(row -> row.atMs() > fromMs && row.atMs() <= fromMs + 50)
        .forEach(
            row -> {
              if (!row.what().matches("(A->R|R->A|B->R|R->B) .*(ECHO|WHOIS)")) {
                String to =
                    row.what().startsWith("B->A") || row.what().startsWith("R->A") ? row.to() : "";
                rows.add(
                    (row.atMs() - fromMs)
                        + " "
                        + row.what()
                        + " "
                        + to
                        + " cipher "
                        + row.cipher());
              }
            });
    return rows;
  }

  private static List<Row> toOldAddress(Timeline timeline, long fromMs) {
    return timeline.where(
        row ->
            row.what().startsWith("B->A")
                && row.to().startsWith("192.88.99.10/")
                && row.atMs() > fromMs);
  }

  /** A node that restarts with its peers: the root and the peer are contacted as recorded. */
  private static void restartWithCache(Run run) {
    long stopMs = Timeline.recordedMs(run.name, "--", "A stops");
    long startMs = Timeline.recordedMs(run.name, "--", "A starts again");
    run.startPair().ping();
    run.until(stopMs);
    run.host("A").stop();
    run.until(startMs);
    run.host("A").start().join(Run.AD_HOC);
    Row contact = run.recorded.of("A->B HELLO").getFirst();
    // The reference is ONLINE at the first check, ours one round trip after the start.
    assertEquals(CHECK_MS, Timeline.recordedMs(run.name, "A", "event ONLINE") - startMs);
    run.until(startMs + 20);
    assertTrue(run.host("A").status().online());
    run.until(contact.atMs());
    run.ping();
    run.until(contact.atMs() + 1_000);

    for (String what :
        List.of("A->R HELLO", "R->A OK of HELLO", "A->B HELLO", "B->A OK of HELLO")) {
      Row expected = run.recorded.of(what).getFirst();
      List<Row> found = run.ours.where(row -> row.what().equals(what) && row.atMs() >= startMs);
      assertEquals(expected, found.getFirst());
    }
    // The reference retries the packet at the next tick; ours goes through the root at once.
    Row recorded = run.recorded.of("A->B USER_MESSAGE").getFirst();
    assertTrue(recorded.atMs() > contact.atMs());
    List<Row> frames =
        run.ours.where(row -> row.what().equals("A->B FRAME") && row.atMs() >= startMs);
    assertEquals(contact.atMs(), frames.getFirst().atMs());
    assertTrue(frames.getFirst().to().startsWith(R_IP), frames::toString);
  }

  /** A configured endpoint is tried with the first packet, beside the relay: all as recorded. */
  private static void staticHint(Run run) {
    long fromMs = Timeline.recordedMs(run.name, "--", "A has a static try hint");
    SimulatedInternet internet = run.internet;
    run.prepare(
        Map.of("R", internet.host(R_IP), "A", internet.host(A_IP), "B", internet.host(B_IP)), "R");
    run.host("R").start();
    run.host("A").start();
    run.host("B").start().join(Run.AD_HOC);
    run.until(fromMs);
    SimulatedHost b = run.host("B");
    run.host("A")
        .running()
        .options(
            new NodeOptions(
                List.of(),
                Map.of(b.nodeAddress(), List.of(b.endpoint())),
                Map.of(),
                100,
                false,
                0,
                NodeOptions.RelayUse.NEVER),
            internet.nowMs());
    run.host("A").join(Run.AD_HOC);
    run.ping();
    run.until(fromMs + CHECK_MS);

    assertEquals(contact(run.recorded, fromMs), contact(run.ours, fromMs));
  }

  /** The packets of the first contact, without the answer to a ping and what networks send. */
  private static Set<String> contact(Timeline timeline, long fromMs) {
    var rows = new TreeSet<String>();
    timeline
        .where(row -> row.atMs() >= fromMs && row.atMs() <= fromMs + 50)
        .forEach(
            row -> {
              String what = row.what().replace("USER_MESSAGE", "FRAME");
              if (!what.matches(".*(MULTICAST_LIKE|PUSH_DIRECT_PATHS)|B->A FRAME")) {
                rows.add(
                    "%d %s from %s to %s cipher %d"
                        .formatted(row.atMs() - fromMs, what, row.from(), row.to(), row.cipher()));
              }
            });
    return rows;
  }

  private static long onlyInterval(List<Row> rows) {
    var intervals = new HashSet<>(Timeline.intervals(rows));
    assertEquals(1, intervals.size(), () -> "intervals " + intervals);
    return intervals.iterator().next();
  }
}
