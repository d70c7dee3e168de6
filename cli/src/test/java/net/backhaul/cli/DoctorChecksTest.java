// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.backhaul.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The checks of {@code doctor} whose faults are files, texts of tools or answers of the daemon. */
class DoctorChecksTest {
  private static final Set<Integer> PORTS = Set.of(9993);

  @TempDir private Path directory;

  private static Finding only(List<Finding> findings, String check) {
    List<Finding> found = findings.stream().filter(each -> each.check().equals(check)).toList();
    assertEquals(1, found.size(), findings::toString);
    return found.getFirst();
  }

  private static void assertToDo(Finding finding, String text) {
    assertFalse(finding.ok(), finding::toString);
    assertTrue(finding.text().contains(text), finding::toString);
  }

  private static List<Finding> daemon(String members) throws Exception {
    String text = "{\"node\": {\"listeningOn\": [\"10.0.0.1/9993\"]}, " + members + "}";
    return DaemonChecks.check(JsonObject.of(Json.parse(text)));
  }

  private static String root(String family, boolean socket, boolean answered) {
    return "{\"address\": \"778cde7190\", \"family\": \"%s\", \"socket\": %b, \"answered\": %b,"
            .formatted(family, socket, answered)
        + " \"latency\": 7, \"endpoints\": [\"192.0.2.1/9993\"]}";
  }

  @Test
  void namesRootsThatDoNotAnswer() throws Exception {
    assertToDo(
        only(daemon("\"roots\": [" + root("IPv4", true, false) + "]"), "root"),
        "778cde7190 over IPv4: no answer from 192.0.2.1/9993: permit UDP");
    assertToDo(
        only(daemon("\"roots\": [" + root("IPv4", false, false) + "]"), "root"),
        "this host has no address from which 192.0.2.1/9993 can be reached");
    List<Finding> both =
        daemon("\"roots\": [" + root("IPv4", true, true) + "," + root("IPv6", true, false) + "]");
    assertEquals("778cde7190 over IPv4: answers, 7 ms", both.get(1).text());
    assertToDo(both.get(2), "over IPv6: no answer from 192.0.2.1/9993; the other IP family");
    List<Finding> withoutV6 =
        daemon("\"roots\": [" + root("IPv4", true, true) + "," + root("IPv6", false, false) + "]");
    assertTrue(withoutV6.stream().allMatch(Finding::ok), withoutV6::toString);
  }

  private static Finding mapping(String kind, String members) throws Exception {
    String nat = "\"nat\": [{\"family\": \"IPv4\", \"kind\": \"" + kind + "\", \"observed\": []}]";
    return only(
        daemon(nat + ", \"portMapping\": {\"gateway\": \"10.0.0.9\", " + members + "}"), "mapping");
  }

  @Test
  void namesPortMappingWhereTheNatNeedsOne() throws Exception {
    String failed = "\"state\": \"FAILED\", \"external\": \"\", \"why\": \"PCP: no answer\"";
    assertToDo(
        mapping("ENDPOINT_DEPENDENT", failed),
        "none: PCP: no answer; switch PCP, NAT-PMP or UPnP on at the router 10.0.0.9");
    assertEquals("none: PCP: no answer", mapping("ENDPOINT_INDEPENDENT", failed).text());
    assertTrue(mapping("ENDPOINT_INDEPENDENT", failed).ok());

    String mapped =
        "\"state\": \"MAPPED\", \"external\": \"5.9.0.4/7\", \"local\": \"10.0.0.1/7\","
            + " \"protocol\": \"PCP\", \"expiresInMs\": 600000, \"doubleNat\": ";
    Finding ok = mapping("ENDPOINT_DEPENDENT", mapped + "false");
    assertTrue(ok.ok());
    assertEquals("5.9.0.4/7 to 10.0.0.1/7 by PCP at 10.0.0.9, for 10 min", ok.text());
    assertToDo(
        mapping("ENDPOINT_DEPENDENT", mapped + "true"),
        "that address is not public: a second NAT lies behind the router, which has to map");
    assertTrue(daemon("\"nat\": []").stream().noneMatch(each -> each.check().equals("mapping")));
  }

