// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.system;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The reports that the Java virtual machine writes when it crashes, in a directory that the
 * launcher selects by {@code -XX:ErrorFile}. They hold parts of the stack, so that only their owner
 * may read them.
 */
public final class CrashReports {
  /** Reports that are kept; older ones are deleted. */
  static final int MAX_REPORTS = 5;

  /** The virtual machine writes {@code hs_err_pid<pid>.log}. */
  private static final String FRESH = "hs_err_pid";

  private static final String KEPT = "crash-";
  private static final int MAX_HEAD_LINES = 12;
  private static final int MAX_SIGNAL_LENGTH = 200;
  private static final String TIME_PATTERN = "yyyyMMdd'T'HHmmss.SSS'Z'";

  private static final Logger log = LoggerFactory.getLogger(CrashReports.class);

  private final Path directory;

  CrashReports(Path directory) {
    this.directory = directory;
  }

  /**
   * Makes the directory for the reports of this process, if the launcher has selected one, and logs
   * those of earlier ones.
   *
   * @param created called for the directory if it is created
   */
  public static void collect(Consumer<Path> created) {
    String selected = System.getProperty("backhaul.crashes");
    if (selected != null) {
      new CrashReports(Path.of(selected)).collectAll(created);
    }
  }

  void collectAll(Consumer<Path> created) {
    try {
      if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
        Files.createDirectory(
            directory,
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        created.accept(directory);
        return;
      }
      for (Path report : list(FRESH)) {
        keep(report);
      }
      List<Path> kept = list(KEPT);
      for (Path old : kept.subList(0, Math.max(0, kept.size() - MAX_REPORTS))) {
        Files.deleteIfExists(old);
      }
    } catch (IOException | UnsupportedOperationException e) {
      log.warn(
          "cannot keep reports of crashes in {} ({}); the Java virtual machine then writes them to"
              + " the directory for temporary files",
          directory,
          e.toString());
    }
  }

  /** Renames a report, since a later process may have the same id, and logs it. */
  private void keep(Path report) throws IOException {
    // Made here, because that takes long at a start.
    DateTimeFormatter format = DateTimeFormatter.ofPattern(TIME_PATTERN).withZone(ZoneOffset.UTC);
    String time = format.format(Files.getLastModifiedTime(report).toInstant());
    Path kept = directory.resolve(KEPT + time + ".log");
    Files.move(report, kept, StandardCopyOption.REPLACE_EXISTING);
    log.warn(
        "an earlier run of this daemon ended by a crash of the Java virtual machine: {}; its report"
            + " is {}, attach it when you report the crash",
        signal(kept),
        kept);
  }

  /** Returns the line of a report that names the signal or the failed check. */
  private static String signal(Path report) {
    try (BufferedReader in = Files.newBufferedReader(report, StandardCharsets.ISO_8859_1)) {
      for (int i = 0; i < MAX_HEAD_LINES; i++) {
        String line = in.readLine();
        if (line != null && line.startsWith("#  ")) {
          String text = line.substring(1).strip();
          return text.substring(0, Math.min(text.length(), MAX_SIGNAL_LENGTH));
        }
      }
    } catch (IOException e) {
      log.debug("cannot read {}: {}", report, e.toString());
    }
    return "reason unknown";
  }

  /** Returns the files whose names begin so, the oldest first. */
  private List<Path> list(String begin) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .filter(each -> String.valueOf(each.getFileName()).startsWith(begin))
          .filter(each -> Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS))
          .sorted(Comparator.comparing(Path::toString))
          .toList();
    }
  }
}
