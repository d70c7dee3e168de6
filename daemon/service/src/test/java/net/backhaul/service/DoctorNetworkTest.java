// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.service.NatRouter.Kind;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * What {@code doctor} prints about faults between this host and two roots: symmetric NATs, routers
 * that map no port or are behind another NAT, and IPv6 that is blocked.
 */
@TestInstance(Lifecycle.PER_CLASS)
class DoctorNetworkTest {
  private static final int PORT = 24_000;
  private static final String ROOT_V6 = "2001:db8:9::1";
  private static final String SYMMETRIC =
      "nat        IPv4: each root sees another port (symmetric)";

  private List<NamespaceNode> nodes = List.of();
  private final List<Miniupnpd> routers = new ArrayList<>();
  private final List<NatRouter> carriers = new ArrayList<>();
  private NamespaceNode root;
  private NamespaceNode withoutMapping;
  private NamespaceNode behindMappedNat;
  private NamespaceNode behindPrivateNat;
  private NamespaceNode withV6;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    NetworkNamespace.assumePossible();
    Miniupnpd.assumePossible();
    nodes = NamespaceNode.create(directory, 6);
    root = nodes.get(0);
    root.listenAsRoot("5.9.0.1", ROOT_V6);
    nodes.get(1).listenAsRoot("5.9.0.3");
    withoutMapping = nodes.get(2);
    behindMappedNat = nodes.get(3);
    behindPrivateNat = nodes.get(4);
    withV6 = nodes.get(5);

    Miniupnpd alone = router(directory, Miniupnpd.PUBLIC);
    root.ip("link", "add", "router", "type", "veth", "peer", "name", "wan");
    root.ip("link", "set", "wan", "netns", alone.namespaceFile());
    root.ip("link", "set", "router", "master", "underlay", "up");
    adopt(alone, withoutMapping, 3);

    // Public addresses that an organization uses inside; miniupnpd maps ports of these alone.
    behindCarrier(directory, "11.0.0.", behindMappedNat, 4);
    behindCarrier(directory, "100.64.0.", behindPrivateNat, 5);

    withV6.addAddress("5.9.0.2", "eth0");
    withV6.addAddress("2001:db8:9::2", "eth0");
    NamespaceNode.start(nodes, 2);
  }

  private Miniupnpd router(Path directory, String address) throws Exception {
    var router = new Miniupnpd(Files.createDirectory(directory.resolve(address)), address);
    routers.add(router);
    return router;
  }

  private void behindCarrier(Path directory, String lan, NamespaceNode host, int number)
      throws Exception {
    var carrier = new NatRouter(Kind.SYMMETRIC, lan);
    carriers.add(carrier);
    carrier.connect(root, "5.9.0.1" + number);
    Miniupnpd router = router(directory, lan + 9);
    String gateway = carrier.adopt(router, 9);
    adopt(router, host, number);
    router.ip("route", "add", "default", "via", gateway);
    router.start(600, false);
  }

  /** Moves a host behind a router, and permits it to request a mapping. */
  private void adopt(Miniupnpd router, NamespaceNode host, int number) throws Exception {
    root.ip("link", "set", "host" + number, "nomaster");
    root.ip("link", "set", "host" + number, "netns", router.namespaceFile(), "name", "lan");
    router.startNat();
    host.ip("address", "flush", "dev", "eth0");
    host.ip("address", "add", "192.168.7.2/24", "dev", "eth0");
    host.ip("route", "add", "default", "via", Miniupnpd.LAN);
    Files.writeString(
        host.home().resolve("local.conf"),
        "{\"settings\": {\"allowSecondaryPort\": false, \"tertiaryPort\": " + PORT + "}}");
  }

  @AfterAll
  void stop() {
    nodes.forEach(NamespaceNode::close);
    routers.forEach(Miniupnpd::close);
    carriers.forEach(NatRouter::close);
  }

  @Test
  void namesSymmetricNatWhoseRouterMapsNoPort() throws Exception {
    String rejected = "; switch PCP, NAT-PMP or UPnP on at the router " + Miniupnpd.LAN;
    DoctorOutput.await(withoutMapping, rejected, "doctor");
    DoctorOutput.assertToDo(
        withoutMapping,
        SYMMETRIC + ", seen at " + Miniupnpd.PUBLIC + "/",
        "mapping    none: PCP: the router does not support it; NAT-PMP: the router does not support"
            + " it; UPnP: no answer"
            + rejected);
  }

  @Test
  void namesSecondNatBehindRouterThatMaps() throws Exception {
    DoctorOutput.assertToDo(
        behindMappedNat,
        "mapping    11.0.0.9/" + PORT + " to 192.168.7.2/" + PORT + " by PCP at " + Miniupnpd.LAN,
        SYMMETRIC);
    String output = behindMappedNat.cli("doctor");
    assertTrue(
        output.contains(
            "; that address is not public: a second NAT lies behind the router, which has to map"
                + " the port to the router\n"),
        output);
  }

  /** Routers map nothing where their own address is private; the text names that cause. */
  @Test
  void namesRouterThatMapsNothingSinceItsAddressIsPrivate() throws Exception {
    String cause = "one that rejects requests may have no public address";
    String output = DoctorOutput.await(behindPrivateNat, cause, "doctor");
    assertTrue(output.contains("TO DO  mapping    none: PCP: the router "), output);
  }

  @Test
  void namesRootThatIpv6DoesNotReach() throws Exception {
    DoctorOutput.assertHealthy(withV6);
    String over = root.address() + " over ";
    DoctorOutput.await(withV6, "ok     root       " + over + "IPv6: answers", "doctor");
    root.nft("add table ip6 t");
    root.nft("add chain ip6 t in { type filter hook input priority 0; }");
    root.nft("add rule ip6 t in udp dport 9993 drop");
    String output;
    try {
      String line = over + "IPv6: no answer from " + ROOT_V6 + "/9993; the other IP family answers";
      DoctorOutput.assertToDo(withV6, "root       " + line);
      output = withV6.cli("doctor");
    } finally {
      root.nft("delete table ip6 t");
    }
    assertTrue(output.contains("ok     root       " + over + "IPv4: answers"), output);
    assertFalse(output.contains("TO DO  firewall"), output);
    DoctorOutput.assertHealthy(withV6);
  }
}
