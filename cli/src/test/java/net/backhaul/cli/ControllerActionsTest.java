// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.cli.RecordedDaemon.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Networks, members, tokens and the log of the controller on a terminal. */
class ControllerActionsTest {
  private static final String ID = "e4ce736644000001";
  private static final String V1 = "/backhaul/v1";
  private static final String NETWORK = V1 + "/networks/" + ID;
  private static final String MEMBER = NETWORK + "/members/1122334455";
  private static final String MEMBERS =
      "{\"matching\":1,\"members\":[{\"id\":\"1122334455\",\"authorized\":true,\"blocked\":false,"
          + "\"online\":true,\"link\":\"DIRECT\",\"version\":\"1.14.1\",\"seenMs\":1700000000123,"
          + "\"addresses\":[\"10.1.0.5\"],\"name\":\"\\u001b[2Jweb\"}]}";

  @TempDir private Path directory;

  private CapturedTerminal run(int expected, List<Exchange> exchanges, String... command)
      throws IOException {
    var host = new CapturedTerminal.TestHost(0, false);
    host.interruptAtPause(2);
    var terminal = new CapturedTerminal("zerotier-cli", Map.of(), directory, host);
    try (var daemon = new RecordedDaemon()) {
      exchanges.forEach(daemon::expect);
      var words = new ArrayList<>(List.of("-p" + daemon.port(), "-T" + RecordedDaemon.TOKEN));
      words.addAll(List.of(command));
      int code = Cli.run(words.toArray(String[]::new), terminal.terminal());
      assertEquals(List.of(), daemon.differences());
      assertEquals(expected, code, terminal::err);
    }
    return terminal;
  }

  private static Exchange get(String path, String answer) {
    return new Exchange("GET " + path, null, 200, answer);
  }

  private static Exchange post(String path, String body, String answer) {
    return new Exchange("POST " + path, body, 200, answer);
  }

  @Test
  void listsNetworks() throws IOException {
    String networks =
        "{\"networks\":[{\"id\":\""
            + ID
            + "\",\"private\":true,\"memberCount\":3,"
            + "\"authorizedCount\":2,\"routes\":[{\"target\":\"10.1.0.0/24\"}],"
            + "\"name\":\"home\"}]}";
    assertEquals(
        """
        <nwid>            <type>   <members>  <authorized>  <routes>     <name>
        e4ce736644000001  PRIVATE  3          2             10.1.0.0/24  home
        """,
        run(0, List.of(get(V1 + "/networks", networks)), "controller", "list").out());
  }

  @Test
  void createsNetwork() throws IOException {
    String created = "{\"id\":\"" + ID + "\",\"routes\":[{\"target\":\"10.1.0.0/24\"}]}";
    assertEquals(
        "200 controller create "
            + ID
            + " 10.1.0.0/24\nOn each member: zerotier-cli join "
            + ID
            + "\n",
        run(
                0,
                List.of(post(V1 + "/networks", "{\"name\":\"home\"}", created)),
                "controller",
                "create",
                "home")
            .out());
  }

  @Test
  void listsMembersWithoutTheirControlCharacters() throws IOException {
    String path = NETWORK + "/members?limit=1000&q=online%3Ayes&offset=0";
    assertEquals(
        """
        <ztaddr>    <state>  <online>  <link>  <ver>   <seen>                <ips>     <name>
        1122334455  OK       ONLINE    DIRECT  1.14.1  2023-11-14T22:13:20Z  10.1.0.5  ?[2Jweb
        """,
        run(0, List.of(get(path, MEMBERS)), "controller", "members", ID, "online:yes").out());
  }

