// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import net.backhaul.json.Json;
import net.backhaul.rules.RulesCompiler;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The default-deny network of docs/rules.md between members on hosts of their own: every flow that
 * it permits, and every other one of a list, is tried with TCP, UDP and ICMP of the kernel.
 */
class DefaultDenyTest {
  private static final int PERMITTED_MS = 300;
  private static final int FORBIDDEN_MS = 500;
  private static final List<Integer> TCP = List.of(22, 80, 443);
  private static final List<Integer> UDP = List.of(53, 5353);

  private static final String SUBNET = "10.78.0.";
  private static final String SETTINGS =
      """
      {"private": true, "v4AssignMode": {"zt": true}, "routes": [{"target": "10.78.0.0/24"}],
       "ipAssignmentPools": [{"ipRangeStart": "10.78.0.1", "ipRangeEnd": "10.78.0.99"}], %s}
      """;

  /** Added to the source of the document: name servers, and who may ping. */
  private static final String FURTHER_RULES =
      """
      accept ipprotocol udp and dport 53 and treq role server;
      accept ipprotocol udp and sport 53 and tseq role server;
      cap ping
        id 30
        accept ipprotocol icmp4 and icmp 8 -1;
      ;
      accept ipprotocol icmp4 and icmp 0 -1;
      """;

  /** The members, in order: a web server, a desk, an administrator with the capabilities. */
  private static final List<String> NAMES = List.of("server", "desk", "admin");

  private static final List<String> MEMBERS =
      List.of("{\"tags\": [[10, 1]]", "{\"tags\": [[10, 2]]", "{\"capabilities\": [20, 30]");

  /** Every flow of the list that the rules permit; all others are forbidden. */
  private static final String PERMITTED =
      """
      admin to desk: icmp
      admin to desk: tcp 22
      admin to server: icmp
      admin to server: tcp 22
      admin to server: tcp 443
      admin to server: udp 53
      desk to server: tcp 443
      desk to server: udp 53
      """;

  @RegisterExtension static final SharedMembers SHARED = new SharedMembers(NAMES.size());
  private final NamespaceServers[] servers = new NamespaceServers[NAMES.size()];

  @BeforeEach
  void joinMembers() throws Exception {
    NamespaceMembers members = SHARED.nodes();
    String page = Files.readString(Tree.TOP.resolve("docs/rules.md"));
    int start = page.indexOf("    # By default nothing passes");
    String source = page.substring(start, page.indexOf("\nA statement is", start));
    Map<String, ?> compiled = RulesCompiler.compile(source + FURTHER_RULES).json();
    String rules = Json.write(compiled.get("config"));
    String network = members.network(1, SETTINGS.formatted(rules.substring(1, rules.length() - 1)));
    for (int i = 0; i < NAMES.size(); i++) {
      NamespaceNode member = SHARED.members().get(i);
      String address = SUBNET + (i + 1);
      members.join(member, network, MEMBERS.get(i) + ", \"ipAssignments\": [\"" + address + "\"]}");
      NamespaceMembers.awaitDevice(member, network, address);
      servers[i] = new NamespaceServers(member, TCP, UDP);
    }
  }

  @AfterEach
  void stop() throws Exception {
    for (NamespaceServers each : servers) {
      if (each != null) {
        each.close();
      }
    }
  }

  /** A flow of the list, such as {@code desk to server: tcp 443}. */
  private record Flow(int from, int to, String kind, int port) {
    @Override
    public String toString() {
      String ends = NAMES.get(from) + " to " + NAMES.get(to) + ": " + kind;
      return port == 0 ? ends : ends + " " + port;
    }
  }

  private static List<Flow> flows() {
    var flows = new ArrayList<Flow>();
    for (int from = 0; from < NAMES.size(); from++) {
      for (int to = 0; to < NAMES.size(); to++) {
        if (from != to) {
          flows.add(new Flow(from, to, "icmp", 0));
          for (int port : TCP) {
            flows.add(new Flow(from, to, "tcp", port));
          }
          for (int port : UDP) {
            flows.add(new Flow(from, to, "udp", port));
          }
        }
      }
    }
    return flows;
  }

  private boolean passes(Flow flow, int waitMs) {
    NamespaceServers from = servers[flow.from];
    try {
      var to = new InetSocketAddress(SUBNET + (flow.to + 1), flow.port);
      return switch (flow.kind) {
        case "icmp" -> from.reachesIcmp(to.getAddress(), waitMs);
        case "tcp" -> from.reachesTcp(to, 1, waitMs);
        default -> from.reachesUdp(to, 1, waitMs);
      };
    } catch (NoRouteToHostException unresolved) {
      return false;
    } catch (Exception e) {
      throw new AssertionError(flow.toString(), e);
    }
  }

  /** Tries flows at the same time; returns those that pass. */
  private List<Flow> passing(List<Flow> flows, int waitMs) {
    var passing = new ArrayList<Flow>();
    try (ExecutorService attempts = Executors.newVirtualThreadPerTaskExecutor()) {
      var results = new ArrayList<Future<Boolean>>();
      flows.forEach(flow -> results.add(attempts.submit(() -> passes(flow, waitMs))));
      for (int i = 0; i < flows.size(); i++) {
        if (results.get(i).get()) {
          passing.add(flows.get(i));
        }
      }
    } catch (ExecutionException | InterruptedException e) {
      throw new AssertionError(e);
    }
    return passing;
  }

  @Test
  void permitsAndForbidsEachFlow() {
    Set<String> permitted = PERMITTED.lines().collect(Collectors.toSet());
    var forbidden = new ArrayList<>(flows());
    var pending = new ArrayList<>(flows());
    forbidden.removeIf(flow -> permitted.contains(flow.toString()));
    pending.removeAll(forbidden);
    assertEquals(permitted.size(), pending.size(), () -> pending + " of the list are permitted");

    // What is forbidden counts only once every path and credential is there.
    Await.until(
        () -> {
          pending.removeAll(passing(pending, PERMITTED_MS));
          return pending.isEmpty();
        },
        () -> "permitted, and does not pass: " + pending);
    assertEquals(List.of(), passing(forbidden, FORBIDDEN_MS));
    assertEquals(28, forbidden.size(), "forbidden flows that were tried");
  }
}
