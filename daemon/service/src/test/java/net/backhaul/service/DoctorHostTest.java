// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code doctor} prints about faults of the host itself: the filter of routes, owners of
 * files, a missing /dev/net/tun, the clock. Each fault is mended after its test.
 */
class DoctorHostTest {
  /** Replaces a function of the C library, by which a Java process reads the time of day. */
  private static final String SLOW_CLOCK =
      """
      #define _GNU_SOURCE
      #include <sys/syscall.h>
      #include <time.h>
      #include <unistd.h>

      int clock_gettime(clockid_t clock, struct timespec *now) {
        int result = syscall(SYS_clock_gettime, clock, now);
        if (result == 0 && clock == CLOCK_REALTIME) {
          now->tv_sec -= 9000;
        }
        return result;
      }
      """;

  /** Runs a command with an empty directory in the place of /dev/net. */
  private static final String[] WITHOUT_TUN = {
    "unshare", "--mount", "sh", "-c", "mount -t tmpfs none /dev/net && exec \"$@\"", "sh"
  };

  private static final String FILTER = "net/ipv4/conf/%s/rp_filter";

  @RegisterExtension static final SharedMembers SHARED = new SharedMembers(2);
  private static NamespaceMembers nodes;
  private static NamespaceNode alice;
  private static String network;

  @TempDir Path directory;

  @BeforeAll
  static void start() throws Exception {
    NetworkNamespace.assumePossible();
    nodes = SHARED.nodes();
    alice = SHARED.members().getFirst();
    network = nodes.network(1, "{\"routes\": [{\"target\": \"10.77.0.0/24\"}]}");
    nodes.join(alice, network, "{\"ipAssignments\": [\"10.77.0.2\"]}");
    NamespaceMembers.awaitDevice(alice, network, "10.77.0.");
  }

  @AfterEach
  void mend() throws Exception {
    DoctorOutput.assertHealthy(alice);
  }

  /** Restarts the daemon of Alice by another program. */
  private static void restartBy(String... words) throws Exception {
    alice.stopDaemon();
    alice.startBy(words);
    alice.startDaemon();
  }

  @Test
  void namesStrictFilterOfSecondUplink() throws Exception {
    alice.connect(nodes.controller, "eth1", 52);
    try {
      alice.sysctl(FILTER.formatted("all"), "0");
      alice.sysctl(FILTER.formatted("eth0"), "0");
      alice.sysctl(FILTER.formatted("eth1"), "1");
      alice.ip("link", "set", "eth1", "up");
      DoctorOutput.assertToDo(
          alice,
          "rp_filter  strict on eth1, so that answers which arrive by another uplink are dropped:"
              + " sysctl -w net.ipv4.conf.eth1.rp_filter=2");
      alice.sysctl(FILTER.formatted("eth1"), "2");
      DoctorOutput.await(alice, "ok     rp_filter  not strict", "doctor");
    } finally {
      alice.ip("link", "delete", "eth1");
    }
    DoctorOutput.await(alice, "ok     rp_filter  one uplink", "doctor");
  }

  @Test
  void namesFilesOfOtherUsers() throws Exception {
    Path configuration = alice.home().resolve("networks.d").resolve(network + ".local.conf");
    for (Path each : new Path[] {alice.home().resolve("identity.public"), configuration}) {
      var owner = Files.getOwner(each);
      var nobody =
          each.getFileSystem().getUserPrincipalLookupService().lookupPrincipalByName("nobody");
      Files.setOwner(each, nobody);
      try {
        DoctorOutput.assertToDo(
            alice,
            "files      %s belongs to nobody, its home directory to %s: chown -R %s %s"
                .formatted(each, owner, owner, each));
      } finally {
        Files.setOwner(each, owner);
      }
    }
  }

  @Test
  void namesMissingTunDevice() throws Exception {
    restartBy(WITHOUT_TUN);
    try {
      DoctorOutput.assertToDo(
          () -> alice.cliAtDaemon("doctor"),
          "network    " + network + ": PORT_ERROR: its device could not be made",
          "device     there is no /dev/net/tun, so networks get no device: modprobe tun");
    } finally {
      restartBy();
    }
  }

  @Test
  void namesClockThatIsWrong() throws Exception {
    RequiredProgram.assume("gcc");
    Path source = Files.writeString(directory.resolve("clock.c"), SLOW_CLOCK);
    Path library = directory.resolve("clock.so");
    Process gcc =
        new ProcessBuilder("gcc", "-shared", "-fPIC", "-o", library.toString(), source.toString())
            .inheritIO()
            .start();
    assertEquals(0, gcc.waitFor());
    restartBy("env", "LD_PRELOAD=" + library);
    try {
      // A root sends its time when it confirms a path, which a new process of it does not know.
      nodes.controller.stopDaemon();
      nodes.controller.startDaemon();
      DoctorOutput.assertToDo(
          alice,
          "clock      the clock of this host is 2 h behind that of root "
              + nodes.controller.address());
    } finally {
      restartBy();
    }
  }
}
