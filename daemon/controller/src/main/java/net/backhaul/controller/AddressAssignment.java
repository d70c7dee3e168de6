// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import java.util.random.RandomGenerator;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.ethernet.ManagedAddresses;
import net.backhaul.protocol.network.Route;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** Assigns addresses to a member, in the order and by the trials of 04 section 5.8.1. */
final class AddressAssignment {
  private static final long MAX_TRIALS = 1_000;
  private static final long ADDRESS_SPAN = 0xff_ffff_ffffL;
  private static final long U32 = 0xffff_ffffL;
  private static final int UNASSIGNED_LAST_OCTET = 255;

  private final NetworkRecord network;
  private final long address;
  private final Predicate<InetAddress> isAssigned;
  private final RandomGenerator random;
  private final List<IpPrefix> addresses = new ArrayList<>();
  private final List<InetAddress> assignments;
  private boolean hasDerived;

  private AddressAssignment(
      NetworkRecord network,
      MemberRecord member,
      Predicate<InetAddress> isAssigned,
      RandomGenerator random) {
    this.network = network;
    this.address = member.address();
    this.isAssigned = isAssigned;
    this.random = random;
    this.assignments = new ArrayList<>(member.settings().ipAssignments());
  }

  /**
   * The addresses of a member.
   *
   * @param addresses for its device, with the prefix length of their networks
   * @param assignments the member's assignments to record: the previous ones and new ones
   * @param hasDerived whether some are derived from its node address, which NDP emulation needs
   */
  record Result(List<IpPrefix> addresses, List<InetAddress> assignments, boolean hasDerived) {}

  /**
   * Assigns a member's addresses. Idempotent once the assignments are recorded.
   *
   * @param isAssigned whether any member of the network has an address already
   */
  static Result of(
      NetworkRecord network,
      MemberRecord member,
      Predicate<InetAddress> isAssigned,
      RandomGenerator random) {
    var assignment = new AddressAssignment(network, member, isAssigned, random);
    assignment.run(member.settings());
    return new Result(
        List.copyOf(assignment.addresses),
        List.copyOf(assignment.assignments),
        assignment.hasDerived);
  }

  /** Returns the addresses that a member has, without an assignment of new ones. */
  static List<InetAddress> recorded(NetworkRecord network, MemberRecord member) {
    var assignment = new AddressAssignment(network, member, any -> true, new SplittableRandom(0));
    assignment.addDerived(member.settings());
    assignment.addRecorded(member.settings());
    return assignment.addresses.stream().map(IpPrefix::address).toList();
  }

  private void run(MemberSettings settings) {
    addDerived(settings);
    addRecorded(settings);
    boolean automatic = !settings.noAutoAssignIps();
    if (automatic && network.assign().v6() && !hasRecorded(settings, false)) {
      assignFrom(false);
    }
    if (automatic && network.assign().v4() && !hasRecorded(settings, true)) {
      assignFrom(true);
    }
  }

  private boolean hasRecorded(MemberSettings settings, boolean v4) {
    return settings.ipAssignments().stream()
        .anyMatch(own -> isV4(own) == v4 && longestBits(own) >= 0);
  }

  private void addDerived(MemberSettings settings) {
    boolean automatic = !settings.noAutoAssignIps();
    if (automatic && network.assign().rfc4193()) {
      hasDerived = true;
      addresses.add(
          new IpPrefix(
              ManagedAddresses.rfc4193(network.id(), address), ManagedAddresses.RFC4193_BITS));
    }
    if (automatic && network.assign().sixPlane()) {
      hasDerived = true;
      addresses.add(
          new IpPrefix(
              ManagedAddresses.sixPlane(network.id(), address), ManagedAddresses.SIX_PLANE_BITS));
    }
  }

  private void addRecorded(MemberSettings settings) {
    for (InetAddress own : settings.ipAssignments()) {
      int bits = longestBits(own);
      if (bits >= 0) {
        addresses.add(new IpPrefix(own, bits));
      }
    }
  }

