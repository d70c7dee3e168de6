// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import net.backhaul.json.Json;
import net.backhaul.sql.Database;
import net.backhaul.sql.DatabaseFile;
import net.backhaul.store.SqlRecordStore;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** A daemon whose home is on a file system of the kernel that becomes full, and has space again. */
class FullDiskTest {
  private static final String NETWORKS = "/backhaul/v1/networks";
  private static final String NOTES = "n".repeat(9_000);
  private static final int MAX_CHANGES = 2_000;
  private static final byte[] PART = new byte[64 * 1024];

  @RegisterExtension final CapturedLog log = new CapturedLog(SqlRecordStore.class);

  @TempDir Path directory;
  private Path home;

  @BeforeEach
  void mount() throws Exception {
    home = Files.createDirectory(directory.resolve("home"));
    boolean able = run("mount", "-t", "tmpfs", "-o", "size=16m", "none", home.toString());
    assertTrue(able || System.getenv("CI") == null, "needs root, to mount a small file system");
    assumeTrue(able, "needs root, to mount a small file system");
  }

  @AfterEach
  void unmount() throws Exception {
    run("umount", "-l", home.toString());
  }

  private static boolean run(String... command) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    return process.waitFor(60, TimeUnit.SECONDS) && process.exitValue() == 0;
  }

  private Path ballast() {
    return home.resolve("ballast");
  }

  /** Writes until nothing more fits, to the last byte. */
  private void fill() throws IOException {
    try (OutputStream out = Files.newOutputStream(ballast())) {
      for (int length = PART.length; length > 0; ) {
        try {
          out.write(PART, 0, length);
        } catch (IOException full) {
          length /= 2;
        }
      }
    }
  }

  private static String create(DaemonInTest daemon) throws IOException {
    RawHttp.Answer answer = daemon.request("POST", NETWORKS, "{\"name\":\"0\"}");
    assertEquals(200, answer.status(), answer::body);
    return NETWORKS + "/" + Json.asObject(Json.parse(answer.body())).get("id");
  }

  private static Object name(String body) {
    return Json.asObject(Json.parse(body)).get("name");
  }

  /** Returns the names of the networks that are on the disk. */
  private List<String> stored() throws IOException {
    return Database.read(DatabaseFile.of(home.resolve(DatabaseFile.NAME)), SqlRecordStore::read)
        .networks()
        .stream()
        .map(each -> each.name())
        .toList();
  }

  @Test
  void rejectsChangesWhileTheDiskIsFullAndGoesOnWhenItIsNot() throws Exception {
    long confirmed = 0;
    long rejected = 0;
    String network;
    try (DaemonInTest daemon = DaemonInTest.start(home)) {
      network = create(daemon);
      fill();

      RawHttp.Answer answer;
      do {
        long next = Math.max(confirmed, rejected) + 1;
        answer =
            daemon.request(
                "POST", network, "{\"name\":\"%d\",\"notes\":\"%s\"}".formatted(next, NOTES));
        if (answer.status() == 200) {
          confirmed = next;
        } else {
          rejected = next;
        }
        assertTrue(next < MAX_CHANGES, "the disk never becomes full");
      } while (answer.status() == 200);

      assertEquals(500, answer.status(), answer::body);
      assertTrue(answer.body().contains("there is no space left for "), answer::body);
      assertTrue(
          String.join(" ", log.messages()).contains("there is no space left for "),
          "the log says so: " + String.join(" ", log.messages()));
      assertEquals(List.of(Long.toString(confirmed)), stored(), "what was confirmed, no more");
      assertEquals(200, daemon.request("GET", network, "").status(), "it still answers");
      assertEquals(500, daemon.request("POST", network + "/members", member()).status());
      assertJoinIsNotSaved(daemon);

      Files.delete(ballast());

      Await.until(() -> String.join(" ", log.messages()).contains("can be written again"));
      assertEquals(
          Long.toString(rejected), name(daemon.request("GET", network, "").body()), "retried");
      assertEquals(200, daemon.request("POST", network, "{\"mtu\":1400}").status());
      assertEquals(200, daemon.request("POST", "/network/8056c2e21c000001", "{}").status());
    }
    assertEquals(List.of(Long.toString(rejected)), stored());
    try (DaemonInTest daemon = DaemonInTest.start(home)) {
      Map<String, Object> after =
          new TreeMap<>(Json.asObject(Json.parse(daemon.request("GET", network, "").body())));
      assertEquals(Long.toString(rejected), after.get("name"));
      assertEquals(1400L, after.get("mtu"));
      assertEquals(
          1L, Json.asObject(Json.parse(members(daemon, network))).get("total"), "the member, too");
    }
  }

  private static String members(DaemonInTest daemon, String network) throws IOException {
    return daemon.request("GET", network + "/members", "").body();
  }

  private static String member() {
    return "{\"id\":\"0123456789\",\"notes\":\"" + NOTES + "\"}";
  }

  /** Files of the home are whole or not there. */
  private void assertJoinIsNotSaved(DaemonInTest daemon) throws IOException {
    RawHttp.Answer answer = daemon.request("POST", "/network/8056c2e21c000001", "{}");
    assertEquals(500, answer.status(), answer::body);
    var names = new ArrayList<String>();
    try (var files = Files.list(home.resolve("networks.d"))) {
      files.map(each -> each.getFileName().toString()).forEach(names::add);
    }
    assertFalse(names.contains("8056c2e21c000001.local.conf"), names::toString);
  }
}
