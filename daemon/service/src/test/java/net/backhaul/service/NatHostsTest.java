// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import net.backhaul.service.NatRouter.Kind;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;

/**
 * Daemons behind NATs of the kernel: two behind one without hairpin and two behind one with it, one
 * behind a symmetric one, and one behind two.
 */
@TestInstance(Lifecycle.PER_CLASS)
class NatHostsTest {
  private static final String CONE = "5.9.0.11";
  private static final String SYMMETRIC = "5.9.0.12";
  private static final String CARRIER = "5.9.0.13";
  private static final String HAIRPIN = "5.9.0.14";
  private static final JsonMapper JSON = new JsonMapper();
  private static final int DISCARD = 9;

  /** A search of the ports of a NAT has success in 9 of 10 times, and is repeated. */
  private static final long LIMIT_S = 90;

  private List<NamespaceNode> nodes = List.of();
  private final List<NatRouter> routers = new ArrayList<>();
  private NamespaceNode alice;
  private NamespaceNode anna;
  private NamespaceNode bob;
  private NamespaceNode carol;
  private NamespaceNode dora;
  private NamespaceNode dave;
  private NatRouter hairpin;
  private String lanOfAlice;
  private String lanOfAnna;
  private String lanOfDora;
  private String lanOfDave;

  @BeforeAll
  void start(@TempDir Path directory) throws Exception {
    NetworkNamespace.assumePossible();
    nodes = NamespaceNode.create(directory, 7);
    NamespaceNode root = nodes.getFirst();
    root.listenAsRoot("5.9.0.1");
    alice = nodes.get(1);
    anna = nodes.get(2);
    bob = nodes.get(3);
    carol = nodes.get(4);
    dora = nodes.get(5);
    dave = nodes.get(6);
    NatRouter cone = router(Kind.CONE, "192.168.1.");
    NatRouter symmetric = router(Kind.SYMMETRIC, "192.168.2.");
    NatRouter carrier = router(Kind.CONE, "100.64.0.");
    NatRouter home = router(Kind.CONE, "192.168.3.");
    cone.connect(root, CONE);
    symmetric.connect(root, SYMMETRIC);
    carrier.connect(root, CARRIER);
    home.connect(carrier, 2);
    lanOfAlice = cone.adopt(root, alice, 2);
    lanOfAnna = cone.adopt(root, anna, 3);
    symmetric.adopt(root, bob, 4);
    home.adopt(root, carol, 5);
    hairpin = router(Kind.CONE, "192.168.4.");
    hairpin.connect(root, HAIRPIN);
    lanOfDora = hairpin.adopt(root, dora, 6);
    lanOfDave = hairpin.adopt(root, dave, 7);
    hairpin.hairpin(HAIRPIN, List.of(lanOfDora, lanOfDave));
    NamespaceNode.start(nodes, 1);
    join(root);
  }

  private NatRouter router(Kind kind, String lan) throws Exception {
    var router = new NatRouter(kind, lan);
    routers.add(router);
    return router;
  }

  private void join(NamespaceNode controller) throws Exception {
    String network = controller.address() + "000001";
    controller.request(
        "POST", "/controller/network/" + network, "{\"routes\": [{\"target\": \"10.77.0.0/24\"}]}");
    for (NamespaceNode member : nodes.subList(1, nodes.size())) {
      controller.request(
          "POST",
          "/controller/network/" + network + "/member/" + member.address(),
          "{\"authorized\": true, \"ipAssignments\": [\"%s\"]}".formatted(inside(member)));
      member.request("POST", "/network/" + network, "{}");
    }
  }

  /** Returns the address of a member in the network. */
  private String inside(NamespaceNode member) {
    return "10.77.0." + (1 + nodes.indexOf(member));
  }

  @AfterAll
  void stop() {
    nodes.forEach(NamespaceNode::close);
    routers.forEach(NatRouter::close);
  }

  @Test
  void symmetricNatIsReachedThroughItsPorts() throws Exception {
    awaitPath(alice, bob, SYMMETRIC);
    awaitPath(bob, alice, CONE);
    String peers = bob.cli("status", "--long");
    assertTrue(peers.contains("DIRECT"), peers);
  }

  @Test
  void nodesBehindOneNatUseTheirLan() throws Exception {
    awaitPath(alice, anna, lanOfAnna);
    awaitPath(anna, alice, lanOfAlice);
  }

  /** Where both paths work, the one over the LAN is preferred. */
  @Test
  void nodesBehindOneNatWithHairpinUseTheirLan() throws Exception {
    awaitPath(dora, dave, lanOfDave);
    awaitPath(dave, dora, lanOfDora);
    assertTrue(hairpin.hasSentBack(), "the path by hairpin was tried");
  }

  @Test
  void nodeBehindTwoNatsIsDirect() throws Exception {
    awaitPath(alice, carol, CARRIER);
    awaitPath(carol, alice, CONE);
  }

  /** Sends frames until a node has a direct path to another at an address. */
  private void awaitPath(NamespaceNode from, NamespaceNode to, String address) throws Exception {
    long endNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(LIMIT_S);
    String peers;
    do {
      sendFrame(from, to);
      peers = from.request("GET", "/peer/" + to.address(), "");
      for (JsonNode path : JSON.readTree(peers).path("paths")) {
        if (path.path("preferred").asBoolean()
            && path.path("address").asText().startsWith(address + "/")) {
          return;
        }
      }
    } while (System.nanoTime() < endNanos);
    String both = from.cli("status", "--long") + to.cli("status", "--long");
    fail("no preferred path to " + address + ": " + peers + both);
  }

  private void sendFrame(NamespaceNode from, NamespaceNode to) throws Exception {
    from.here(
        () -> {
          try (var socket = new DatagramSocket()) {
            var address = InetAddress.getByName(inside(to));
            socket.send(new DatagramPacket(new byte[8], 8, address, DISCARD));
          } catch (SocketException noRouteYet) {
            return false;
          }
          Thread.sleep(50);
          return true;
        });
  }
}
