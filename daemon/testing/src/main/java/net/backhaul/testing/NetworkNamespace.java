// SPDX-License-Identifier: Apache-2.0
package net.backhaul.testing;

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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** Threads with a network namespace of their own, so that the host's network does not change. */
public final class NetworkNamespace {
  private static final int CLONE_NEWNET = 0x4000_0000;
  private static final long MAX_SECONDS = 90;
  private static final long NOBODY = 65_534;

  private NetworkNamespace() {}

  /** Code of a test that runs inside a namespace. */
  @FunctionalInterface
  public interface Action {
    /** Runs the code; what it throws fails the test. */
    void run() throws Exception;
  }

  private static final class NativeCalls {
    static {
      Native.register(NativeCalls.class, NativeLibrary.getProcess());
    }

    static native int unshare(int flags);

    static native int geteuid();

    static native long syscall(long number, long first, long second, long third);
  }

  /** Skips the calling test where devices cannot be made; with {@code CI=true} it fails instead. */
  public static void assumePossible() {
    boolean able =
        Platform.isLinux() && NativeCalls.geteuid() == 0 && Files.exists(Path.of("/dev/net/tun"));
    if (!"true".equals(System.getenv("CI"))) {
      assumeTrue(able, "TAP devices need Linux, root and /dev/net/tun");
    }
  }

  /**
   * Moves the calling thread into a new namespace.
   *
   * @return the thread's directory below /proc, for {@link #ip}
   */
  public static String enter() {
    if (NativeCalls.unshare(CLONE_NEWNET) != 0) {
      throw new AssertionError("no network namespace: errno " + Native.getLastError());
    }
    try {
      return Files.readSymbolicLink(Path.of("/proc/thread-self")).toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns an executor with one thread in a new namespace, which ends when it is closed. */
  public static ExecutorService thread() throws Exception {
    assumePossible();
    ExecutorService thread =
        Executors.newSingleThreadExecutor(Thread.ofPlatform().daemon().factory());
    thread.submit(NetworkNamespace::enter).get(MAX_SECONDS, TimeUnit.SECONDS);
    return thread;
  }

  /** Runs code on a thread in a new namespace; fails after 90 seconds. */
  public static void run(Action action) throws Exception {
    try (ExecutorService thread = thread()) {
      thread
          .submit(
              () -> {
                action.run();
                return true;
              })
          .get(MAX_SECONDS, TimeUnit.SECONDS);
    }
  }

  /** Drops root for the calling thread alone, for which the C library has no function. */
  public static void becomeNobody() {
    long setresuid = Platform.isARM() ? 147 : 117;
    if (NativeCalls.syscall(setresuid, NOBODY, NOBODY, NOBODY) != 0) {
      throw new AssertionError("cannot become nobody: errno " + Native.getLastError());
    }
  }

  /** Runs the ip program in the namespace of a thread; returns its output, errors included. */
  public static String ip(String thread, String... arguments) throws IOException {
    var words = new ArrayList<>(List.of("nsenter", "--net=/proc/" + thread + "/ns/net", "ip"));
    words.addAll(List.of(arguments));
    Process ip = new ProcessBuilder(words).redirectErrorStream(true).start();
    return new String(ip.getInputStream().readAllBytes());
  }
}
