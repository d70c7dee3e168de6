// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.engine.Node;
import net.backhaul.engine.NodeOptions;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.service.CapturedLog;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.SilentOutput;
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
  @RegisterExtension final CapturedLog lines = new CapturedLog(Rebinder.class);

  @Test
  void bindsUplinkOfContainerHostFirstAndReportsLimitOnce() throws Exception {
    var script = new StringBuilder();
    for (int i = 0; i < BRIDGES; i++) {
      device(script, "br-" + i, "172.18." + i + ".1/24");
    }
    device(script, "uplink", "192.0.2.7/24");
    script.append("route add default via 192.0.2.1 dev uplink\n");
    NetworkNamespace.run(
        () -> {
          ip(script.toString());
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
                        + " interfacePrefixBlacklist in local.conf leaves interfaces out"),
                logged());

            ip("link del br-0\n");
            Await.until(() -> host.overLimit() == 44);
            assertEquals(1, logged().size());
          }
        });
  }

  @Test
  void bindsAddressThatAppearsAfterTheStart() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (var host = new Host()) {
            host.start();
            assertEquals(0, host.sockets.count());

            var script = new StringBuilder();
            device(script, "uplink", "192.0.2.7/24");
            ip(script.toString());

            Await.until(() -> host.addresses().contains("/192.0.2.7:29993"));
          }
        });
  }

  private List<String> logged() {
    return lines.list().stream()
        .map(event -> event.getLevel() + " " + event.getFormattedMessage())
        .toList();
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

    Host() {
      Settings settings = Settings.read(Json.object(), complaint -> {});
      rebinder =
          new Rebinder(loop, sockets, Runnable::run, () -> settings, PORTS, address -> false);
    }

    void start() {
      Identity identity = Identity.generate(new Random(1));
      loop.start(
              () ->
                  new Node(
                      identity,
                      NodeOptions.DEFAULT,
                      new SilentOutput(),
                      null,
                      new Random(1),
                      Map.of(),
                      NodeLoop.nowMs()))
          .join();
      loop.submit(
              node -> {
                rebinder.start();
                return true;
              })
          .join();
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
