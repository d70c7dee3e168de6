// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Port and token from the files of a home directory. */
class ApiAccessTest {
  @TempDir Path directory;

  @Test
  void readsPortAndTokenAfterByteOrderMark() throws Exception {
    Files.writeString(directory.resolve("zerotier-one.port"), "\ufeff9994\r\n");
    Files.writeString(directory.resolve("authtoken.secret"), "\ufefftoken\r\n");

    ApiAccess found = find("-D" + directory, "info");

    assertEquals(9994, found.port());
    assertEquals("token", found.token());
  }

  @Test
  void followsNoLinkInTheHome() throws Exception {
    Path secret = Files.writeString(directory.resolve("secret"), "secret");
    Files.writeString(directory.resolve("zerotier-one.port"), "9994");
    Files.createSymbolicLink(directory.resolve("authtoken.secret"), secret);

    String hint = hint();

    assertTrue(hint.contains("authtoken.secret: it is a symbolic link"), hint);
    assertEquals("token", find("-D" + directory, "-Ttoken", "info").token());
  }

  @Test
  void showsNoContentOfFileToWhichThePortLeads() throws Exception {
    Path secret = Files.writeString(directory.resolve("secret"), "hidden words");
    Files.createSymbolicLink(directory.resolve("zerotier-one.port"), secret);

    String hint = hint();

    assertFalse(hint.contains("hidden words"), hint);
    assertTrue(hint.contains("zerotier-one.port: it is a symbolic link"), hint);
  }

  @Test
  void readsNoOtherThanRegularFiles() throws Exception {
    Files.createDirectory(directory.resolve("zerotier-one.port"));

    String hint = hint();

    assertTrue(hint.contains("it is not a regular file"), hint);
  }

  @Test
  void limitsTheSizeOfFiles() throws Exception {
    Files.write(directory.resolve("zerotier-one.port"), new byte[HomeFile.MAX_BYTES + 1]);

    String hint = hint();

    assertTrue(hint.contains("it is larger than " + HomeFile.MAX_BYTES + " bytes"), hint);
  }

  @Test
  void followsLinkToTheUsersOwnToken() throws Exception {
    Path home = Files.createDirectory(directory.resolve("home"));
    Files.writeString(home.resolve("zerotier-one.port"), "9994");
    Path secret = Files.writeString(directory.resolve("secret"), "token\n");
    Files.createSymbolicLink(directory.resolve(".zeroTierOneAuthToken"), secret);

    assertEquals("token", find("-D" + home, "info").token());
  }

  /** Returns what standard error says where port or token are not found. */
  private String hint() {
    CliExit exit = assertThrows(CliExit.class, () -> find("-D" + directory, "info"));
    var terminal = new CapturedTerminal("zerotier-cli", Map.of(), directory, 0);
    exit.print(terminal.terminal());
    return terminal.err();
  }

  private ApiAccess find(String... words) throws CliExit {
    Map<String, String> variables = Map.of("HOME", directory.toString());
    var terminal = new CapturedTerminal("zerotier-cli", variables, directory, 0).terminal();
    return ApiAccess.find(Invocation.parse(words), terminal);
  }
}
