// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.ethernet;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Many concurrent flows with losses and reordering arrive as they were sent. */
class CoalescedStreamsTest {
  private static final int FRAMES = 150_000;

  @ParameterizedTest
  @CsvSource({"1,false", "2,false", "3,false", "4,true", "5,true"})
  void deliversEveryFlowUnchangedAndInOrder(long seed, boolean withConstantIds) {
    var random = new Random(seed);
    int sentInAll = 0;
    int writesInAll = 0;
    for (int round = 0; sentInAll < FRAMES; round++) {
      var wire = new CoalescedWire(1 + random.nextInt(8), CoalescedWire.ALL);
      List<byte[]> sent = send(wire, random, withConstantIds);
      if (withConstantIds) {
        sent.forEach(CoalescedStreamsTest::clearUnusedId);
        wire.received.forEach(CoalescedStreamsTest::clearUnusedId);
      }

      String where = "seed " + seed + ", round " + round;
      assertEquals(sent.size(), wire.received.size(), where);
      Map<String, List<byte[]>> expected = byFlow(sent);
      Map<String, List<byte[]>> received = byFlow(wire.received);
      assertEquals(expected.keySet(), received.keySet(), where);
      expected.forEach(
          (key, frames) ->
              CoalescedWire.assertSame(frames, received.get(key), where + ", flow " + key));
      sentInAll += sent.size();
      writesInAll += wire.writes.size();
    }
    int frames = sentInAll;
    int writes = writesInAll;
    assertTrue(writes < frames / 2, () -> writes + " writes for " + frames);
  }

  private static List<byte[]> send(CoalescedWire wire, Random random, boolean withConstantIds) {
    var flows = new ArrayList<RandomFlow>();
    for (int i = 1 + random.nextInt(10); i > 0; i--) {
      flows.add(new RandomFlow(random, flows.size(), withConstantIds));
    }
    var sent = new ArrayList<byte[]>();
    for (int burst = 0; burst < 300; burst++) {
      RandomFlow flow = flows.get(random.nextInt(flows.size()));
      for (int i = random.nextInt(1 + random.nextInt(90)); i >= 0; i--) {
        byte[] frame = flow.next();
        sent.add(frame.clone());
        wire.send(frame);
      }
      if (random.nextInt(4) == 0) {
        wire.flush();
      }
    }
    wire.flush();
    return sent;
  }

  /**
   * Sorts frames by flow. What is of no flow goes to a list of what its stations have sent, beside
   * a note of how much of each flow went before.
   */
  private static Map<String, List<byte[]>> byFlow(List<byte[]> frames) {
    var flows = new TreeMap<String, List<byte[]>>();
    var counts = new TreeMap<String, TreeMap<String, Integer>>();
    for (byte[] frame : frames) {
      String stations = hex(frame, 0, 12);
      String flow = flowOf(frame);
      var before = counts.computeIfAbsent(stations, key -> new TreeMap<>());
      if (flow.isEmpty()) {
        List<byte[]> others = flows.computeIfAbsent(stations, key -> new ArrayList<>());
        others.add(frame);
        others.add(before.toString().getBytes(StandardCharsets.US_ASCII));
      } else {
        before.merge(flow, 1, Integer::sum);
        flows.computeIfAbsent(stations + flow, key -> new ArrayList<>()).add(frame);
      }
    }
    return flows;
  }

  private static String flowOf(byte[] frame) {
    String type = hex(frame, 12, 15);
    if (type.equals("080045")
        && frame.length >= 42
        && (frame[20] & 0x3f | frame[21]) == 0
        && (frame[23] == 6 || frame[23] == 17)) {
      return type + frame[23] + hex(frame, 26, 38);
    }
    if (type.startsWith("86dd6") && frame.length >= 62 && (frame[20] == 6 || frame[20] == 17)) {
      return type.substring(0, 5) + frame[20] + hex(frame, 22, 58);
    }
    return "";
  }

  private static void clearUnusedId(byte[] frame) {
    if (hex(frame, 12, 15).equals("080045") && frame.length >= 26 && frame[20] == 0x40) {
      for (int at : new int[] {18, 19, 24, 25}) {
        frame[at] = 0;
      }
    }
  }

  private static String hex(byte[] bytes, int start, int end) {
    return HexFormat.of()
        .formatHex(bytes, Math.min(start, bytes.length), Math.min(end, bytes.length));
  }
}
