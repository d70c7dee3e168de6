// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import static java.util.stream.Collectors.joining;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.OutputAdapter;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.service.CapturedLog;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.TestNode;
import net.backhaul.service.settings.Settings;
import net.backhaul.testing.Await;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** Hosts with more addresses than sockets, and with addresses that appear later. */
class RebinderTest {
  private static final List<Integer> PORTS = List.of(29_993, 29_994);
  private static final int BRIDGES = 150;

  @TempDir Path directory;
  @RegisterExtension final CapturedLog log = new CapturedLog(Rebinder.class);
  @RegisterExtension final CapturedLog loopLog = new CapturedLog(NodeLoop.class);

  @Test
  void bindsUplinkOfContainerHostFirstAndReportsLimitOnce() throws Exception {
    NetworkNamespace.run(
        () -> {
          addContainerBridges();
          try (var host = new Host()) {
            host.start();
            assertEquals(UdpSockets.MAX_SOCKETS, host.sockets.count());
            assertEquals((BRIDGES + 1) * PORTS.size() - 256, host.sockets.overLimit());
            List<String> addresses = host.addresses();
            assertTrue(addresses.contains("/192.0.2.7:29993"), addresses::toString);
            assertTrue(addresses.contains("/192.0.2.7:29994"), addresses::toString);
            assertTrue(addresses.contains("/172.18.149.1:29993"), addresses::toString);
            assertEquals(
                List.of(
                    "WARN the limit of 256 UDP sockets is reached, 46 addresses and ports have"
                        + " none; bridges of containers are the last to get one;"
                        + " denyInterfaces in local.conf leaves interfaces out"),
                log.lines());

            ip("link del br-0\n");
            Await.until(() -> host.overLimit() == 44);
            assertEquals(1, log.lines().size());
          }
        });
  }

  @Test
  void logsFailureWhileOrderingAddresses() throws Exception {
    NetworkNamespace.run(
        () -> {
          addContainerBridges();
          try (var host = new Host()) {
            host.start();
            host.failsForLoop = true;

            host.rebinder.rebindNow();

            Await.until(() -> !loopLog.messages().isEmpty());
            assertEquals(
                List.of("ERROR internal error while running a task on the node's thread"),
                loopLog.lines());
          }
        });
  }

  private void addContainerBridges() throws Exception {
    addContainerBridges("br-");
    addUplink();
    ip("route add default via 192.0.2.1 dev uplink\n");
  }

  private void addUplink() throws Exception {
    var script = new StringBuilder();
    device(script, "uplink", "192.0.2.7/24");
    ip(script.toString());
  }

  private void addContainerBridges(String prefix) throws Exception {
    var script = new StringBuilder();
    for (int i = 0; i < BRIDGES; i++) {
      device(script, prefix + i, "172.18." + i + ".1/24");
    }
    ip(script.toString());
  }

