// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.relay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where a relay forwards to. */
class RelayDestinationsTest {
  private static final InetSocketAddress OWN = Endpoints.parse("10.1.0.1/443");
  private static final Path THREAD = Path.of("/proc/thread-self");

  /** Networks with an address on a device, or none, and with routes. */
  private record Joined(String onDevice, String targets) implements OwnNetworks {
    @Override
    public boolean isOnDevice(InetAddress address) {
      return address.getHostAddress().equals(onDevice);
    }

    @Override
    public List<IpPrefix> routes() {
      return Stream.of(targets.split(" "))
          .filter(each -> !each.isEmpty())
          .map(IpPrefix::parse)
          .toList();
    }
  }

  @ParameterizedTest
  @CsvSource({
    "1.2.3.4/443, 8.8.8.8/9993, true",
    "1.2.3.4/443, 8.8.8.8/1025, true",
    "1.2.3.4/443, 8.8.8.8/1024, false",
    "1.2.3.4/443, 8.8.8.8/53, false",
    "1.2.3.4/443, 8.8.8.8/0, false",
    "1.2.3.4/443, 10.1.2.3/9993, false",
    "1.2.3.4/443, 192.168.1.1/9993, false",
    "1.2.3.4/443, 127.0.0.1/9993, false",
    "1.2.3.4/443, 169.254.1.1/9993, false",
    "1.2.3.4/443, 224.0.0.1/9993, false",
    "1.2.3.4/443, 255.255.255.255/9993, false",
    "1.2.3.4/443, 0.0.0.0/9993, false",
    "1.2.3.4/443, 2001:db8::1/9993, false",
    "1.2.3.4/443, 9.9.9.9/9993, false",
    "0.0.0.0/443, 8.8.8.8/9993, true",
    "0.0.0.0/443, 10.1.2.3/9993, false",
    "10.1.0.1/443, 8.8.8.8/9993, true",
    "10.1.0.1/443, 10.1.2.3/9993, true",
    "10.1.0.1/443, 127.0.0.1/9993, false",
    "127.0.0.1/443, 127.0.0.1/9993, false"
  })
  void forwardsToTheInternetOrToItsOwnNetwork(String listen, String to, boolean expected) {
    IpPrefix forbidden = IpPrefix.parse("9.0.0.0/8");
    var destinations =
        new RelayDestinations(
            Endpoints.parse(listen), List.of(9_993), forbidden::contains, new Joined("", ""));

    assertEquals(expected, destinations.test(Endpoints.parse(to)));
  }

  @ParameterizedTest
  @CsvSource({"9993, true", "9994, false", "443, false"})
  void forwardsToTheNodeOfItsHostAndNothingElseOnIt(int port, boolean expected) throws Exception {
    try (ExecutorService host = NetworkNamespace.thread()) {
      boolean permitted =
          host.submit(
                  () -> {
                    String namespace = Files.readSymbolicLink(THREAD).toString();
                    NetworkNamespace.ip(namespace, "link", "set", "lo", "up");
                    NetworkNamespace.ip(namespace, "address", "add", "10.1.0.1/24", "dev", "lo");
                    var destinations =
                        new RelayDestinations(OWN, List.of(9_993), ip -> false, new Joined("", ""));
                    return destinations.test(new InetSocketAddress(OWN.getAddress(), port));
                  })
              .get(60, TimeUnit.SECONDS);
      assertEquals(expected, permitted);
    }
  }

  @Test
  void forwardsNothingIntoNetworksThatTheNodeHasJoined() throws Exception {
    try (ExecutorService host = NetworkNamespace.thread()) {
      List<Boolean> permitted =
          host.submit(
                  () -> {
                    String namespace = Files.readSymbolicLink(THREAD).toString();
                    NetworkNamespace.ip(namespace, "link", "set", "lo", "up");
                    NetworkNamespace.ip(namespace, "address", "add", "10.7.0.1/24", "dev", "lo");
                    NetworkNamespace.ip(namespace, "link", "add", "lan", "type", "bridge");
                    NetworkNamespace.ip(namespace, "address", "add", "10.9.6.1/24", "dev", "lan");
                    NetworkNamespace.ip(namespace, "link", "set", "lan", "up");
                    var destinations =
                        new RelayDestinations(
                            OWN,
                            List.of(9_993),
                            ip -> false,
                            new Joined("10.7.0.1", "10.9.0.0/16 0.0.0.0/0"));
                    return Stream.of("10.7.0.9", "10.8.0.9", "10.9.5.9", "10.9.6.9")
                        .map(ip -> destinations.test(Endpoints.parse(ip + "/9993")))
                        .toList();
                  })
              .get(60, TimeUnit.SECONDS);
      assertEquals(List.of(false, true, false, true), permitted, "its LAN is 10.9.6.0/24");
    }
  }
}
