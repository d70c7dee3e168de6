// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.service.api.ControllerDaemon.Result;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code zerotier-cli controller network NWID rules} with the controller's API. */
class NetworkRulesTest {
  private static final String NWID = "0b59471541000001";
  private static final String PATH = "/controller/network/" + NWID;
  private static final String SOURCE =
      "# office\ntag role id 7 enum 1 guest enum 2 server;\n"
          + "cap ssh id 3 accept ipprotocol tcp and dport 22; ;\n"
          + "drop not ethertype ipv4 and not ethertype arp;\naccept;\n";

  @TempDir private Path directory;
  private ControllerDaemon daemon;

  @BeforeEach
  void start() throws IOException {
    daemon = new ControllerDaemon(directory);
  }

  @AfterEach
  void stop() {
    daemon.close();
  }

  @Test
  void keepsTheSourceOfANetwork() throws IOException {
    post("{}");
    assertEquals(new Result(0, "200 rules set OK\n", ""), rules("set", file("a.rules", SOURCE)));
    assertEquals(new Result(0, SOURCE, ""), rules("get"));
    Path copy = directory.resolve("copy.rules");
    assertEquals(new Result(0, "", ""), rules("get", copy.toString()));
    assertEquals(SOURCE, Files.readString(copy));
    Map<String, Object> json = Json.asObject(Json.parse(rules("get", "-j").out()));
    assertEquals(SOURCE, json.get("source"));
    assertEquals(Map.of("ssh", 3L), json.get("capabilitiesByName"));
  }

  @Test
  void marksASourceWhoseRulesWereReplaced() throws IOException {
    post("{}");
    rules("set", file("a.rules", SOURCE));
    post("{\"name\":\"office\",\"rulesSource\":\"\"}");
    assertEquals(new Result(0, SOURCE, ""), rules("get"));

    post("{\"rules\":[{\"type\":\"ACTION_DROP\"}]}");

    assertEquals(true, network().get("rulesSourceOutdated"));
    Result made = rules("get");
    assertEquals(0, made.code());
    assertTrue(made.err().contains("which is outdated"), made.err());
    assertTrue(made.out().startsWith("tag role\n"), made.out());
    assertTrue(made.out().contains("cap ssh\n"), made.out());
    assertTrue(made.out().endsWith("drop;\n"), made.out());
    assertEquals(0, rules("set", file("b.rules", made.out())).code());
    assertEquals(new Result(0, made.out(), ""), rules("get"));
    assertTrue(!network().containsKey("rulesSourceOutdated"));
  }

  @Test
  void makesASourceOfRulesThatHadNone() throws IOException {
    post("{}");
    assertEquals(new Result(0, "accept;\n", ""), rules("get"));
  }

  @Test
  void namesWhatIsWrong() throws IOException {
    Result unknown = rules("get");
    assertEquals(1, unknown.code());
    assertTrue(unknown.err().contains("has no network " + NWID), unknown.err());
    post("{}");
    Map<String, Object> before = network();
    Result error = rules("set", file("bad.rules", "accept dport 70000;\n"));
    assertEquals(1, error.code());
    assertTrue(error.err().contains("line 1, column 14: Invalid numeric range."), error.err());
    Result large = rules("set", file("large.rules", "#".repeat(300_000) + "\naccept;"));
    assertEquals(1, large.code());
    assertTrue(large.err().contains("keeps at most 262144"), large.err());
    assertEquals(2, run("controller", "network", NWID, "rules").code());
    assertEquals(2, run("controller", "network", "12", "rules", "get").code());
    assertEquals(2, run("controller").code());
    assertEquals(2, rules("set").code());
    assertEquals(1, rules("set", "nosuchfile").code());
    assertEquals(before, network());
  }

  private void addMembers() throws IOException {
    post("{}");
    post("/member/1111111111", "{\"authorized\":true,\"name\":\"web\",\"tags\":[[7,2]]}");
    post("/member/2222222222", "{\"authorized\":true,\"name\":\"desk\",\"capabilities\":[3]}");
    post("/member/3333333333", "{\"authorized\":true,\"name\":\"away\"}");
    post("/member/4444444444", "{\"name\":\"web\"}");
    daemon.peers(
        "[{\"address\":\"1111111111\",\"paths\":[{\"active\":true}]},"
            + "{\"address\":\"2222222222\",\"paths\":[{\"active\":true}]},"
            + "{\"address\":\"3333333333\",\"paths\":[]}]");
  }

