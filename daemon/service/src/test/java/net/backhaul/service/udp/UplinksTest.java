// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import net.backhaul.protocol.address.Endpoints;
import org.junit.jupiter.api.Test;

class UplinksTest {
  private static final List<Integer> PORTS = List.of(9993, 20_001);

  @Test
  void ordersUplinksFirstAndBridgesOfContainersLast() {
    var all = new ArrayList<BindAddress>();
    for (String device :
        List.of("docker0 172.17.0.1", "lan0 10.0.0.1", "mine 10.1.0.1", "br0 192.0.2.7")) {
      String[] words = device.split(" ");
      PORTS.forEach(
          port -> all.add(new BindAddress(Endpoints.parseIp(words[1]), port, words[0], 1)));
    }
    all.add(new BindAddress(Endpoints.parseIp("2001:db8::7"), 9993, "br0", 1));

    List<BindAddress> ordered =
        Uplinks.first(
            all,
            PORTS,
            Set.of(Endpoints.parseIp("192.0.2.7")),
            device -> Set.of("br0", "mine").contains(device));

    assertEquals(
        List.of(
            "br0 192.0.2.7 9993",
            "br0 2001:db8::7 9993",
            "br0 192.0.2.7 20001",
            "lan0 10.0.0.1 9993",
            "lan0 10.0.0.1 20001",
            "docker0 172.17.0.1 9993",
            "mine 10.1.0.1 9993",
            "docker0 172.17.0.1 20001",
            "mine 10.1.0.1 20001"),
        ordered.stream()
            .map(each -> each.device() + " " + Endpoints.ipText(each.address()) + " " + each.port())
            .toList());
  }

  @Test
  void findsSourceOfRoutesToEndpoints() {
    var endpoints =
        List.of(
            new InetSocketAddress(Endpoints.parseIp("127.0.0.9"), 9),
            new InetSocketAddress(Endpoints.parseIp("127.0.0.8"), 9));

    assertTrue(
        Uplinks.sources(endpoints).contains(Endpoints.parseIp("127.0.0.1")),
        () -> Uplinks.sources(endpoints).toString());
  }
}
