// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import net.backhaul.tap.TapException;

/** Runs programs as processes, each with a time limit that also holds for its output. */
final class SystemCommands implements CommandRunner {
  /** The time limit of a program, in milliseconds. */
  static final long DEFAULT_LIMIT_MS = 10_000;

  /** Maximum output; what a program writes beyond it is discarded. */
  private static final int MAX_OUTPUT_BYTES = 1 << 20;

  private final long limitMs;

  SystemCommands(long limitMs) {
    this.limitMs = limitMs;
  }

  @Override
  public String run(List<String> words) throws TapException {
    String line = String.join(" ", words);
    try {
      Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
      try {
        process.getOutputStream().close();
        String printed = output(process);
        if (process.exitValue() != 0) {
          throw new TapException(line + " failed: " + printed.strip());
        }
        return printed;
      } finally {
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly();
      }
    } catch (TimeoutException e) {
      throw new TapException(line + " did not end within " + limitMs + " ms", e);
    } catch (IOException | ExecutionException e) {
      throw e instanceof TapException mine ? mine : new TapException("cannot run " + line, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TapException("interrupted while running " + line, e);
    }
  }

  /** Returns the output of a process that has ended: a hung one also leaves its output open. */
  private String output(Process process)
      throws TimeoutException, InterruptedException, ExecutionException {
    long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(limitMs);
    var read = new FutureTask<>(() -> read(process.getInputStream()));
    Thread.ofVirtual().name("output of " + process.pid()).start(read);
    if (!process.waitFor(deadline - System.nanoTime(), TimeUnit.NANOSECONDS)) {
      throw new TimeoutException();
    }
    return read.get(Math.max(0, deadline - System.nanoTime()), TimeUnit.NANOSECONDS);
  }

  private static String read(InputStream in) throws IOException {
    byte[] kept = in.readNBytes(MAX_OUTPUT_BYTES);
    in.transferTo(OutputStream.nullOutputStream());
    return new String(kept);
  }
}
