// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import net.backhaul.service.CapturedLog;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Reports of crashes of the Java virtual machine. */
class CrashReportsTest {
  private static final String REPORT =
      """
      #
      # A fatal error has been detected by the Java Runtime Environment:
      #
      #  SIGSEGV (0xb) at pc=0x00007f10, pid=7, tid=8
      #
      """;

  @TempDir Path home;
  private Path directory;
  @RegisterExtension final CapturedLog log = new CapturedLog(CrashReports.class);

  @BeforeEach
  void setDirectory() {
    directory = home.resolve("crashes.d");
  }

  @Test
  void createsDirectoryForItsOwnerAlone() throws Exception {
    var created = new ArrayList<Path>();

    new CrashReports(directory).collectAll(created::add);

    assertEquals(List.of(directory), created);
    assertEquals(
        "rwx------", PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)));
    assertEquals(List.of(), log.lines());
  }

  @Test
  void keepsAndLogsReportOnce() throws Exception {
    write("hs_err_pid7.log", 1_000);

    collect();
    collect();

    assertEquals(List.of("crash-19700101T000001.000Z.log"), names());
    assertEquals(
        List.of(
            "WARN an earlier run of this daemon ended by a crash of the Java virtual machine:"
                + " SIGSEGV (0xb) at pc=0x00007f10, pid=7, tid=8; its report is "
                + directory.resolve("crash-19700101T000001.000Z.log")
                + ", attach it when you report the crash"),
        log.lines());
  }

  @Test
  void keepsNewestReports() throws Exception {
    for (int i = 1; i <= CrashReports.MAX_REPORTS + 3; i++) {
      write("hs_err_pid7.log", i * 1_000L);
      collect();
    }

    assertEquals(CrashReports.MAX_REPORTS, names().size());
    assertEquals("crash-19700101T000004.000Z.log", names().getFirst());
  }

  @Test
  void leavesOtherFilesAndLinksAlone() throws Exception {
    write("notes", 1_000);
    Path secret = Files.writeString(home.resolve("secret"), "secret");
    Files.createSymbolicLink(directory.resolve("hs_err_pid1.log"), secret);

    collect();

    assertEquals(List.of("hs_err_pid1.log", "notes"), names());
    assertEquals(List.of(), log.lines());
  }

  @Test
  void continuesWhereNoDirectoryCanBeMade() throws Exception {
    Files.writeString(directory, "a file");

    collect();

    assertEquals(1, log.lines().size());
  }

  private void collect() {
    new CrashReports(directory).collectAll(path -> {});
  }

  private void write(String name, long modifiedMs) throws IOException {
    Files.createDirectories(directory);
    Path file = Files.writeString(directory.resolve(name), REPORT);
    Files.setLastModifiedTime(file, FileTime.fromMillis(modifiedMs));
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(each -> each.getFileName().toString()).sorted().toList();
    }
  }
}
