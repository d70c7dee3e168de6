// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.jna.Native;
import com.sun.jna.NativeLibrary;
import com.sun.jna.Platform;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Runs a test on a thread with a network of its own, so that the host's stays as it is. */
final class OwnNamespace {
  private static final int CLONE_NEWNET = 0x4000_0000;
  private static final long MAX_SECONDS = 30;
  private static final long NOBODY = 65_534;

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

    static native long syscall(long number, long first, long second, long third);
  }

  /** Gives up root, for the calling thread alone, which the C library has no function for. */
  static void becomeNobody() {
    long setresuid = Platform.isARM() ? 147 : 117;
    if (Scheduler.syscall(setresuid, NOBODY, NOBODY, NOBODY) != 0) {
      throw new AssertionError("cannot become nobody: errno " + Native.getLastError());
    }
  }

  /** Skips, with a word, where devices cannot be made; in CI that is a failure instead. */
  private static void assumePossible() {
    boolean able =
        Platform.isLinux() && Scheduler.geteuid() == 0 && Files.exists(Path.of("/dev/net/tun"));
    if (!"true".equals(System.getenv("CI"))) {
      assumeTrue(able, "TAP devices need Linux, root and /dev/net/tun");
    }
  }

  private static void enter() {
    if (Scheduler.unshare(CLONE_NEWNET) != 0) {
      throw new AssertionError("no network namespace: errno " + Native.getLastError());
    }
  }

  /** Returns a thread with a network of its own, which lives until it is closed. */
  static ExecutorService thread() throws Exception {
    assumePossible();
    ExecutorService thread =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    thread.submit(OwnNamespace::enter).get(MAX_SECONDS, TimeUnit.SECONDS);
    return thread;
  }

  /** Runs a story on such a thread. */
  static void run(Story story) throws Exception {
    try (ExecutorService thread = thread()) {
      thread
          .submit(
              () -> {
                story.tell();
                return true;
              })
          .get(MAX_SECONDS, TimeUnit.SECONDS);
    }
  }
}