  @Test
  void listsHostNameOfMemberWithoutName() throws IOException {
    String members =
        "{\"matching\":1,\"members\":[{\"id\":\"1122334455\",\"authorized\":false,\"blocked\":false,"
            + "\"online\":true,\"link\":\"RELAY\",\"version\":null,\"seenMs\":0,\"addresses\":[],"
            + "\"name\":\"\",\"hostName\":\"web-1\"}]}";
    String path = NETWORK + "/members?limit=1000&q=&offset=0";
    assertEquals(
        """
        <ztaddr>    <state>  <online>  <link>  <ver>  <seen>  <ips>  <name>
        1122334455  WAITING  ONLINE    RELAY   -      -       -      (web-1)
        """,
        run(0, List.of(get(path, members)), "controller", "members", ID).out());
  }

  @Test
  void listsRestoresAndPurgesRemovedMembers() throws IOException {
    String removed =
        "{\"total\":1,\"members\":[{\"id\":\"1122334455\",\"removedMs\":1700000000123,"
            + "\"expiresMs\":1702592000123,\"addresses\":[\"10.1.0.5\"],\"name\":\"web\"}]}";
    assertEquals(
        """
        <ztaddr>    <removed>             <until>               <ips>     <name>
        1122334455  2023-11-14T22:13:20Z  2023-12-14T22:13:20Z  10.1.0.5  web
        """,
        run(0, List.of(get(NETWORK + "/bin?limit=1000&offset=0", removed)), "controller", "bin", ID)
            .out());
    String binned = NETWORK + "/bin/1122334455";
    assertEquals(
        "200 controller restore OK\n",
        run(
                0,
                List.of(post(binned + "/restore", "{}", "{}")),
                "controller",
                "restore",
                ID,
                "1122334455")
            .out());
    run(
        0,
        List.of(new Exchange("DELETE " + binned, null, 200, "{}")),
        "controller",
        "purge",
        ID,
        "1122334455");
  }

  @Test
  void setsTagsAndCapabilitiesByName() throws IOException {
    Exchange definitions =
        get(
            NETWORK + "/definitions",
            "{\"tags\":[{\"id\":7,\"name\":\"role\",\"enums\":{\"web\":100},"
                + "\"flags\":{\"a\":1,\"b\":4}}],"
                + "\"capabilities\":[{\"id\":9,\"name\":\"ssh\"}]}");
    String bulk = NETWORK + "/members/bulk/credentials";
    Map<String, String> tags =
        Map.of("web", "100", "a+b", "5", "4294967295", "4294967295", "", "null");
    for (Map.Entry<String, String> tag : tags.entrySet()) {
      String body = "{\"members\":[\"1122334455\"],\"tags\":{\"7\":" + tag.getValue() + "}}";
      run(
          0,
          List.of(definitions, post(bulk, body, "{\"results\":[]}")),
          "controller",
          "tag",
          ID,
          "1122334455",
          "role=" + tag.getKey());
    }
    String body = "{\"capabilities\":{\"9\":false},\"members\":[\"1122334455\"]}";
    run(
        0,
        List.of(definitions, post(bulk, body, "{\"results\":[]}")),
        "controller",
        "capability",
        ID,
        "1122334455",
        "ssh",
        "off");
    String unknown = "{\"results\":[{\"problem\":{\"detail\":\"there is no member\"}}]}";
    assertTrue(
        run(
                1,
                List.of(definitions, post(bulk, body, unknown)),
                "controller",
                "capability",
                ID,
                "1122334455",
                "9",
                "off")
            .err()
            .contains("there is no member"));
    assertTrue(
        run(1, List.of(definitions), "controller", "tag", ID, "1122334455", "role=db")
            .err()
            .contains("expected a number or one of [web], or of [a, b], found"));
    assertTrue(
        run(1, List.of(definitions), "controller", "tag", ID, "1122334455", "team=1")
            .err()
            .contains("they have [role]"));
    run(2, List.of(), "controller", "tag", ID, "1122334455", "role");
    run(2, List.of(), "controller", "capability", ID, "1122334455", "ssh", "maybe");
  }