  @Test
  void bindsAddressThatAppearsAfterTheStart() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (var host = new Host()) {
            host.start();
            assertEquals(0, host.sockets.count());

            addUplink();

            Await.until(() -> host.addresses().contains("/192.0.2.7:29993"));
          }
        });
  }

  @Test
  void keepsSocketsOfLinkThatIsDown() throws Exception {
    NetworkNamespace.run(
        () -> {
          addUplink();
          try (var host = new Host()) {
            host.start();
            List<LocalSocket> before = host.usable("uplink");
            assertEquals(PORTS.size(), before.size());

            ip("link set uplink down\n");
            Await.until(() -> host.isReported(0));
            assertEquals(before, host.usable("uplink"), "open, but not used");

            ip("link set uplink up\n");
            Await.until(() -> host.isReported(PORTS.size()));
            assertEquals(before, host.usable("uplink"));

            ip("addr del 192.0.2.7/24 dev uplink\n");
            Await.until(() -> host.addresses().isEmpty());
          }
        });
  }

  @Test
  void listsAddressesSeldomWhileInterfacesComeAndGo() throws Exception {
    NetworkNamespace.run(
        () -> {
          addUplink();
          try (var host = new Host()) {
            host.start();
            int before = host.tasks.get();
            long startNanos = System.nanoTime();

            addContainerBridges("c");
            ip(
                IntStream.range(0, BRIDGES)
                    .mapToObj(i -> "link del c" + i + "\n")
                    .collect(joining()));

            Await.until(() -> host.addresses().size() == PORTS.size());
            long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos) + 1;
            long tasks = host.tasks.get() - before;
            // A list, and its order where there are more than sockets; those by time as well.
            long limit = 2 * (NetworkEvents.MAX_BURST + seconds + 4);
            assertTrue(tasks <= limit, () -> tasks + " in " + seconds + " s");
          }
        });
  }

  @Test
  void usesAllowedInterfacesAloneAndReportsUnknownName() throws Exception {
    NetworkNamespace.run(
        () -> {
          var script = new StringBuilder();
          device(script, "eth0", "192.0.2.7/24");
          device(script, "eth1", "198.51.100.7/24");
          ip(script.toString());
          String conf = "{\"settings\": {\"allowInterfaces\": [\"eth0\", \"wlan0\", \"w*\"]}}";
          try (var host = new Host(conf)) {
            host.start();

            assertEquals(List.of("/192.0.2.7:29993", "/192.0.2.7:29994"), host.addresses());
            assertEquals(
                List.of(
                    "WARN local.conf names the interface wlan0, which does not exist now; if it is"
                        + " spelled correctly, the setting applies as soon as it does"),
                log.lines());
          }
        });
  }

  private static void device(StringBuilder script, String name, String address) {
    String peer = "p-" + name;
    script.append("link add " + name + " type veth peer name " + peer + "\n");
    script.append("link set " + peer + " up\n");
    script.append("addr add " + address + " dev " + name + "\n");
    script.append("link set " + name + " up\n");
  }

  /** Runs commands of ip in the namespace of the calling thread. */
  private void ip(String script) throws IOException, InterruptedException {
    Path file = Files.writeString(directory.resolve("script"), script);
    Process ip =
        new ProcessBuilder("ip", "-batch", file.toString()).redirectErrorStream(true).start();
    String text = new String(ip.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, ip.waitFor(), text);
  }

  /** Sockets of a node without output in the namespace of the thread that creates it. */
  private static final class Host implements AutoCloseable {
    final NodeLoop loop = new NodeLoop();
    final UdpSockets sockets = new UdpSockets(loop);
    final Rebinder rebinder;

    /** Whether work that the loop passes to the background fails. */
    volatile boolean failsForLoop;

    /** How often work was passed to the background. */
    final AtomicInteger tasks = new AtomicInteger();

    Host() {
      this("{}");
    }

    Host(String conf) {
      Settings settings = Settings.read(Json.asObject(Json.parse(conf)), problem -> {});
      rebinder =
          new Rebinder(loop, sockets, this::runInBackground, () -> settings, PORTS, any -> false);
    }

    private void runInBackground(Runnable work) {
      tasks.incrementAndGet();
      if (failsForLoop && loop.eventLoop().inEventLoop()) {
        throw new IllegalStateException("as the test demands");
      }
      work.run();
    }

    void start() {
      Identity identity = Identity.generate(new Random(1));
      loop.start(() -> TestNode.of(identity, new OutputAdapter())).join();
      loop.submit(
              node -> {
                rebinder.start();
                return true;
              })
          .join();
    }

    List<LocalSocket> usable(String device) {
      return loop.submit(node -> sockets.sockets(each -> each.device().equals(device))).join();
    }

    /** Returns whether the node is to use this number of sockets. */
    boolean isReported(int count) {
      return loop.submit(node -> rebinder.usable().size() == count).join();
    }

    List<String> addresses() {
      return loop.submit(
              node -> sockets.addresses().stream().map(InetSocketAddress::toString).toList())
          .join();
    }

    int overLimit() {
      return loop.submit(node -> sockets.overLimit()).join();
    }

    @Override
    public void close() {
      loop.submit(
              node -> {
                rebinder.close();
                sockets.close();
                return true;
              })
          .join();
      loop.close();
    }
  }
}
