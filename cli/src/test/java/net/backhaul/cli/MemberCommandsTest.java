// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.cli.RecordedDaemon.Exchange;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MemberCommandsTest {
  private static final String ID = "e4ce736644000001";
  private static final String MEMBERS =
      "{\"directory\":true,\"complete\":true,\"domain\":\"corp.example\",\"members\":["
          + "{\"address\":\"e4ce736644\",\"name\":\"Web\",\"label\":\"web\",\"link\":\"SELF\","
          + "\"latency\":-1,\"ipAssignments\":[\"10.1.0.5\",\"fd00::5\"]},"
          + "{\"address\":\"1122334455\",\"name\":\"\",\"label\":\"1122334455\","
          + "\"link\":\"RELAY\",\"latency\":17,\"ipAssignments\":[]}]}";

  @TempDir private Path directory;

  private CapturedTerminal run(int expected, List<Exchange> exchanges, String... command)
      throws IOException {
    var terminal = new CapturedTerminal("zerotier-cli", Map.of(), directory, 0);
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

  private static List<Exchange> members(int status, String answer) {
    return List.of(new Exchange("GET /network/" + ID + "/members", null, status, answer));
  }

  @Test
  void listsMembers() throws IOException {
    assertEquals(
        """
        <name>                   <ztaddr>    <link>  <lat>  <ips>
        web.corp.example         e4ce736644  SELF    -      10.1.0.5,fd00::5
        1122334455.corp.example  1122334455  RELAY   17     -
        """,
        run(0, members(200, MEMBERS), "members", ID).out());
  }

  @Test
  void printsTheAnswerAsJson() throws IOException {
    String out = run(0, members(200, MEMBERS), "members", "-j", ID).out();
    assertTrue(out.contains("\"ipAssignments\": ["), out);
  }

  @Test
  void reportsWhatIsMissing() throws IOException {
    String noDirectory = "{\"directory\":false,\"complete\":false,\"members\":[]}";
    String err = run(1, members(200, noDirectory), "members", ID).err();
    assertTrue(err.contains("has no directory; set \"directory\": true"), err);
    err = run(1, members(404, ""), "members", ID).err();
    assertTrue(err.contains("is not joined; join it first"), err);
    err = run(2, List.of(), "members", "12").err();
    assertTrue(err.contains("members: "), err);
  }

  @Test
  void printsNoControlCharactersOfAnAnswer() throws IOException {
    String hostile = MEMBERS.replace("\"label\":\"web\"", "\"label\":\"\\u001b[2Jx\"");
    String out = run(0, members(200, hostile), "members", ID).out();
    assertTrue(out.contains("?[2Jx.corp.example"), out);
  }

  @Test
  void namesAMemberAtTheController() throws IOException {
    String path = "/controller/network/" + ID + "/member/1122334455";
    List<Exchange> exchanges =
        List.of(
            new Exchange("GET " + path, null, 200, "{}"),
            new Exchange("POST " + path, "{\"name\":\"Web 1\"}", 200, "{}"));
    String out =
        run(0, exchanges, "controller", "network", ID, "name", "1122334455", "Web 1").out();
    assertEquals("200 controller OK\n", out);
    run(2, List.of(), "controller", "network", ID, "name", "11223344", "x");
    run(2, List.of(), "controller", "network", ID, "name", "1122334455");
    List<Exchange> unknown = List.of(new Exchange("GET " + path, null, 404, ""));
    run(1, unknown, "controller", "network", ID, "name", "1122334455", "x");
  }

  @Test
  void switchesTheDirectory() throws IOException {
    String path = "/controller/network/" + ID;
    List<Exchange> exchanges =
        List.of(
            new Exchange("GET " + path, null, 200, "{}"),
            new Exchange("POST " + path, "{\"directory\":true}", 200, "{}"));
    run(0, exchanges, "controller", "network", ID, "directory", "on");
    run(2, List.of(), "controller", "network", ID, "directory", "maybe");
  }
}
