// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Runs a test on a thread with a network of its own, so that the host's stays as it is. */
final class OwnNamespace {
  private static final int CLONE_NEWNET = 0x4000_0000;
  private static final long MAX_SECONDS = 30;

  private OwnNamespace() {}

  interface Story {
    void tell() throws Exception;
  }

  /** The one call that only tests need. */
  private static final class Scheduler {
    static {
      Native.register(Scheduler.class, NativeLibrary.getInstance(Platform.C_LIBRARY_NAME));
    }

    static native int unshare(int flags);

    static native int geteuid();
  }

  /** Skips, with a word, where devices cannot be made; in CI that is a failure instead. */
  static void assumePossible() {
    boolean able =
        Platform.isLinux() && Scheduler.geteuid() == 0 && Files.exists(Path.of("/dev/net/tun"));
    if (!"true".equals(System.getenv("CI"))) {
      assumeTrue(able, "TAP devices need Linux, root and /dev/net/tun");
    }
  }

  /**
   * Gives the calling thread a network of its own.
   *
   * @return the thread's folder below /proc, which leads others to its network
   */
  static String enter() {
    if (Scheduler.unshare(CLONE_NEWNET) != 0) {
      throw new AssertionError("no network namespace: errno " + Native.getLastError());
    }
    try {
      return Files.readSymbolicLink(Path.of("/proc/thread-self")).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Runs the ip program in the network of a thread. */
  static String ipIn(String thread, String... arguments) throws Exception {
    var words = new ArrayList<>(List.of("nsenter", "--net=/proc/" + thread + "/ns/net", "ip"));
    words.addAll(List.of(arguments));
    Process ip = new ProcessBuilder(words).redirectErrorStream(true).start();
    return new String(ip.getInputStream().readAllBytes());
  }

  /** Runs a story on a thread with a network of its own. */
  static void run(Story story) throws Exception {
    assumePossible();
    var done = new CompletableFuture<Void>();
    Thread.ofPlatform()
        .daemon()
        .start(
            () -> {
              try {
                enter();
                story.tell();
                done.complete(null);
              } catch (Throwable e) {
                done.completeExceptionally(e);
              }
            });
    done.get(MAX_SECONDS, TimeUnit.SECONDS);
  }
}
