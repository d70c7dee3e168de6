// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class OpenFilesTest {
  @ParameterizedTest
  @CsvSource({
    "1024                 524288               files, 524288",
    "64                   64                   files, 64",
    "unlimited            unlimited            files, 2147483647",
    "'', 2147483647"
  })
  void readsHardLimit(String values, int limit) {
    String text =
        "Limit                     Soft Limit           Hard Limit           Units     \n"
            + "Max processes             7824                 7824                 processes \n"
            + "Max open files            "
            + values
            + "     \n";

    assertEquals(limit, OpenFiles.limit(text));
  }

  @Test
  void countsOpenFilesOfThisProcess() {
    OpenFiles files = OpenFiles.current();

    assertTrue(files.open() > 3 && files.open() < files.limit(), files::toString);
  }

  @ParameterizedTest
  @CsvSource({"64, 48, 7", "256, 48, 153", "1024, 48, 729", "524288, 48, 523984", "64, 60, -5"})
  void leavesPartOfLimitToConnectionsAndDevices(int limit, int open, int left) {
    assertEquals(left, new OpenFiles(limit, open).left());
  }

  @Test
  void namesLimitThatIsTooLow() {
    assertEquals(
        "this process may have 32 open files, and the daemon needs at least 60; raise the limit:"
            + " LimitNOFILE= of the service, or ulimit -n",
        OpenFiles.problem(32));
    assertEquals("", OpenFiles.problem(OpenFiles.MIN_LIMIT));
  }
}
