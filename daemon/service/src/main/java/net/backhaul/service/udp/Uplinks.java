// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.DatagramChannel;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import net.backhaul.protocol.address.Endpoints;

/**
 * Orders the addresses of a host that has more of them than sockets can be opened: uplinks first,
 * over which the host reaches the internet, roots and peers; bridges of containers last.
 */
final class Uplinks {
  /** Endpoints whose route is looked up. */
  static final int MAX_ENDPOINTS = 256;

  /** Addresses of documentation, for which hosts have no other route than the default one. */
  private static final List<InetSocketAddress> BY_DEFAULT_ROUTE =
      List.of(
          new InetSocketAddress(Endpoints.parseIp("198.51.100.1"), 9),
          new InetSocketAddress(Endpoints.parseIp("2001:db8::1"), 9));

  /** Beginnings of the names of devices that lead to containers and virtual hosts. */
  private static final List<String> OF_CONTAINERS =
      List.of(
          "br-", "cali", "cilium", "cni", "docker", "flannel", "kube", "lxc", "lxdbr", "podman",
          "veth", "virbr", "vmnet", "vnet");

  private Uplinks() {}

  /**
   * Returns the local addresses from which the host sends to endpoints: the kernel selects one when
   * a UDP socket is connected, which sends nothing.
   */
  static Set<InetAddress> sources(List<InetSocketAddress> endpoints) {
    var sources = new HashSet<InetAddress>();
    var all = new ArrayList<>(BY_DEFAULT_ROUTE);
    all.addAll(endpoints.subList(0, Math.min(endpoints.size(), MAX_ENDPOINTS)));
    for (StandardProtocolFamily family :
        List.of(StandardProtocolFamily.INET, StandardProtocolFamily.INET6)) {
      boolean v4 = family == StandardProtocolFamily.INET;
      try (DatagramChannel channel = DatagramChannel.open(family)) {
        for (InetSocketAddress each : all) {
          if (each.getAddress() instanceof Inet4Address == v4) {
            addSource(channel, each, sources);
          }
        }
      } catch (IOException | UnsupportedOperationException e) {
        continue; // The host has no such family.
      }
    }
    return sources;
  }

  private static void addSource(
      DatagramChannel channel, InetSocketAddress to, Set<InetAddress> sources) throws IOException {
    try {
      channel.connect(to);
      if (channel.getLocalAddress() instanceof InetSocketAddress local) {
        sources.add(InetAddress.getByAddress(local.getAddress().getAddress()));
      }
    } catch (IOException noRoute) {
      return;
    }
    channel.disconnect();
  }

  /**
   * Returns whether a device probably leads to containers or virtual hosts of this one.
   *
   * @param isBridge whether a device is a bridge
   */
  static boolean isOfContainers(String device, Predicate<String> isBridge) {
    return OF_CONTAINERS.stream().anyMatch(device::startsWith) || isBridge.test(device);
  }

  /**
   * Orders addresses by the use of their devices and, within one, by port: the primary one first.
   *
   * @param ports in the order of their importance
   * @param sources the addresses from which the host sends
   * @param isBridge whether a device is a bridge
   */
  static List<BindAddress> first(
      List<BindAddress> all,
      List<Integer> ports,
      Set<InetAddress> sources,
      Predicate<String> isBridge) {
    Set<String> uplinks = new HashSet<>();
    for (BindAddress each : all) {
      if (sources.contains(each.address())) {
        uplinks.add(each.device());
      }
    }
    Set<String> ofContainers = new HashSet<>();
    for (BindAddress each : all) {
      if (isOfContainers(each.device(), isBridge)) {
        ofContainers.add(each.device());
      }
    }
    return all.stream()
        .sorted(
            Comparator.comparing((BindAddress each) -> !uplinks.contains(each.device()))
                .thenComparing(each -> ofContainers.contains(each.device()))
                .thenComparing(each -> ports.indexOf(each.port())))
        .toList();
  }
}
