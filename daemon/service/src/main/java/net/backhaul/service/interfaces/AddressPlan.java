// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.service.routing.RouteConflict;
import net.backhaul.service.state.LocalNetworkSettings;

/**
 * The wanted addresses of a network's device: those that the controller assigns, the operator
 * allows and the rest of the host permits (04 section 6.1.3).
 *
 * @param addresses sorted, each once
 */
record AddressPlan(List<IpPrefix> addresses, List<RouteConflict> rejected) {
  private static final Comparator<IpPrefix> ORDER =
      Comparator.comparing((IpPrefix each) -> each.address().getAddress().length)
          .thenComparing(each -> each.address().getAddress(), Arrays::compareUnsigned)
          .thenComparing(IpPrefix::bits);

  AddressPlan {
    addresses = List.copyOf(addresses);
    rejected = List.copyOf(rejected);
  }

  static AddressPlan of(List<IpPrefix> assigned, LocalNetworkSettings settings, HostState host) {
    Set<IpPrefix> allowed = new TreeSet<>(ORDER);
    var rejected = new ArrayList<RouteConflict>();
    for (IpPrefix each : assigned) {
      if (!isPossible(each) || !settings.allows(each)) {
        continue;
      }
      String conflict =
          host.noAddresses() != null
              ? host.noAddresses()
              : host.conflicts().reason(each.network(), 0);
      if (conflict == null) {
        allowed.add(each);
      } else {
        rejected.add(new RouteConflict(false, each, null, conflict));
      }
    }
    return new AddressPlan(List.copyOf(allowed), rejected);
  }

  static boolean isPossible(IpPrefix prefix) {
    return prefix.bits() >= 0 && prefix.bits() <= prefix.address().getAddress().length * 8;
  }
}
