// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.service.Miniupnpd;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.portmapping.protocol.MapperOptions;
import net.backhaul.service.portmapping.protocol.MappingCounters.Count;
import net.backhaul.service.portmapping.protocol.MappingProtocol;
import net.backhaul.service.portmapping.protocol.MappingStatus;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Mappings by Debian's miniupnpd, which runs on a router in a namespace of its own. */
class PortMappingTest {
  private static final String LOCAL = "192.168.7.2";
  private static final int PORT = 24_000;
  private static final long LIMIT_S = 60;
  private static final int LIFETIME_S = 4;

  @TempDir Path directory;
  private Miniupnpd router;
  private ExecutorService host;
  private NodeLoop loop;
  private PortMapping mapping;
  private volatile List<InetSocketAddress> mapped = List.of();

  @BeforeEach
  void createRouter() throws Exception {
    NetworkNamespace.assumePossible();
    Miniupnpd.assumePossible();
    router = new Miniupnpd(directory);
    host = NetworkNamespace.thread();
    String namespace =
        here(() -> Path.of("/proc/thread-self").toRealPath().toString().substring(6));
    router.ip("link", "add", "wan", "type", "veth", "peer", "name", "internet");
    router.ip("link", "add", "lan", "type", "veth", "peer", "name", "eth0");
    router.ip("link", "set", "eth0", "netns", "/proc/" + namespace + "/ns/net");
    router.startNat();
    for (String command :
        List.of(
            "link set lo up",
            "address add " + LOCAL + "/24 dev eth0",
            "address add 192.168.7.3/24 dev eth0",
            "link set eth0 up",
            "route add default via " + Miniupnpd.LAN)) {
      assertEquals("", NetworkNamespace.ip(namespace, command.split(" ")), command);
    }
    loop =
        here(
            () -> {
              var created = new NodeLoop();
              created.eventLoop().submit(() -> {}).get(); // Its thread starts in the namespace.
              return created;
            });
  }

  @AfterEach
  void close() throws Exception {
    if (loop != null) {
      loop.close();
    }
    if (host != null) {
      host.close();
    }
    if (router != null) {
      router.close();
    }
  }

  private <T> T here(Callable<T> work) throws Exception {
    return host.submit(work).get(LIMIT_S, TimeUnit.SECONDS);
  }

  private void map(MappingProtocol... protocols) throws Exception {
    var options = new MapperOptions(List.of(protocols), LIFETIME_S, 300_000);
    mapping =
        new PortMapping(
            loop,
            host,
            new PortMapping.Host() {
              @Override
              public List<InetSocketAddress> sockets() {
                return List.of(Endpoints.parse(LOCAL + "/" + PORT));
              }

              @Override
              public boolean areMarked() {
                return true;
              }

              @Override
              public void mapped(List<InetSocketAddress> external) {
                mapped = external;
              }
            },
            new PortMapping.Mapped(PORT, options),
            new Random(7));
    loop.execute(mapping::start);
  }

  private MappingStatus await(Predicate<MappingStatus> condition) throws Exception {
    long endNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
    while (true) {
      MappingStatus status = loop.eventLoop().submit(mapping::status).get();
      if (loop.eventLoop().submit(() -> condition.test(status)).get()) {
        return status;
      }
      String found = status + "\n" + router.log();
      assertTrue(System.nanoTime() < endNs, found);
      TimeUnit.MILLISECONDS.sleep(20);
    }
  }

  private MappingStatus awaitMapped() throws Exception {
    return await(status -> status.state() == MappingStatus.State.MAPPED);
  }

  private long count(Count what) throws Exception {
    return loop.eventLoop().submit(() -> mapping.counters().get(what)).get();
  }

  private void end() throws Exception {
    mapping.close().get(LIMIT_S, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @CsvSource({"PCP, false", "NAT_PMP, false", "UPNP, false", "UPNP, true"})
  void mapsRenewsAndRemoves(MappingProtocol protocol, boolean firstVersion) throws Exception {
    router.start(LIFETIME_S, firstVersion);
    map(protocol);

    MappingStatus status = awaitMapped();
    assertEquals(protocol, status.protocol());
    assertEquals(Endpoints.parse(Miniupnpd.PUBLIC + "/" + PORT), status.external());
    assertEquals(List.of(Endpoints.parse(Miniupnpd.PUBLIC + "/" + PORT)), mapped);
    String rules = router.mappings();
    assertTrue(rules.contains("dnat ip to " + LOCAL + ":" + PORT), rules);

    await(each -> each.expiresMs() > status.expiresMs() + TimeUnit.SECONDS.toMillis(LIFETIME_S));
    assertTrue(router.mappings().contains(LOCAL + ":" + PORT), "after more than a lifetime");
    assertTrue(count(Count.GRANTED) >= 3);

    end();
    assertFalse(router.mappings().contains(LOCAL), router.mappings());
  }

  @ParameterizedTest
  @EnumSource(MappingProtocol.class)
  void mapsAnotherPortWhereAnotherHostHasIt(MappingProtocol protocol) throws Exception {
    router.start(LIFETIME_S * 100, false);
    mapForOtherHost();
    map(protocol);

    MappingStatus status = awaitMapped();

    assertNotEquals(PORT, status.external().getPort());
    String rules = router.mappings();
    assertTrue(rules.contains("192.168.7.3:" + PORT), rules);
    assertTrue(rules.contains(LOCAL + ":" + PORT), rules);
  }

  /** Maps the same external port for another address, by NAT-PMP. */
  private void mapForOtherHost() throws Exception {
    byte[] request =
        ByteBuffer.allocate(12)
            .putShort((short) 1)
            .putShort((short) 0)
            .putShort((short) PORT)
            .putShort((short) PORT)
            .putInt(600)
            .array();
    byte[] answer = new byte[16];
    here(
        () -> {
          try (var socket = new DatagramSocket(0, InetAddress.getByName("192.168.7.3"))) {
            socket.setSoTimeout(200);
            for (int i = 0; answer[9] == 0 && i < 100; i++) {
              try {
                var to = new InetSocketAddress(Miniupnpd.LAN, 5351);
                socket.send(new DatagramPacket(request, request.length, to));
                socket.receive(new DatagramPacket(answer, answer.length));
              } catch (java.io.IOException notYet) {
                TimeUnit.MILLISECONDS.sleep(50);
              }
            }
          }
          return null;
        });
    assertEquals(PORT, ByteBuffer.wrap(answer).getShort(10) & 0xffff, "the router's answer");
  }

  @ParameterizedTest
  @EnumSource(
      value = MappingProtocol.class,
      names = {"PCP", "NAT_PMP"})
  void mapsAgainWhenRouterWasRestarted(MappingProtocol protocol) throws Exception {
    router.start(LIFETIME_S * 1_000, false);
    map(protocol);
    awaitMapped();
    long granted = count(Count.GRANTED);
    TimeUnit.MILLISECONDS.sleep(1_500); // The epoch counts seconds.

    router.kill();
    assertFalse(router.mappings().contains(LOCAL));
    router.start(LIFETIME_S * 1_000, false);

    await(status -> mapping.counters().get(Count.GRANTED) > granted);
    assertTrue(router.mappings().contains(LOCAL + ":" + PORT), router.log());
  }

  @Test
  void namesEachProtocolThatFails() throws Exception {
    map(MappingProtocol.values());

    MappingStatus status = await(each -> each.state() == MappingStatus.State.FAILED);

    assertEquals(
        "PCP: the router does not support it; NAT-PMP: the router does not support it;"
            + " UPnP: no answer",
        status.why());
  }
}
