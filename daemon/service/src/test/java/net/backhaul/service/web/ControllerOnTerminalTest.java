// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.cli.Cli;
import net.backhaul.service.DaemonInTest;
import net.backhaul.sql.DatabaseFile;
import net.backhaul.testing.Await;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The commands of the controller with a daemon that is controller and member. */
class ControllerOnTerminalTest {
  @TempDir Path home;

  /** Without it each daemon would spend seconds on an identity. */
  @BeforeEach
  void createIdentity() throws IOException {
    Files.writeString(
        home.resolve("identity.secret"),
        Vectors.file("service/identities.json").required("r").required("secret").asText());
  }

  private String cli(int expected, String... words) {
    var all = new ArrayList<>(List.of("-D" + home));
    all.addAll(List.of(words));
    var out = new ByteArrayOutputStream();
    var err = new ByteArrayOutputStream();
    int code =
        Cli.run(
            all.toArray(String[]::new),
            new PrintStream(out, false, StandardCharsets.UTF_8),
            new PrintStream(err, false, StandardCharsets.UTF_8));
    String text = out.toString(StandardCharsets.UTF_8) + err.toString(StandardCharsets.UTF_8);
    assertEquals(expected, code, text);
    return text;
  }

  private void awaitMember(String id, String state) {
    Await.until(() -> cli(0, "controller", "members", id).contains("  " + state + "  "));
  }

  @Test
  void firstNetworkByAuthorizationAndByToken() throws Exception {
    try (var daemon = DaemonInTest.start(home)) {
      assertFalse(daemon.token().isEmpty());
      assertEquals(1, cli(0, "controller", "list").lines().count());
      assertEquals(1, cli(0, "controller", "log").lines().count());
      assertFalse(Files.exists(home.resolve(DatabaseFile.NAME)), "no network needs no database");
      String id = cli(0, "controller", "create", "home").split(" ")[3];
      String self = id.substring(0, 10);

      cli(0, "join", id);
      awaitMember(id, "WAITING");
      cli(0, "controller", "authorize", id, self, "laptop");
      Await.until(() -> cli(0, "listnetworks").contains(" OK PRIVATE "));
      assertTrue(cli(0, "controller", "members", id, "name:laptop").contains(self));

      cli(0, "controller", "block", id, self);
      awaitMember(id, "BLOCKED");
      cli(1, "controller", "authorize", id, self);
      cli(0, "controller", "unblock", id, self);
      cli(0, "controller", "delete", id, self);
      cli(0, "leave", id);

      String created = cli(0, "controller", "token", "create", id, "--uses=1", "--name=shop");
      String token = created.substring(created.indexOf("bhj_")).lines().findFirst().orElseThrow();
      cli(0, "join", id, "--token", token);
      Await.until(() -> cli(0, "listnetworks").contains(" OK PRIVATE "));
      awaitMember(id, "OK");
      assertTrue(cli(0, "controller", "token", "list", id).contains("  1/1  "));

      String log = cli(0, "-j", "controller", "log", id);
      assertTrue(log.contains("\"join token shop\""), log);
      assertTrue(log.contains("\"local API\""), log);
      assertFalse(log.contains(token));
      cli(0, "controller", "set", id, "notes=shops");
      assertTrue(cli(0, "controller", "show", id).contains("\"shops\""));
      assertTrue(cli(1, "controller", "set", id, "mtu=7").contains("mtu"));
      cli(0, "controller", "delete", id);
      assertTrue(cli(1, "controller", "show", id).contains("there is no network"));
    }
  }
}