  @Test
  void runsTheTestsOfASourceWithTheMembersOfTheNetwork() throws IOException {
    addMembers();
    String tests =
        SOURCE.replace("accept;\n", "")
            + "accept ethertype arp;\n# expect accept from desk to web ipprotocol tcp dport 22\n";
    Map<String, Object> before = network();

    Result failed =
        rules(
            "set",
            "--force",
            file("f.rules", tests + "#expect drop from desk to any ipprotocol tcp"));

    assertEquals(1, failed.code());
    assertTrue(failed.err().contains("from desk (2222222222) to "), failed.err());
    assertTrue(
        failed.err().contains("capability ssh, line 3: accept ipprotocol tcp"), failed.err());
    assertEquals(before, network());
    assertEquals(0, rules("set", "--force", file("ok.rules", tests)).code());
    Result unknown = rules("set", file("u.rules", tests + "#expect drop from nobody to any"));
    assertTrue(unknown.err().contains("no member, or several"), unknown.err());
  }

  /** Other clients of the API may send a source with the rules, too. */
  @Test
  void rejectsASourceWhoseTestsFail() throws IOException {
    addMembers();
    Map<String, Object> before = network();
    String test = "accept;\\n#expect drop from desk to web ipprotocol tcp dport 22";
    String body = "{\"rules\":[{\"type\":\"ACTION_ACCEPT\"}],\"rulesSource\":\"" + test + "\"}";

    String answer = daemon.send(PATH, body, 400);

    Object description = Json.asObject(Json.parse(answer)).get("description");
    assertTrue(
        String.valueOf(description).startsWith("line 2, column 2: Expected drop, found accept."),
        answer);
    assertEquals(before, network());
    post(body.replace("drop from", "accept from"));
    assertEquals(
        "accept;\n#expect accept from desk to web ipprotocol tcp dport 22",
        network().get("rulesSource"));
    post(body.replace("ACTION_ACCEPT", "ACTION_DROP"));
    assertEquals(true, network().get("rulesSourceOutdated"));
  }

  @Test
  void rejectsRulesThatCutMembersThatAreOnline() throws IOException {
    addMembers();
    String cut =
        file("cut.rules", "drop ipprotocol tcp and dport 22;\ndrop ethertype arp;\naccept;");

    Result rejected = rules("set", cut);

    assertEquals(1, rejected.code());
    assertEquals(
        "  web (1111111111) -> desk (2222222222): arp, tcp 22, tcp 22 over ipv6\n"
            + "  desk (2222222222) -> web (1111111111): arp, tcp 22, tcp 22 over ipv6\n"
            + "zerotier-cli: nothing was set; to cut these flows between members that are online,"
            + " add --force\n",
        rejected.err());
    assertEquals("accept;\n", rules("get").out());
    assertEquals(new Result(0, "200 rules set OK\n", ""), rules("set", cut, "--force"));
    assertEquals(0, rules("set", file("more.rules", "accept;")).code());
    Result all = rules("set", file("none.rules", "drop;"));
    assertTrue(
        all.err().contains("web (1111111111) -> desk (2222222222): everything\n"), all.err());
    daemon.peers("[]");
    assertEquals(0, rules("set", cut).code());
  }

  @Test
  void explainsTheRulesOfANetwork() throws IOException {
    addMembers();
    rules("set", "--force", file("a.rules", SOURCE.replace("accept;\n", "")));

    Result why =
        run("rules", "explain", NWID, "--from", "desk", "--to", "web", "--proto=tcp", "--dport=22");

    assertEquals(0, why.code(), why.err());
    assertTrue(why.out().contains("from desk (2222222222) to web (1111111111): accept"), why.out());
    assertTrue(why.out().contains("accepted by capability ssh, line 3:"), why.out());
    Result matrix = run("rules", "matrix", NWID, "--proto", "tcp", "--dport", "22");
    assertEquals(
        """
        from \\ to               1     2     3
        1 web (1111111111)      -    no    no
        2 desk (2222222222)   yes     -   yes
        3 away (3333333333)    no    no     -
        """,
        matrix.out());
    Map<String, Object> json =
        Json.asObject(Json.parse(run("rules", "matrix", NWID, "-j", "--proto=udp").out()));
    assertEquals(3, ((List<?>) json.get("members")).size());
  }

  private Map<String, Object> network() {
    return Json.asObject(Json.parse(run(PATH).out()));
  }

  private void post(String body) throws IOException {
    daemon.post(PATH, body);
  }

  private void post(String below, String body) throws IOException {
    daemon.post(PATH + below, body);
  }

  private String file(String name, String text) throws IOException {
    return Files.writeString(directory.resolve(name), text).toString();
  }

  private Result rules(String... words) {
    var all = new ArrayList<>(List.of("controller", "network", NWID, "rules"));
    all.addAll(List.of(words));
    return run(all.toArray(String[]::new));
  }

  private Result run(String... words) {
    return daemon.run(words);
  }
}
