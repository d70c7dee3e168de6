// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import net.backhaul.controller.AddressPool;
import net.backhaul.protocol.address.IpPrefix;

/** Finds a private IPv4 subnet of 254 hosts that overlaps none in use. */
final class FreeSubnet {
  private static final int BITS = 24;
  private static final int TRIALS = 2_000;

  private FreeSubnet() {}

  /** Returns a random free subnet of 10.0.0.0/8, or of 172.16.0.0/12 if that is in use. */
  static Optional<IpPrefix> choose(List<IpPrefix> used, RandomGenerator random) {
    for (int trial = 0; trial < TRIALS; trial++) {
      IpPrefix candidate =
          trial < TRIALS / 2
              ? subnet(10, random.nextInt(256), random.nextInt(256))
              : subnet(172, 16 + random.nextInt(16), random.nextInt(256));
      if (used.stream().noneMatch(each -> overlap(each, candidate))) {
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
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
