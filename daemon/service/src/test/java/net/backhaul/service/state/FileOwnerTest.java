// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.stream.Stream;
import net.backhaul.service.system.Privileges;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that root creates in the home directory of another user (04 section 6.1.9). */
class FileOwnerTest {
  private static final String USER = "nobody";

  @TempDir Path home;

  @BeforeEach
  void requireRoot() {
    assumeTrue(Privileges.isRoot(), "changing owners takes root");
  }

  @Test
  void givesNewFilesToTheOwnerOfTheHome() throws Exception {
    Files.setOwner(home, user());
    try (var directory = HomeDirectory.open(home)) {
      assertTrue(directory.claim());
      directory.writePid();
      directory.writeSecret("authtoken.secret", new byte[] {1});
      directory.write("networks.d/0b594715410000a1.conf", new byte[] {1});

      assertEquals(List.of(), ofOtherUsers());
    }
  }

  @Test
  void givesFilesThatRootHasLeftToTheOwnerOfTheHome() throws Exception {
    Files.setOwner(home, user());
    Files.createDirectories(home.resolve("controller.d/network"));
    Files.writeString(home.resolve("controller.d/network/x.json"), "{}");

    HomeDirectory.open(home);

    assertEquals(List.of(), ofOtherUsers());
  }

  @Test
  void doesNotChangeTheOwnerOfFilesWithSeveralNames() throws Exception {
    Files.setOwner(home, user());
    Path elsewhere = Files.createTempFile("file-of-root", "");
    try {
      Files.createLink(home.resolve("linked"), elsewhere);

      HomeDirectory.open(home);

      assertEquals("root", Files.getOwner(elsewhere).getName());
    } finally {
      Files.delete(elsewhere);
    }
  }

  @Test
  void assignsAHomeOfRootToTheServiceUserIfItExists() throws Exception {
    HomeDirectory directory = HomeDirectory.open(home);
    directory.write("planet", new byte[] {1});

    directory.assignTo("no-such-user-here");
    assertEquals("root", Files.getOwner(home.resolve("planet")).getName());

    directory.assignTo("daemon");
    assertEquals("daemon", Files.getOwner(home).getName());
    assertEquals("daemon", Files.getOwner(home.resolve("planet")).getName());
  }

  @Test
  void namesTheFileItsOwnerAndTheCommandThatHelps() throws Exception {
    Path file = Files.writeString(home.resolve("authtoken.secret"), "x");
    Files.setOwner(file, user());

    String problem = FileProblem.describe(file, new AccessDeniedException(file.toString()));

    assertTrue(problem.contains(file + " belongs to user nobody (mode "), problem);
    assertTrue(problem.endsWith("run \"chown root '" + file + "'\" as root"), problem);
  }

  private UserPrincipal user() throws IOException {
    return home.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName(USER);
  }

  private List<String> ofOtherUsers() throws IOException {
    UserPrincipal expected = user();
    try (Stream<Path> files = Files.walk(home)) {
      return files
          .filter(
              file -> {
                try {
                  return !Files.getOwner(file).equals(expected);
                } catch (IOException e) {
                  throw new AssertionError(e);
                }
              })
          .map(Path::toString)
          .toList();
    }
  }
}
