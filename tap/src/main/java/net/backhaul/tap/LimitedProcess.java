// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Runs programs of the host to their end, each with a time limit that also holds for its output.
 */
public final class LimitedProcess {
  private LimitedProcess() {}

  /**
   * How a program ended.
   *
   * @param output of both streams, as UTF-8; what exceeds the limit is discarded
   */
  public record Ending(int exitCode, String output) {}

  /**
   * Runs a program. Its output is read while it runs, so it may write more than a pipe holds.
   *
   * @param input its standard input; a program need not read it
   * @param maxOutputBytes the limit of the output
   * @throws TimeoutException where it, or a program that it started, did not end or close its
   *     output in time; all of them are ended then
   */
  public static Ending run(ProcessBuilder program, String input, Duration limit, int maxOutputBytes)
      throws IOException, InterruptedException, TimeoutException {
    long deadlineNanos = System.nanoTime() + limit.toNanos();
    Process process = program.redirectErrorStream(true).start();
    try {
      var output = new FutureTask<>(() -> read(process.getInputStream(), maxOutputBytes));
      Thread.ofVirtual().name("output of " + process.pid()).start(output);
      Thread.ofVirtual().name("input of " + process.pid()).start(() -> write(process, input));
      if (!process.waitFor(deadlineNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
        throw new TimeoutException();
      }
      long leftNanos = Math.max(0, deadlineNanos - System.nanoTime());
      return new Ending(process.exitValue(), output.get(leftNanos, TimeUnit.NANOSECONDS));
    } catch (ExecutionException e) {
      throw new IOException("its output cannot be read", e.getCause());
    } finally {
      process.descendants().forEach(ProcessHandle::destroyForcibly);
      process.destroyForcibly();
    }
  }

  private static void write(Process process, String input) {
    try (OutputStream in = process.getOutputStream()) {
      in.write(input.getBytes(StandardCharsets.UTF_8));
    } catch (IOException closed) {
      // It does not read its input; its exit code decides.
    }
  }

  private static String read(InputStream in, int maxOutputBytes) throws IOException {
    byte[] read = in.readNBytes(maxOutputBytes);
    in.transferTo(OutputStream.nullOutputStream());
    return new String(read, StandardCharsets.UTF_8);
  }
}