  @Test
  void namesCopyOfIdentityThatHasAnsweredLately() throws Exception {
    assertTrue(only(daemon("\"roots\": []"), "identity").ok(), "an older daemon");
    assertTrue(identity(-1).ok());
    assertTrue(identity(700_000).ok());
    assertToDo(identity(9_000), "runs on another host, which answered 9 s ago: stop it, and");
  }

  private static Finding identity(long copyAgoMs) throws Exception {
    String text = "{\"node\": {\"identityCopyAgoMs\": " + copyAgoMs + "}}";
    return only(DaemonChecks.check(JsonObject.of(Json.parse(text))), "identity");
  }

  @Test
  void namesTcpRelay() throws Exception {
    String root = "\"roots\": [" + root("IPv4", true, false) + "]}";
    String node = "{\"node\": {\"tcpRelay\": \"192.0.2.3/443\", \"listeningOn\": [%s]}, " + root;
    List<Finding> blocked =
        DaemonChecks.check(JsonObject.of(Json.parse(node.formatted("\"10.0.0.1/9993\""))));
    assertToDo(only(blocked, "tcp relay"), "over 192.0.2.3/443, because no root answers over UDP");
    assertToDo(only(blocked, "root"), "permit UDP");

    List<Finding> forced = DaemonChecks.check(JsonObject.of(Json.parse(node.formatted(""))));
    assertTrue(forced.stream().allMatch(Finding::ok), forced::toString);
    assertTrue(only(forced, "tcp relay").text().contains("forceTcpRelay"));
  }

  @ParameterizedTest
  @CsvSource({
    "NONE, true",
    "UNDETERMINED, true",
    "ENDPOINT_INDEPENDENT, true",
    "ENDPOINT_DEPENDENT, false"
  })
  void namesSymmetricNat(String kind, boolean ok) throws Exception {
    String nat = "{\"family\": \"IPv4\", \"kind\": \"" + kind + "\", \"observed\": [\"a/1\"]}";
    Finding finding = only(daemon("\"nat\": [" + nat + "]"), "nat");
    assertEquals(ok, finding.ok());
    assertTrue(ok || finding.text().contains("forward UDP port 9993 of the router"));
  }

  @ParameterizedTest
  @CsvSource({"59000, true", "-59000, true", "61000, false", "-7300000, false"})
  void namesWrongClock(long aheadMs, boolean ok) throws Exception {
    String clock = "{\"address\": \"778cde7190\", \"aheadMs\": " + aheadMs + "}";
    Finding finding = only(daemon("\"rootClocks\": [" + clock + "]"), "clock");
    assertEquals(ok, finding.ok(), finding::toString);
    if (!ok) {
      assertToDo(finding, aheadMs > 0 ? "61 s ahead of that" : "2 h behind that");
    }
  }

  @Test
  void namesStateOfNetworkAndSilentController() {
    String id = "e4ce736644000001";
    assertTrue(NetworkChecks.state(id, "OK").ok());
    for (String state :
        List.of(
            "REQUESTING_CONFIGURATION",
            "ACCESS_DENIED",
            "NOT_FOUND",
            "PORT_ERROR",
            "AUTHENTICATION_REQUIRED",
            "CLIENT_TOO_OLD")) {
      assertToDo(NetworkChecks.state(id, state), id);
    }
    assertToDo(NetworkChecks.controller(id, "e4ce736644", false), "does not answer");
    assertTrue(NetworkChecks.controller(id, "e4ce736644", true).ok());
  }

