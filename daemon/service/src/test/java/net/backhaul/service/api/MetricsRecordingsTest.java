// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.backhaul.service.DaemonInTest;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Compares the families of a daemon's metrics with the recorded ones of a member and a root. */
class MetricsRecordingsTest {
  /** Families of features that do not exist here, with the reason. */
  private static final Map<String, String> MISSING_FAMILIES =
      Map.of(
          "controller_sso_expiration_checks", "the controller does not expire SSO logins",
          "controller_sso_timeouts", "the controller does not expire SSO logins");

  /** Values of labels of features that do not exist here, with the reason. */
  private static final Map<String, String> MISSING_VALUES =
      Map.of("zt_packet_error error_type=internal_server_error", "no ERROR has this code");

  /** Labels whose values are ids of nodes and networks. */
  private static final Set<String> IDS = Set.of("node_id", "network_id");

  private static final Pattern SAMPLE =
      Pattern.compile("([a-zA-Z_]+)(?:\\{([^}]*)})? ([-+.0-9e]+)");
  private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"([^\"]*)\"");

  @TempDir static Path home;
  private static String ours;

  /** A family; of each sample the name, the names of its labels, and values that are no ids. */
  private record Family(String help, String type, Set<String> samples, Set<String> values) {}

  @BeforeAll
  static void readMetricsOfJoinedNode() throws Exception {
    try (DaemonInTest daemon = DaemonInTest.start(home)) {
      assertEquals(200, daemon.request("POST", "/network/0b594715410000a1", "{}").status());
      ours = daemon.request("GET", "/metrics", "").body();
    }
  }

  private static String recorded(String name) throws IOException {
    String path = "/vectors/service/" + name;
    try (InputStream in = MetricsRecordingsTest.class.getResourceAsStream(path)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static Map<String, Family> families(String text) {
    Map<String, Family> families = new TreeMap<>();
    Map<String, String> helps = new HashMap<>();
    Family current = null;
    for (String line : text.lines().toList()) {
      String[] words = line.split(" ", 4);
      if (line.startsWith("# HELP ")) {
        helps.put(words[2], words[3]);
      } else if (line.startsWith("# TYPE ")) {
        current = new Family(helps.get(words[2]), words[3], new TreeSet<>(), new TreeSet<>());
        families.put(words[2], current);
      } else {
        add(current, line);
      }
    }
    return families;
  }

  private static void add(Family family, String line) {
    Matcher sample = SAMPLE.matcher(line);
    assertTrue(sample.matches(), line);
    var names = new StringBuilder(sample.group(1));
    if (sample.group(2) != null) {
      Matcher label = LABEL.matcher(sample.group(2));
      while (label.find()) {
        names.append(' ').append(label.group(1));
        if (!IDS.contains(label.group(1))) {
          family.values.add(label.group(1) + "=" + label.group(2));
        }
      }
    }
    family.samples.add(names.toString());
  }

  @Test
  void hasRecordedFamiliesTypesHelpTextsAndLabels() throws IOException {
    Map<String, Family> found = families(ours);
    Set<String> missingFamilies = new TreeSet<>();
    Set<String> missingValues = new TreeSet<>();
    for (String file : List.of("metrics-member.prom", "metrics-controller.prom")) {
      Map<String, Family> recorded = families(recorded(file));
      assertTrue(recorded.size() >= 26, "families in " + file);
      recorded.forEach(
          (name, expected) -> {
            Family family = found.get(name);
            if (family == null) {
              missingFamilies.add(name);
              return;
            }
            assertEquals(expected.help, family.help, name);
            assertEquals(expected.type, family.type, name);
            assertEquals(expected.samples, family.samples, name);
            Set<String> missing = new TreeSet<>(expected.values);
            missing.removeAll(family.values);
            missing.forEach(value -> missingValues.add(name + " " + value));
            assertTrue(expected.values.containsAll(family.values), name + family.values);
          });
    }

    assertEquals(new TreeSet<>(MISSING_FAMILIES.keySet()), missingFamilies);
    assertEquals(new TreeSet<>(MISSING_VALUES.keySet()), missingValues);
  }

  @Test
  void namesItsOwnFamiliesWithPrefix() throws IOException {
    Set<String> own = new TreeSet<>(families(ours).keySet());
    own.removeAll(families(recorded("metrics-member.prom")).keySet());

    assertEquals(
        Set.of(
            "backhaul_controller_push_retries",
            "backhaul_controller_rejected",
            "backhaul_drop",
            "backhaul_fragments",
            "backhaul_port_mapping",
            "backhaul_port_mapping_drop",
            "backhaul_port_mapping_requests",
            "backhaul_port_probes",
            "backhaul_relay_clients",
            "backhaul_relay_closed",
            "backhaul_relay_datagrams",
            "backhaul_relay_drop",
            "backhaul_udp_sockets",
            "backhaul_dns_queries"),
        own);
  }

  @Test
  void writesHistogramsInTheOrderOfTheRecording() throws IOException {
    assertEquals(order(recorded("metrics-member.prom")), order(ours));
  }

  /** Returns the samples of one peer's latency without values, in order. */
  private static List<String> order(String text) {
    List<String> lines = text.lines().filter(line -> line.startsWith("zt_peer_latency")).toList();
    assertTrue(lines.size() >= 13, "a peer");
    return lines.stream()
        .limit(13)
        .map(line -> line.replaceAll("node_id=\"[0-9a-f]{10}\"", "node_id").replaceAll(" .*", ""))
        .toList();
  }
}