  /** Returns the prefix length of the longest route that contains an address, or -1. */
  private int longestBits(InetAddress own) {
    int longest = -1;
    for (Route route : network.routes()) {
      if (route.target().contains(own)) {
        longest = Math.max(longest, route.target().bits());
      }
    }
    return longest;
  }

  private void assignFrom(boolean v4) {
    for (AddressPool pool : network.pools()) {
      if (isV4(pool.start()) != v4 || isV4(pool.end()) != v4) {
        continue;
      }
      IpPrefix found = v4 ? tryV4(pool) : tryV6(pool);
      if (found != null) {
        addresses.add(found);
        assignments.add(found.address());
        return;
      }
    }
  }

  private @Nullable IpPrefix tryV4(AddressPool pool) {
    long start = v4Number(pool.start());
    long end = v4Number(pool.end());
    if (end < start || start == 0) {
      return null;
    }
    long span = end - start;
    long count = address & U32;
    for (long trial = 0; trial < Math.min(span + 1, MAX_TRIALS); trial++) {
      long candidate = span == 0 ? start : start + count % span;
      count = count + 1 & U32;
      if ((candidate & 0xff) == UNASSIGNED_LAST_OCTET) {
        continue;
      }
      int bits = bitsOfV4(candidate);
      InetAddress ip = v4(candidate);
      if (bits > 0 && !isAssigned.test(ip)) {
        return new IpPrefix(ip, bits);
      }
    }
    return null;
  }

  /** Returns the prefix length of the first route whose target equals the masked address, or 0. */
  private int bitsOfV4(long candidate) {
    for (Route route : network.routes()) {
      int bits = route.target().bits();
      if (isV4(route.target().address())) {
        long mask = bits == 0 ? 0 : U32 << (32 - bits) & U32;
        if (v4Number(route.target().address()) == (candidate & mask)) {
          return bits;
        }
      }
    }
    return 0;
  }

  private @Nullable IpPrefix tryV6(AddressPool pool) {
    byte[] start = pool.start().getAddress();
    byte[] end = pool.end().getAddress();
    long startHigh = new WireReader(start, 0, 8).u64();
    long startLow = new WireReader(start, 8, 8).u64();
    long endHigh = new WireReader(end, 0, 8).u64();
    long endLow = new WireReader(end, 8, 8).u64();
    boolean rangeHoldsAddress =
        Long.compareUnsigned(endLow, startLow) > 0
            && Long.compareUnsigned(endLow - startLow, ADDRESS_SPAN) >= 0;
    for (long trial = 0; trial < MAX_TRIALS; trial++) {
      boolean first = trial == 0 && rangeHoldsAddress;
      long high = startHigh + (first ? 0 : randomOffset(startHigh, endHigh));
      long low = startLow + (first ? address : randomOffset(startLow, endLow));
      InetAddress ip = v6(high, low);
      int bits = bitsOfV6(ip);
      if (bits > 0 && !isAssigned.test(ip) && !assignments.contains(ip)) {
        return new IpPrefix(ip, bits);
      }
    }
    return null;
  }

  private long randomOffset(long start, long end) {
    return Long.compareUnsigned(end, start) > 0
        ? Long.remainderUnsigned(random.nextLong(), end - start)
        : 0;
  }

  /** Returns the prefix length of the last on-link route that contains an address, or 0. */
  private int bitsOfV6(InetAddress ip) {
    int bits = 0;
    for (Route route : network.routes()) {
      if (route.via() == null && !isV4(ip) && route.target().contains(ip)) {
        bits = route.target().bits();
      }
    }
    return bits;
  }

  private static boolean isV4(InetAddress ip) {
    return ip.getAddress().length == 4;
  }

  private static long v4Number(InetAddress ip) {
    return new WireReader(ip.getAddress(), 0, 4).u32();
  }

  private static InetAddress v4(long number) {
    return Endpoints.of(new WireWriter().u32(number).toByteArray(), 0).getAddress();
  }

  private static InetAddress v6(long high, long low) {
    return Endpoints.of(new WireWriter().u64(high).u64(low).toByteArray(), 0).getAddress();
  }
}
