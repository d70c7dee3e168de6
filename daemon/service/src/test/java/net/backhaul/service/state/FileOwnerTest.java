// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.UserPrincipal;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import net.backhaul.service.system.Privileges;
import net.backhaul.service.system.StartFailure;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files that root creates in the home directory of another user (04 section 6.1.9). */
class FileOwnerTest {
  private static final String USER = "nobody";
  private static final int SWAP_ROUNDS = 2_000;

  @TempDir Path home;

  /** A directory of root. */
  @TempDir Path elsewhere;

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
  void writesNothingThroughDirectoryReplacedByLinkAfterTheChecks() throws Exception {
    Files.setOwner(home, user());
    Files.createDirectory(home.resolve("networks.d"));
    try (var directory = HomeDirectory.open(home)) {
      directory.beforeOpen =
          () -> {
            try {
              Files.move(home.resolve("networks.d"), home.resolve("moved"));
              Files.createSymbolicLink(home.resolve("networks.d"), elsewhere);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            }
          };

      assertThrows(
          IOException.class,
          () -> directory.write("networks.d/0b594715410000a1.conf", new byte[] {1}));

      try (Stream<Path> written = Files.list(elsewhere)) {
        assertEquals(List.of(), written.toList());
      }
    }
  }

  @Test
  void deletesAndRenamesNothingThroughDirectoryReplacedByLink() throws Exception {
    Files.setOwner(home, user());
    Path file = Files.writeString(elsewhere.resolve("0b594715410000a1.conf"), "of root");
    try (var directory = HomeDirectory.open(home)) {
      Files.createSymbolicLink(home.resolve("networks.d"), elsewhere);

      directory.delete("networks.d/0b594715410000a1.conf");
      directory.moveAside("networks.d/0b594715410000a1.conf", "a test");

      assertEquals("of root", Files.readString(file));
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
    Path file = Files.createFile(elsewhere.resolve("file"));
    Files.createLink(home.resolve("linked"), file);

    HomeDirectory.open(home);

    assertEquals("root", Files.getOwner(file).getName());
  }

  @Test
  void doesNotFollowLinksOfTheOwnerOfTheHome() throws Exception {
    Files.setOwner(home, user());
    Path file = Files.writeString(elsewhere.resolve("file"), "of root");
    Set<PosixFilePermission> mode = Files.getPosixFilePermissions(file);
    Path link = home.resolve("zerotier-one.pid");
    Files.createSymbolicLink(link, file);
    Files.createSymbolicLink(home.resolve("authtoken.secret"), file);
    Files.createSymbolicLink(home.resolve("networks.d"), elsewhere);
    Files.createSymbolicLink(home.resolve(".planet.new"), file);

    try (var directory = HomeDirectory.open(home)) {
      directory.protect("authtoken.secret");
      directory.claim();
      directory.writePid();
      directory.write("planet", new byte[] {1});
      assertThrows(IOException.class, () -> directory.write("networks.d/file", new byte[] {1}));
    }

    assertEquals("of root", Files.readString(file));
    assertEquals(mode, Files.getPosixFilePermissions(file));
    assertEquals("root", Files.getOwner(file).getName());
    assertEquals("root", Files.getOwner(elsewhere).getName());
  }

  @Test
  void doesNotChangeOwnersWhereDirectoriesAreSwappedForLinks() throws Exception {
    Files.setOwner(home, user());
    Path file = Files.writeString(elsewhere.resolve("file"), "of root");
    Path swapped = home.resolve("swapped");
    Path moved = home.resolve("moved");
    Files.createDirectory(swapped);
    Files.writeString(swapped.resolve("file"), "");
    var ends = new AtomicBoolean();
    Thread swapper =
        Thread.ofPlatform()
            .start(
                () -> {
                  try {
                    while (!ends.get()) {
                      Files.move(swapped, moved);
                      Files.createSymbolicLink(swapped, elsewhere);
                      Files.delete(swapped);
                      Files.move(moved, swapped);
                    }
                  } catch (IOException e) {
                    throw new UncheckedIOException(e);
                  }
                });
    try {
      for (int i = 0; i < SWAP_ROUNDS; i++) {
        HomeDirectory.open(home);
      }
      assertEquals("root", Files.getOwner(file).getName());
    } finally {
      ends.set(true);
      swapper.join();
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
  void rejectsADirectoryOfRootWithOtherFilesThanThoseOfANode() throws Exception {
    Files.writeString(home.resolve("passwd"), "x");
    HomeDirectory directory = HomeDirectory.open(home);

    directory.assignTo("no-such-user-here");
    assertThrows(StartFailure.class, () -> directory.assignTo("daemon"));

    assertEquals("root", Files.getOwner(home).getName());
    assertEquals("root", Files.getOwner(home.resolve("passwd")).getName());
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
