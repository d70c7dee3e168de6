// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import net.backhaul.testing.NetworkNamespace;

/**
 * A router in a network namespace with a NAT of nftables and a firewall that permits answers alone.
 * Its devices are {@code wan} and the bridge {@code lan}, which has the first address of its
 * subnet.
 */
final class NatRouter implements AutoCloseable {
  private static final long WAIT_S = 60;
  private static final int DAEMON_PORT = 9993;
  private static final int FIRST_OUTSIDE_PORT = 10_001;

  /** How the NAT selects the port outside. */
  enum Kind {
    /** The port of the host where it is free, filtered by remote address and port. */
    CONE("masquerade"),
    /** A random port for each destination. */
    SYMMETRIC("masquerade fully-random");

    private final String statement;

    Kind(String statement) {
      this.statement = statement;
    }
  }

  private final ExecutorService thread = NetworkNamespace.thread();
  private final String namespace;
  private final String lan;

  /**
   * Creates a router without an uplink.
   *
   * @param lan the first three numbers of its subnet, and a point
   */
  NatRouter(Kind kind, String lan) throws Exception {
    this.lan = lan;
    namespace =
        thread
            .submit(
                () -> {
                  Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "1");
                  return Files.readSymbolicLink(Path.of("/proc/thread-self")).toString();
                })
            .get(WAIT_S, TimeUnit.SECONDS);
    ip("link", "set", "lo", "up");
    ip("link", "add", "lan", "type", "bridge");
    ip("address", "add", lan + "1/24", "dev", "lan");
    ip("link", "set", "lan", "up");
    for (String command :
        List.of(
            "add table ip nat",
            "add chain ip nat post { type nat hook postrouting priority 100; }",
            "add rule ip nat post oifname wan " + kind.statement,
            "add table ip filter",
            "add chain ip filter forward { type filter hook forward priority 0; policy drop; }",
            "add rule ip filter forward ct state established,related accept",
            "add rule ip filter forward iifname lan accept",
            "add chain ip filter input { type filter hook input priority 0; policy accept; }",
            "add rule ip filter input iifname wan ct state new drop")) {
      nft(command);
    }
  }

  /** Connects it to the link of the nodes, whose root has an address in 5.9.0.0/24. */
  void connect(NamespaceNode root, String address) throws IOException {
    String port = "router" + address.substring(address.lastIndexOf('.') + 1);
    root.ip("link", "add", port, "type", "veth", "peer", "name", "wan");
    root.ip("link", "set", "wan", "netns", namespaceFile());
    root.ip("link", "set", port, "master", "underlay", "up");
    ip("address", "add", address + "/24", "dev", "wan");
    ip("link", "set", "wan", "up");
  }

  /** Connects it to the subnet of another router, as a host with this last number. */
  void connect(NatRouter outer, int host) throws IOException {
    String port = "router" + host;
    outer.ip("link", "add", port, "type", "veth", "peer", "name", "inner");
    outer.ip("link", "set", "inner", "netns", namespaceFile());
    outer.ip("link", "set", port, "master", "lan", "up");
    ip("link", "set", "inner", "name", "wan");
    ip("address", "add", outer.lan + host + "/24", "dev", "wan");
    ip("link", "set", "wan", "up");
    ip("route", "add", "default", "via", outer.lan + 1);
  }

  /**
   * Connects another router to its subnet, as a host with this last number; returns its gateway.
   */
  String adopt(Miniupnpd inner, int host) throws IOException {
    String port = "router" + host;
    ip("link", "add", port, "type", "veth", "peer", "name", "inner");
    ip("link", "set", "inner", "netns", inner.namespaceFile(), "name", "wan");
    ip("link", "set", port, "master", "lan", "up");
    return lan + 1;
  }

  /** Moves the host of a node from the link behind this router; returns its address. */
  String adopt(NamespaceNode root, NamespaceNode node, int number) throws IOException {
    String port = "host" + number;
    root.ip("link", "set", port, "nomaster");
    root.ip("link", "set", port, "netns", namespaceFile());
    ip("link", "set", port, "master", "lan", "up");
    String address = lan + (10 + number);
    node.ip("address", "flush", "dev", "eth0");
    node.ip("address", "add", address + "/24", "dev", "eth0");
    node.ip("route", "add", "default", "via", lan + 1);
    return address;
  }

  /**
   * Sends datagrams of a host for the endpoint of another one outside back to that one (hairpin);
   * without it they are rejected. Endpoints outside are the same for all destinations.
   *
   * @param outside the address of the router
   */
  void hairpin(String outside, List<String> hosts) throws Exception {
    nft("add chain ip nat pre { type nat hook prerouting priority -100; }");
    for (String host : hosts) {
      String daemon = host + ":" + DAEMON_PORT;
      int port = FIRST_OUTSIDE_PORT + hosts.indexOf(host);
      String source = "ip saddr " + host + " udp sport " + DAEMON_PORT;
      String translation = " snat to " + outside + ":" + port;
      nft("insert rule ip nat post " + source + " oifname wan" + translation);
      nft("insert rule ip nat post " + source + " oifname lan ct status dnat" + translation);
      String destination = "ip daddr " + outside + " udp dport " + port;
      nft("add rule ip nat pre iifname lan " + destination + " counter dnat to " + daemon);
    }
  }

  /** Returns whether datagrams for the endpoint of a host outside were sent back to it. */
  boolean hasSentBack() throws Exception {
    return nftOutput("list chain ip nat pre").matches("(?s).* packets [1-9].*");
  }

  private String namespaceFile() {
    return "/proc/" + namespace + "/ns/net";
  }

  private void ip(String... arguments) throws IOException {
    assertEquals("", NetworkNamespace.ip(namespace, arguments), String.join(" ", arguments));
  }

  private void nft(String command) throws Exception {
    assertEquals("", nftOutput(command), command);
  }

  private String nftOutput(String command) throws Exception {
    var words = List.of("nsenter", "--net=" + namespaceFile(), "nft", command);
    Process nft = new ProcessBuilder(words).redirectErrorStream(true).start();
    return new String(nft.getInputStream().readAllBytes());
  }

  @Override
  public void close() {
    thread.close();
  }
}
