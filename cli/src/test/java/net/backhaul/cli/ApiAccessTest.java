// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;

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
    var terminal = new CapturedTerminal("zerotier-cli", Map.of(), directory, 0).terminal();
    var words = new String[] {"-D" + directory, "info"};

    ApiAccess found = ApiAccess.find(Invocation.parse(words), terminal);

    assertEquals(9994, found.port());
    assertEquals("token", found.token());
  }
}
