// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import net.backhaul.controller.AddressPool;
import net.backhaul.controller.Controller;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.protocol.address.IpPrefix;

/** Finds a private IPv4 subnet of 254 hosts that overlaps none in use. */
final class FreeSubnet {
  private static final int BITS = 24;
  private static final int TRIALS = 1_000;

  private FreeSubnet() {}

  /** The ranges of RFC 1918. */
  private enum PrivateRange {
    LARGE,
    MEDIUM,
    SMALL;

    IpPrefix subnet(RandomGenerator random) {
      int third = random.nextInt(256);
      return switch (this) {
        case LARGE -> FreeSubnet.subnet(10, random.nextInt(256), third);
        case MEDIUM -> FreeSubnet.subnet(172, 16 + random.nextInt(16), third);
        case SMALL -> FreeSubnet.subnet(192, 168, third);
      };
    }
  }

  /** Returns a random free subnet of 10.0.0.0/8, or of 172.16.0.0/12 if that is in use. */
  static Optional<IpPrefix> choose(List<IpPrefix> used, RandomGenerator random) {
    return choose(PrivateRange.LARGE, used, random)
        .or(() -> choose(PrivateRange.MEDIUM, used, random));
  }

  /** Returns a random free subnet of each private range that has one. */
  static List<IpPrefix> ofEachRange(List<IpPrefix> used, RandomGenerator random) {
    return Arrays.stream(PrivateRange.values())
        .flatMap(range -> choose(range, used, random).stream())
        .toList();
  }

  private static Optional<IpPrefix> choose(
      PrivateRange range, List<IpPrefix> used, RandomGenerator random) {
    for (int trial = 0; trial < TRIALS; trial++) {
      IpPrefix candidate = range.subnet(random);
      if (used.stream().noneMatch(each -> overlap(each, candidate))) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }

  /** Returns what a new subnet must not overlap: of the host, and of the controller's networks. */
  static List<IpPrefix> used(Controller controller, List<IpPrefix> ofHost) {
    var used = new ArrayList<>(ofHost);
    for (NetworkRecord network : controller.networks()) {
      network.routes().forEach(route -> used.add(route.target()));
    }
    return used;
  }

  /** Returns whether two prefixes have an address in common; a default route overlaps nothing. */
  static boolean overlap(IpPrefix one, IpPrefix other) {
    if (one.bits() == 0 || other.bits() == 0) {
      return false;
    }
    return one.bits() <= other.bits() ? one.contains(other) : other.contains(one);
  }

  /** Returns the addresses of a subnet that hosts can have. */
  static AddressPool pool(IpPrefix subnet) {
    byte[] network = subnet.address().getAddress();
    return new AddressPool(
        ip(network[0], network[1], network[2], 1), ip(network[0], network[1], network[2], 254));
  }

  private static IpPrefix subnet(int first, int second, int third) {
    return new IpPrefix(ip(first, second, third, 0), BITS);
  }

  private static InetAddress ip(int first, int second, int third, int fourth) {
    try {
      return InetAddress.getByAddress(
          new byte[] {(byte) first, (byte) second, (byte) third, (byte) fourth});
    } catch (UnknownHostException e) {
      throw new AssertionError("an IP has 4 bytes", e);
    }
  }
}
