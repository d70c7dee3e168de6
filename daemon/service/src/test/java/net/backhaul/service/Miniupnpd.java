// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import net.backhaul.service.system.HostProgram;
import net.backhaul.testing.NetworkNamespace;

/**
 * A router in a network namespace, with a NAT of nftables that selects a random port for each flow,
 * and Debian's miniupnpd, which maps ports by PCP, NAT-PMP and UPnP. Its devices are {@code wan} at
 * {@link #PUBLIC} and {@code lan} at {@link #LAN}.
 */
public final class Miniupnpd implements AutoCloseable {
  public static final String PUBLIC = "5.9.0.9";
  public static final String LAN = "192.168.7.1";

  private static final long WAIT_S = 60;

  private static final String RULES =
      """
      table inet mu {
        chain forward {
          type filter hook forward priority 0; policy accept;
        }
        chain prerouting {
          type nat hook prerouting priority -100; policy accept;
        }
        chain postrouting {
          type nat hook postrouting priority 100; policy accept;
          oifname "wan" masquerade fully-random
        }
      }
      """;

  private static final String CONFIGURATION =
      """
      ext_ifname=wan
      listening_ip=lan
      port=5000
      enable_natpmp=yes
      enable_upnp=yes
      min_lifetime=2
      max_lifetime=%d
      secure_mode=yes
      uuid=00000000-0000-4000-8000-000000000001
      force_igd_desc_v1=%s
      upnp_table_name=mu
      upnp_nat_table_name=mu
      upnp_forward_chain=forward
      upnp_nat_chain=prerouting
      upnp_nat_postrouting_chain=postrouting
      allow 1024-65535 0.0.0.0/0 1024-65535
      """;

  private final ExecutorService thread = NetworkNamespace.thread();
  private final Path directory;
  private final String address;
  private final String namespace;
  private Process process;

  /** Creates a router without devices and without the daemon. */
  public Miniupnpd(Path directory) throws Exception {
    this(directory, PUBLIC);
  }

  /**
   * Creates a router with another address outside.
   *
   * @param address the daemon maps no ports if it is of a private network
   */
  public Miniupnpd(Path directory, String address) throws Exception {
    this.directory = directory;
    this.address = address;
    namespace =
        thread
            .submit(() -> Files.readSymbolicLink(Path.of("/proc/thread-self")).toString())
            .get(WAIT_S, TimeUnit.SECONDS);
    ip("link", "set", "lo", "up");
  }

  /** Skips the calling test without the programs; with {@code CI=true} it fails instead. */
  public static void assumePossible() {
    boolean able = HostProgram.exists("miniupnpd") && HostProgram.exists("nft");
    if (!"true".equals(System.getenv("CI"))) {
      assumeTrue(able, "needs nft and miniupnpd, of Debian's package miniupnpd-nftables");
    }
  }

  /** Returns the file of the namespace. */
  public String namespaceFile() {
    return "/proc/" + namespace + "/ns/net";
  }

  /** Runs the ip program on the router, which has to succeed. */
  public void ip(String... arguments) throws IOException {
    assertEquals("", NetworkNamespace.ip(namespace, arguments), String.join(" ", arguments));
  }

  /** Gives the devices their addresses, and starts the NAT. */
  public void startNat() throws Exception {
    ip("address", "add", address + "/24", "dev", "wan");
    ip("link", "set", "wan", "up");
    ip("address", "add", LAN + "/24", "dev", "lan");
    ip("link", "set", "lan", "up");
    thread
        .submit(() -> Files.writeString(Path.of("/proc/sys/net/ipv4/ip_forward"), "1"))
        .get(WAIT_S, TimeUnit.SECONDS);
    assertEquals("", nft(RULES));
  }

  /**
   * Starts the daemon, which has no mappings.
   *
   * @param maxLifetimeS the longest lifetime that it grants by PCP
   * @param firstVersion whether it is a UPnP router of the first version
   */
  public void start(int maxLifetimeS, boolean firstVersion) throws Exception {
    Path configuration = directory.resolve("miniupnpd.conf");
    Files.writeString(
        configuration, CONFIGURATION.formatted(maxLifetimeS, firstVersion ? "yes" : "no"));
    process =
        thread
            .submit(
                () ->
                    new ProcessBuilder(
                            "miniupnpd",
                            "-d",
                            "-f",
                            configuration.toString(),
                            "-P",
                            directory.resolve("miniupnpd.pid").toString())
                        .redirectErrorStream(true)
                        .redirectOutput(directory.resolve("miniupnpd.log").toFile())
                        .start())
            .get(WAIT_S, TimeUnit.SECONDS);
  }

  /** Ends the daemon, as a router that loses power does: its mappings are gone. */
  public void kill() throws Exception {
    process.destroyForcibly().waitFor();
    assertEquals("", nft("flush chain inet mu forward\nflush chain inet mu prerouting\n"));
  }

  /** Returns the rules for mapped ports. */
  public String mappings() throws Exception {
    return nft("list chain inet mu prerouting\n");
  }

  /** Returns what the daemon has logged. */
  public String log() throws IOException {
    Path log = directory.resolve("miniupnpd.log");
    return Files.exists(log) ? Files.readString(log) : "";
  }

  /** Runs commands of nft on the router; returns their output. */
  public String nft(String commands) throws Exception {
    Path file = Files.createTempFile(directory, "rules", ".nft");
    Files.writeString(file, commands);
    var words = new ArrayList<>(List.of("nsenter", "--net=" + namespaceFile(), "nft", "-f"));
    words.add(file.toString());
    Process nft = new ProcessBuilder(words).redirectErrorStream(true).start();
    return new String(nft.getInputStream().readAllBytes());
  }

  @Override
  public void close() {
    if (process != null) {
      process.destroyForcibly().onExit().join();
    }
    thread.close();
  }
}
