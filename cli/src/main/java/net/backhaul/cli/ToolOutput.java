// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The output of a program of the host that reads something.
 *
 * @param succeeded whether it has ended in time and without an error
 * @param text what it has written, errors included
 */
record ToolOutput(boolean succeeded, String text) {
  private static final long LIMIT_S = 5;
  private static final int MAX_BYTES = 8 << 20;
  private static final List<String> DIRECTORIES = List.of("/usr/sbin", "/usr/bin", "/sbin", "/bin");

  /** Returns whether the host has a program. */
  static boolean exists(String name) {
    return DIRECTORIES.stream().anyMatch(each -> Files.isExecutable(Path.of(each, name)));
  }

  /** Runs a program with arguments. */
  static ToolOutput of(String name, String... arguments) {
    var words = new ArrayList<String>();
    for (String directory : DIRECTORIES) {
      if (words.isEmpty() && Files.isExecutable(Path.of(directory, name))) {
        words.add(Path.of(directory, name).toString());
      }
    }
    if (words.isEmpty()) {
      return new ToolOutput(false, "there is no program " + name);
    }
    words.addAll(List.of(arguments));
    try {
      var builder = new ProcessBuilder(words).redirectErrorStream(true);
      builder.environment().put("LC_ALL", "C");
      Process process = builder.start();
      process.getOutputStream().close();
      CompletableFuture.delayedExecutor(LIMIT_S, TimeUnit.SECONDS)
          .execute(process::destroyForcibly);
      try (InputStream in = process.getInputStream()) {
        String text = new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8);
        return new ToolOutput(process.waitFor() == 0, text);
      }
    } catch (IOException e) {
      return new ToolOutput(false, String.valueOf(e.getMessage()));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return new ToolOutput(false, name + " was interrupted");
    }
  }

  /** Returns the first line that is not empty. */
  String firstLine() {
    return text.lines().map(String::strip).filter(line -> !line.isEmpty()).findFirst().orElse("");
  }
}
