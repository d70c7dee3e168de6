// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.stream.Stream;
import net.backhaul.service.system.Privileges;
import net.backhaul.service.system.StartFailure;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The start of a daemon with missing or damaged files in its home (04 section 8.5). */
class RecoveryTest {
  private static final String INVALID =
      "fatal error: invalid identity loaded from disk. "
          + "Please remove identity.public and identity.secret from ";

  @TempDir Path home;

  @Test
  void fillsEmptyHomeAsTheReferenceDoes() throws Exception {
    try (DaemonInTest daemon = DaemonInTest.start(home)) {
      assertEquals(
          List.of(
              "authtoken.secret rw-------",
              "controller.d rwx------",
              "identity.public rw-r--r--",
              "identity.secret rw-------",
              "local.conf rw-r--r--",
              "metricstoken.secret rw-------",
              "planet rw-r--r--",
              "zerotier-one.pid rw-r--r--",
              "zerotier-one.port rw-r--r--"),
          listing());
      assertTrue(daemon.token().matches("[a-z0-9]{24}"));
      assertEquals(570, Files.size(home.resolve("planet")));
      assertEquals(
          Long.toString(ProcessHandle.current().pid()),
          Files.readString(home.resolve("zerotier-one.pid")));
    }
    assertFalse(Files.exists(home.resolve("zerotier-one.pid")));
    assertTrue(Files.exists(home.resolve("zerotier-one.port")));
  }

  @ParameterizedTest
  @ValueSource(strings = {"garbage", "4b56a1b9b0:0:48ad", "::::", "\0\0\0\0"})
  void rejectsDamagedIdentityAndKeepsItsFile(String content) throws Exception {
    Files.writeString(home.resolve("identity.secret"), content);

    StartFailure failure = assertThrows(StartFailure.class, () -> DaemonInTest.start(home));

    assertEquals(INVALID + home + " and try again", failure.getMessage());
    assertEquals(1, failure.exitCode());
    assertEquals(content, Files.readString(home.resolve("identity.secret")));
    assertFalse(Files.exists(home.resolve("zerotier-one.pid")));
  }

  @Test
  void rejectsIdentityWithWrongDigitOrWithoutPrivateKey() throws Exception {
    String secret = identity("secret");
    int last = secret.length() - 1;
    String wrong = secret.substring(0, last) + (secret.charAt(last) == '0' ? '1' : '0');

    for (String each : List.of(wrong, identity("public"), "0" + secret.substring(1))) {
      Files.writeString(home.resolve("identity.secret"), each);
      assertThrows(StartFailure.class, () -> DaemonInTest.start(home), each);
    }
  }

  @Test
  void generatesIdentityForEmptyFile() throws Exception {
    Files.writeString(home.resolve("identity.secret"), "");
    Files.writeString(home.resolve("identity.public"), identity("public"));

    try (DaemonInTest daemon = DaemonInTest.start(home)) {
      assertEquals(200, daemon.request("GET", "/status", "").status());
      assertNotEquals(identity("public"), Files.readString(home.resolve("identity.public")));
      assertEquals(270, Files.size(home.resolve("identity.secret")));
    }
  }

  @Test
  void rewritesWrongPublicIdentityAndAcceptsNewline() throws Exception {
    Files.writeString(home.resolve("identity.secret"), identity("secret") + "\n");
    Files.writeString(home.resolve("identity.public"), "0b59471541:0:00");

    try (DaemonInTest daemon = DaemonInTest.start(home)) {
      assertEquals(200, daemon.request("GET", "/status", "").status());
      assertEquals(identity("public"), Files.readString(home.resolve("identity.public")));
    }
  }