  @Test
  void namesFilesOfOthersAndReplacedIdentity() throws IOException {
    Path home = Files.createDirectory(directory.resolve("home"));
    var checks = new HostChecks(directory);
    Path secret = Files.createFile(home.resolve("identity.secret"));
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-------"));
    assertTrue(only(checks.files(home), "files").ok());

    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw-r-----"));
    assertTrue(only(checks.files(home), "files").ok(), "a group may read it");
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("rw----r--"));
    assertToDo(only(checks.files(home), "files"), "chmod 600 " + secret);
    Files.createFile(home.resolve("identity.secret.saved_after_collision"));
    assertToDo(only(checks.files(home), "identity"), "this node has a new identity");
    assertToDo(only(checks.files(directory.resolve("none")), "files"), "no home directory");
  }

  @Test
  void namesMissingTunDevice() throws IOException {
    var checks = new HostChecks(directory);
    assertToDo(checks.tap(), "modprobe tun");
    Files.createDirectories(directory.resolve("dev/net/tun"));
    assertTrue(checks.tap().ok());
  }

  @ParameterizedTest
  @CsvSource({
    "1, 0, 2, false",
    "0, 1, 2, false",
    "2, 1, 2, true",
    "1, 2, 2, true",
    "0, 0, 2, true",
    "1, 1, 1, true"
  })
  void namesStrictFilterOfSeveralUplinks(String all, String own, int uplinks, boolean ok)
      throws IOException {
    Map<String, Set<Integer>> names = new TreeMap<>();
    for (int i = 0; i < uplinks; i++) {
      names.put("eth" + i, Set.of(28));
      write("eth" + i, own);
    }
    names.put("eth9", Set.of(48)); // IPv6 has no such filter.
    write("all", all);
    Finding finding = new HostChecks(directory).reversePath(names);
    assertEquals(ok, finding.ok(), finding::toString);
    assertTrue(ok || finding.text().contains("sysctl -w net.ipv4.conf.eth1.rp_filter=2"));
  }

  private void write(String name, String value) throws IOException {
    Path conf = Files.createDirectories(directory.resolve("proc/sys/net/ipv4/conf/" + name));
    Files.writeString(conf.resolve("rp_filter"), value + "\n");
  }

  @Test
  void namesServiceThatDoesNotRun() {
    String state = "LoadState=%s\nActiveState=%s\nUnitFileState=%s\n";
    assertEquals(List.of(), HostChecks.service(state.formatted("not-found", "inactive", "")));
    assertTrue(
        only(HostChecks.service(state.formatted("loaded", "active", "enabled")), "service").ok());
    assertToDo(
        only(HostChecks.service(state.formatted("loaded", "failed", "enabled")), "service"),
        "is failed: journalctl -u zerotier-one");
    assertToDo(
        only(HostChecks.service(state.formatted("loaded", "active", "disabled")), "service"),
        "systemctl enable zerotier-one");
  }

  // Firewalls.

  private static Finding nft(String policy, String... rules) throws Exception {
    var text = new StringBuilder("{\"nftables\": [{\"metainfo\": {}}, {\"table\": {}}");
    text.append(", {\"chain\": {\"family\": \"inet\", \"table\": \"t\", \"name\": \"in\",");
    text.append(" \"hook\": \"input\", \"policy\": \"").append(policy).append("\"}}");
    text.append(", {\"chain\": {\"family\": \"inet\", \"table\": \"t\", \"name\": \"more\"}}");
    for (String rule : rules) {
      String chain = rule.startsWith("more ") ? "more" : "in";
      text.append(", {\"rule\": {\"family\": \"inet\", \"table\": \"t\", \"chain\": \"")
          .append(chain)
          .append("\", \"expr\": [")
          .append(rule.startsWith("more ") ? rule.substring(5) : rule)
          .append("]}}");
    }
    return FirewallCheck.check(List.of(NftRuleset.read(text + "]}")), PORTS);
  }

  private static final String DROP = ", {\"counter\": {}}, {\"drop\": null}";
  private static final String ACCEPT = ", {\"accept\": null}";

  private static String dport(String right) {
    return "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"udp\","
        + " \"field\": \"dport\"}}, \"right\": "
        + right
        + "}}";
  }

  private static String state(String right) {
    return "{\"match\": {\"op\": \"in\", \"left\": {\"ct\": {\"key\": \"state\"}}, \"right\": "
        + right
        + "}}";
  }

  @ParameterizedTest
  @ValueSource(strings = {"9993", "{\"set\": [53, 9993]}", "{\"range\": [9000, 10000]}"})
  void namesRuleOfNftThatDropsThePort(String ports) throws Exception {
    assertToDo(nft("accept", dport(ports) + DROP), "the chain in of the nft table inet t drops it");
    assertNull(nft("accept", dport("53") + DROP));
    assertNull(nft("accept", dport(ports) + ACCEPT, dport(ports) + DROP), "the first rule counts");
  }

  @Test
  void distinguishesAnswersFromFirstDatagrams() throws Exception {
    assertToDo(nft("drop"), "answers to UDP port 9993 do not arrive");
    String related = state("[\"established\", \"related\"]") + ACCEPT;
    assertToDo(nft("drop", related), "that a peer sends first does not arrive");
    assertNull(nft("drop", related, dport("9993") + ACCEPT));
    String map =
        "{\"vmap\": {\"key\": {\"ct\": {\"key\": \"state\"}}, \"data\": {\"set\":"
            + " [[\"established\", {\"accept\": null}], [\"invalid\", {\"drop\": null}]]}}}";
    assertToDo(nft("drop", map), "that a peer sends first does not arrive");
  }

  @Test
  void followsJumpsAndSkipsWhatItCannotDecide() throws Exception {
    String jump = "{\"jump\": {\"target\": \"more\"}}";
    assertToDo(nft("accept", jump, "more " + dport("9993") + DROP), "drops it by a rule");
    assertNull(nft("accept", jump, "more {\"return\": null}", "more " + dport("9993") + DROP));
    assertNull(
        nft(
            "accept",
            "{\"match\": {\"op\": \"==\", \"left\": {\"payload\": {\"protocol\": \"ip\","
                + " \"field\": \"saddr\"}}, \"right\": \"192.0.2.1\"}}"
                + DROP));
    assertNull(nft("accept", "{\"limit\": {\"rate\": 9}}" + DROP));
    assertNull(nft("accept", jump, "more " + jump), "a loop ends");
  }

  private static Finding iptables(String... lines) {
    String text = "*filter\n" + String.join("\n", lines) + "\nCOMMIT\n";
    return FirewallCheck.check(List.of(IptablesRuleset.read("iptables-save", text)), PORTS);
  }

  @Test
  void namesRuleOfIptables() {
    String drop = "-A INPUT -p udp -m udp --dport 9993 -j DROP";
    assertToDo(iptables(":INPUT ACCEPT [0:0]", drop), "the chain INPUT of iptables-save drops");
    assertNull(iptables(":INPUT ACCEPT [0:0]", drop.replace("9993", "53")));
    assertNull(iptables(":INPUT ACCEPT [0:0]", drop.replace("udp", "tcp")));
    assertNull(iptables(":INPUT ACCEPT [0:0]", drop.replace("-p", "-s 192.0.2.1/32 -p")));
    assertToDo(
        iptables(":INPUT DROP [0:0]", "-A INPUT -i lo -j ACCEPT"),
        "answers to UDP port 9993 do not arrive: the chain INPUT of iptables-save drops what");
    assertToDo(
        iptables(
            ":INPUT DROP [0:0]", "-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT"),
        "that a peer sends first");
    assertNull(
        iptables(
            ":INPUT DROP [0:0]",
            ":mesh - [0:0]",
            "-A INPUT -j mesh",
            "-A mesh -p udp -m multiport --dports 53,9990:9999 -m comment --comment \"a b\""
                + " -j ACCEPT"));
    assertToDo(
        iptables(":OUTPUT ACCEPT [0:0]", "-A OUTPUT -p udp -m udp --sport 9993 -j REJECT"),
        "UDP from port 9993 cannot leave");
    assertToDo(iptables(":INPUT ACCEPT [0:0]", "-A INPUT -p udp ! --dport 53 -j DROP"), "drops it");
  }

  @Test
  void reportsDaemonThatDoesNotRun() {
    var terminal = new CapturedTerminal("zerotier-cli", Map.of(), Path.of(""), 0);
    int code = Cli.run(new String[] {"-D" + directory, "doctor"}, terminal.terminal());
    assertEquals(1, code);
    assertTrue(terminal.out().startsWith("TO DO  daemon     zerotier-one writes "), terminal.out());
  }
}
