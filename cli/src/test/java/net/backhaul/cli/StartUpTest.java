// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The client loads few classes at its start; a time would depend on the host. */
class StartUpTest {
  /** None of these is needed for a request to the daemon; most cost 10 ms and more. */
  private static final List<String> FORBIDDEN =
      List.of(
          "picocli.CommandLine$Help$Layout",
          "picocli.CommandLine$Help$TextTable",
          "org.bouncycastle.",
          "net.backhaul.crypto.",
          "net.backhaul.protocol.",
          "com.fasterxml.jackson.databind.",
          "java.net.http.",
          "java.util.regex.Matcher",
          "java.util.Formatter",
          "java.lang.invoke.StringConcatFactory",
          "net.backhaul.cli.Cli$$Lambda",
          "java.util.logging.",
          "jdk.internal.logger.",
          "sun.net.spi.DefaultProxySelector");

  /** From the jars: today 240, of which 148 are picocli's. Another library would exceed it. */
  private static final int MAX_CLASSES_FROM_JARS = 290;

  @TempDir Path directory;

  @Test
  void loadsOnlyTheClassesOfOneRequest() throws Exception {
    try (var daemon = new RecordedDaemon()) {
      daemon.expect(
          new RecordedDaemon.Exchange(
              "GET /status",
              null,
              200,
              "{\"address\":\"4b56a1b9b0\",\"version\":\"1.14.1\",\"online\":true}"));
      Path log = directory.resolve("loaded");
      Process client =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "-Xlog:class+load:file=" + log,
                  "-cp",
                  mainClassPath(),
                  "net.backhaul.cli.Cli",
                  "-p" + daemon.port(),
                  "-T" + RecordedDaemon.TOKEN,
                  "info")
              .redirectErrorStream(true)
              .start();
      String out = new String(client.getInputStream().readAllBytes());
      assertTrue(client.waitFor(60, TimeUnit.SECONDS));
      assertEquals("200 info 4b56a1b9b0 1.14.1 ONLINE\n", out);

      List<String> loaded = Files.readAllLines(log);
      for (String forbidden : FORBIDDEN) {
        List<String> found =
            loaded.stream()
                .filter(line -> line.contains("] " + forbidden))
                // Classes of the default archive of the JDK cost nothing.
                .filter(line -> !line.contains("shared objects file"))
                .toList();
        assertEquals(List.of(), found);
      }
      long fromJars = loaded.stream().filter(line -> line.contains("source: file:")).count();
      assertTrue(fromJars > 0 && fromJars < MAX_CLASSES_FROM_JARS, fromJars + " classes loaded");
    }
  }

  private static String mainClassPath() {
    String all =
        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    return String.join(
        File.pathSeparator,
        List.of(all.split(File.pathSeparator)).stream()
            .filter(entry -> !entry.contains("test-classes"))
            .toList());
  }
}