  @Test
  void startsWithDamagedCaches() throws Exception {
    Files.createDirectories(home.resolve("networks.d"));
    Files.createDirectories(home.resolve("moons.d"));
    Files.createDirectories(home.resolve("peers.d"));
    Files.write(home.resolve("planet"), new byte[] {1, 2});
    Files.writeString(home.resolve("networks.d/8056c2e21c000001.conf"), "v=garbage\nnwid=x\n");
    Files.writeString(home.resolve("moons.d/000000deadbeef00.moon"), "moon");
    Files.writeString(home.resolve("peers.d/0b59471541.peer"), "peer");

    try (DaemonInTest daemon = DaemonInTest.start(home)) {
      String networks = daemon.request("GET", "/network", "").body();
      assertTrue(networks.contains("\"id\":\"8056c2e21c000001\""), networks);
      assertTrue(networks.contains("REQUESTING_CONFIGURATION"), networks);
      assertEquals("[]", daemon.request("GET", "/moon", "").body());
      assertTrue(
          daemon.request("GET", "/status", "").body().contains("\"planetWorldId\":149604618"));
    }
    for (String each :
        List.of(
            "planet",
            "networks.d/8056c2e21c000001.conf",
            "moons.d/000000deadbeef00.moon",
            "peers.d/0b59471541.peer")) {
      assertTrue(Files.exists(home.resolve(each + ".damaged")), each);
    }
    assertEquals(570, Files.size(home.resolve("planet")));
  }

  @Test
  void trimsToken() throws Exception {
    Files.writeString(home.resolve("authtoken.secret"), " \tmy own token\r\n");

    try (DaemonInTest daemon = DaemonInTest.start(home)) {
      String request = "GET /status HTTP/1.1\r\nX-ZT1-Auth: my own token\r\n\r\n";
      assertEquals(200, daemon.http().send(request, true).status());
    }
    assertEquals(
        "rw-------",
        PosixFilePermissions.toString(
            Files.getPosixFilePermissions(home.resolve("authtoken.secret"))));
  }

  @ParameterizedTest
  @ValueSource(strings = {"{bad", "[]", "5", "{\"settings\": 5}", "{\"settings\": []}"})
  void rejectsUnusableLocalConf(String content) throws Exception {
    Files.writeString(home.resolve("local.conf"), content);

    StartFailure failure = assertThrows(StartFailure.class, () -> DaemonInTest.start(home));

    assertEquals(1, failure.exitCode());
    assertTrue(failure.getMessage().startsWith("ERROR: unable to "), failure.getMessage());
    assertTrue(failure.getMessage().contains("local.conf"), failure.getMessage());
    assertEquals(content, Files.readString(home.resolve("local.conf")));
  }

  @Test
  void givesAllFilesToOwnerOfHomeWhenStartedAsRoot() throws Exception {
    assumeTrue(Privileges.isRoot(), "changing owners takes root");
    UserPrincipal nobody =
        home.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
    Files.setOwner(home, nobody);
    Files.writeString(home.resolve("identity.secret"), identity("secret"));
    String address = identity("public").substring(0, 10);

    try (DaemonInTest daemon = DaemonInTest.start(home)) {
      String network = "/controller/network/" + address + "______";
      assertEquals(200, daemon.request("POST", network, "{}").status());
      assertEquals(200, daemon.request("POST", "/network/8056c2e21c000001", "{}").status());
    }

    try (Stream<Path> files = Files.walk(home)) {
      for (Path file : files.toList()) {
        assertEquals(nobody, Files.getOwner(file), file.toString());
      }
    }
  }

  @Test
  void rejectsSecondDaemonOnOneHome() throws Exception {
    try (DaemonInTest first = DaemonInTest.start(home)) {
      StartFailure failure = assertThrows(StartFailure.class, () -> DaemonInTest.start(home));

      assertTrue(failure.getMessage().contains("another daemon runs on " + home));
      assertEquals(200, first.request("GET", "/status", "").status());
      assertTrue(Files.exists(home.resolve("zerotier-one.pid")));
    }
  }

  /** The files of the home, without the one that is written at some time after the start. */
  private List<String> listing() throws IOException {
    try (Stream<Path> files = Files.list(home)) {
      return files
          // Written in the background after the start, by way of a temporary file.
          .filter(file -> !file.getFileName().toString().contains("identity.validated"))
          .map(RecoveryTest::nameAndMode)
          .sorted()
          .toList();
    }
  }

  private static String nameAndMode(Path file) {
    try {
      return file.getFileName()
          + " "
          + PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  private static String identity(String part) {
    return Vectors.text(Vectors.file("service/identities.json").required("c"), part);
  }
}