  @Test
  void authorizesKnownAndUnknownMembers() throws IOException {
    run(
        0,
        List.of(get(MEMBER, "{}"), post(MEMBER, "{\"authorized\":true}", "{\"authorized\":true}")),
        "controller",
        "authorize",
        ID,
        "1122334455");
    String body = "{\"authorized\":true,\"id\":\"1122334455\",\"name\":\"web\"}";
    run(
        0,
        List.of(
            new Exchange("GET " + MEMBER, null, 404, "{}"),
            post(NETWORK + "/members", body, "{\"authorized\":true}")),
        "controller",
        "authorize",
        ID,
        "1122334455",
        "web");
  }

  @Test
  void saysThatABlockedMemberIsNotAuthorized() throws IOException {
    CapturedTerminal terminal =
        run(
            1,
            List.of(
                get(MEMBER, "{}"), post(MEMBER, "{\"authorized\":true}", "{\"authorized\":false}")),
            "controller",
            "authorize",
            ID,
            "1122334455");
    assertTrue(terminal.err().contains("blocked"), terminal.err());
  }

  @Test
  void changesMembersAndNetworks() throws IOException {
    run(
        0,
        List.of(post(MEMBER, "{\"authorized\":false}", "{}")),
        "controller",
        "deauthorize",
        ID,
        "1122334455");
    run(0, List.of(post(MEMBER + "/block", "{}", "{}")), "controller", "block", ID, "1122334455");
    run(
        0,
        List.of(post(MEMBER + "/unblock", "{}", "{}")),
        "controller",
        "unblock",
        ID,
        "1122334455");
    run(
        0,
        List.of(post(MEMBER, "{\"name\":\"a b\"}", "{}")),
        "controller",
        "name",
        ID,
        "1122334455",
        "a b");
    run(
        0,
        List.of(post(NETWORK, "{\"private\":false}", "{}")),
        "controller",
        "set",
        ID,
        "private=false");
    run(0, List.of(post(NETWORK, "{\"name\":\"x\"}", "{}")), "controller", "set", ID, "name=x");
    run(
        0,
        List.of(new Exchange("DELETE " + MEMBER, null, 200, "{}")),
        "controller",
        "delete",
        ID,
        "1122334455");
    run(0, List.of(new Exchange("DELETE " + NETWORK, null, 200, "{}")), "controller", "delete", ID);
  }

  @Test
  void makesListsAndRevokesTokens() throws IOException {
    String tokens = NETWORK + "/join-tokens";
    String token =
        "{\"id\":7,\"expiresMs\":1700000000000,\"maxUses\":3,\"uses\":1,\"usable\":true,"
            + "\"name\":\"shop\",\"token\":\"bhj_x\"}";
    String out =
        run(
                0,
                List.of(
                    post(tokens, "{\"expiresInS\":172800,\"maxUses\":3,\"name\":\"shop\"}", token)),
                "controller",
                "token",
                "create",
                ID,
                "--uses=3",
                "--days=2",
                "--name=shop")
            .out();
    assertTrue(out.contains("for 3 members") && out.contains("\n  bhj_x\n"), out);
    assertTrue(out.contains("\n  echo bhj_x | sudo zerotier-cli join " + ID + " --token -\n"), out);
    assertFalse(out.contains("Linux"), out);
    assertEquals(
        """
        <id>  <uses>  <expires>             <usable>  <name>
        7     1/3     2023-11-14T22:13:20Z  YES       shop
        """,
        run(
                0,
                List.of(get(tokens, "{\"tokens\":[" + token + "]}")),
                "controller",
                "token",
                "list",
                ID)
            .out());
    run(
        0,
        List.of(new Exchange("DELETE " + tokens + "/7", null, 200, "{}")),
        "controller",
        "token",
        "revoke",
        ID,
        "7");
  }

  @Test
  void namesTheLimitsOfTokensByTheirOptions() throws IOException {
    for (String[] wrong : new String[][] {{"--days=", "367", "366"}, {"--uses=", "0", "100000"}}) {
      String err =
          run(2, List.of(), "controller", "token", "create", ID, wrong[0] + wrong[1]).err();
      assertTrue(
          err.contains(
              "expected a number from 1 to %s, found \"%s\"".formatted(wrong[2], wrong[1])),
          err);
    }
  }

