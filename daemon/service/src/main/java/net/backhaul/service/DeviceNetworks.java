// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.net.InetAddress;
import java.util.List;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.network.Route;
import net.backhaul.service.interfaces.Interfaces;
import net.backhaul.service.relay.OwnNetworks;

/** What a relay knows of the devices of this node. */
record DeviceNetworks(Interfaces devices) implements OwnNetworks {
  @Override
  public boolean isOnDevice(InetAddress address) {
    return devices.deviceAddresses().contains(address);
  }

  @Override
  public List<IpPrefix> routes() {
    return devices.applied().values().stream()
        .flatMap(network -> network.routes().stream())
        .map(Route::target)
        .toList();
  }
}
