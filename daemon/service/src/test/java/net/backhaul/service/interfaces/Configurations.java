// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import java.util.List;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Route;
import net.backhaul.protocol.network.Sso;

/** Configurations of which only what concerns a device matters. */
final class Configurations {
  private Configurations() {}

  static NetworkConfig of(List<IpPrefix> addresses, List<Route> routes, int mtuBytes) {
    return new NetworkConfig(
        RecordedStages.NETWORK_ID,
        1,
        1,
        1,
        1,
        0,
        0,
        0,
        32,
        true,
        "test",
        mtuBytes,
        null,
        List.of(),
        List.of(),
        List.of(),
        List.of(),
        routes,
        addresses,
        List.of(),
        "",
        List.of(),
        Sso.NONE);
  }
}