  @Test
  void leadsToTheHelpWithoutAnAction() throws IOException {
    String err = run(2, List.of(), "controller").err();
    assertTrue(err.contains("found nothing; zerotier-cli -h shows how each is used"), err);
  }

  @Test
  void printsTheLineThatInstalls() throws IOException {
    String line = "curl -fsS 'https://c:9994/join/bhj_x' | sudo sh";
    assertTrue(created("\"" + line + "\"", "null").endsWith("\n  " + line + "\n"));
    String loopback = created("\"" + line + "\"", "\"loopback\"");
    assertTrue(loopback.contains("\n  " + line + "\n  (other hosts do not reach"), loopback);
    assertTrue(created("null", "\"listener\"").contains("web enable"));
    assertTrue(created("null", "\"https\"").contains("no TLS"));
    assertTrue(created("null", "\"lifetime\"").contains("--days=1"));
  }

  private String created(String line, String problem) throws IOException {
    String token =
        "{\"expiresMs\":1700000000000,\"maxUses\":1,\"token\":\"bhj_x\",\"install\":{\"line\":"
            + line
            + ",\"problem\":"
            + problem
            + "}}";
    return run(
            0,
            List.of(post(NETWORK + "/join-tokens", "{}", token)),
            "controller",
            "token",
            "create",
            ID)
        .out();
  }

  @Test
  void showsTheLog() throws IOException {
    String entries =
        "{\"entries\":[{\"atMs\":1700000000000,\"network\":\""
            + ID
            + "\",\"member\":null,"
            + "\"action\":\"change\",\"origin\":\"local API\",\"actor\":\"admin\"}]}";
    assertEquals(
        """
        <time>                <nwid>            <ztaddr>  <action>  <from>     <actor>
        2023-11-14T22:13:20Z  e4ce736644000001  -         change    local API  admin
        """,
        run(0, List.of(get(V1 + "/audit?limit=100&network=", entries)), "controller", "log").out());
  }

  @Test
  void watchesUntilAnInterrupt() throws IOException {
    String path = NETWORK + "/members?limit=1000&q=&offset=0";
    String later = MEMBERS.replace("\"online\":true", "\"online\":false");
    String out =
        run(0, List.of(get(path, MEMBERS), get(path, later)), "controller", "watch", ID).out();
    assertEquals(2, out.lines().count(), out);
  }

  @Test
  void showsTheReasonOfTheController() throws IOException {
    String problem = "{\"detail\":\"there is no network " + ID + "\"}";
    CapturedTerminal terminal =
        run(
            1,
            List.of(new Exchange("GET " + NETWORK, null, 404, problem)),
            "controller",
            "show",
            ID);
    assertTrue(terminal.err().contains("there is no network"), terminal.err());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "controller frob",
        "controller show 12",
        "controller members",
        "controller authorize " + ID,
        "controller authorize " + ID + " ../../x/y.",
        "controller set " + ID + " name",
        "controller token frob " + ID,
        "controller token revoke " + ID + " ../x",
        "controller token create " + ID + " --uses=x",
        "controller log 12"
      })
  void rejectsWrongWords(String line) throws IOException {
    CapturedTerminal terminal = run(2, List.of(), line.split(" "));
    assertTrue(terminal.err().contains("controller: "), terminal.err());
  }

  @Test
  void joinsByToken() throws IOException {
    run(
        0,
        List.of(post("/network/" + ID, "{\"joinToken\":\"bhj_x\"}", "{}")),
        "join",
        ID,
        "--token",
        "bhj_x");
    CapturedTerminal terminal = run(2, List.of(), "join", ID, "--token=a b");
    assertTrue(terminal.err().contains("--token: expected"), terminal.err());
  }
}
