// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.forwarding;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.service.state.HostRole;
import net.backhaul.tap.HostAddress;
import net.backhaul.tap.HostDevice;
import net.backhaul.tap.HostNetwork;
import net.backhaul.tap.TapException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes devices of networks ports of bridges, and checks that these can work. On the system thread.
 *
 * <p>A bridge that is made here has an alias, by which it is recognized after a restart and removed
 * in the end; others stay.
 */
public final class HostBridges {
  private static final Logger log = LoggerFactory.getLogger(HostBridges.class);
  private static final String ALIAS = "backhaul";

  private final HostNetwork host;
  private final Map<String, HostRole> applied = new HashMap<>();

  public HostBridges(HostNetwork host) {
    this.host = host;
  }

  /**
   * A device of a network, and what matters for a bridge.
   *
   * @param isActiveBridge whether the controller permits this node to bridge
   */
  public record BridgePort(String device, int mtuBytes, boolean isActiveBridge) {}

  /** Makes the device and the further ports of a role ports of its bridge; returns problems. */
  public List<String> apply(BridgePort port, HostRole role) {
    HostRole before = applied.get(port.device);
    if (before != null && !before.equals(role)) {
      remove(port.device, before);
    }
    var problems = new ArrayList<String>();
    try {
      HostDevice bridge = bridge(role.bridge(), problems);
      if (bridge == null) {
        return problems;
      }
      applied.put(port.device, role);
      Map<String, HostDevice> devices = devices();
      attach(port.device, bridge, devices, problems);
      for (String each : role.bridgePorts()) {
        if (isFree(each, bridge, devices, problems)) {
          attach(each, bridge, devices, problems);
        }
      }
      check(port, bridge, problems);
    } catch (TapException e) {
      problems.add("the bridge " + role.bridge() + ": " + e.getMessage());
    }
    return problems;
  }

  private @Nullable HostDevice bridge(String name, List<String> problems) throws TapException {
    HostDevice found = devices().get(name);
    if (found == null) {
      host.addBridge(name, ALIAS);
      log.info("bridge {} is made", name);
      found = devices().get(name);
    }
    if (found != null && !found.kind().equals("bridge")) {
      problems.add(name + " is no bridge; name another, or one that is to be made");
      return null;
    }
    return found;
  }

  private void attach(
      String name, HostDevice bridge, Map<String, HostDevice> devices, List<String> problems)
      throws TapException {
    HostDevice device = devices.get(name);
    if (device == null || device.master() == bridge.index()) {
      return;
    }
    if (device.master() != 0) {
      problems.add(
          name
              + " is a port of another bridge or bond; release it first: ip link set "
              + name
              + " nomaster");
      return;
    }
    host.setMaster(device.index(), bridge.index());
    log.info("{} is a port of the bridge {}", name, bridge.name());
  }

  /** A port has no addresses of its own: the host would not be reachable at them any more. */
  private boolean isFree(
      String name, HostDevice bridge, Map<String, HostDevice> devices, List<String> problems)
      throws TapException {
    HostDevice device = devices.get(name);
    if (device == null) {
      problems.add("there is no device " + name + " to be a port of " + bridge.name());
      return false;
    }
    if (device.master() == bridge.index()) {
      return true;
    }
    for (HostAddress each : host.addresses()) {
      if (each.device() == device.index() && !each.address().ip().isLinkLocalAddress()) {
        problems.add(
            name
                + " has the address "
                + each.address()
                + ", at which the host would not be reachable any more; move it to "
                + bridge.name()
                + " first");
        return false;
      }
    }
    return true;
  }

  private void check(BridgePort port, HostDevice bridge, List<String> problems)
      throws TapException {
    if (!port.isActiveBridge) {
      problems.add(
          "this node is no bridge of the network, whose members drop what it forwards; set"
              + " activeBridge of this member at the controller");
    }
    if (!bridge.stp()) {
      problems.add(
          "the bridge "
              + bridge.name()
              + " has no spanning tree protocol, so that a second bridge into the same segment"
              + " would make a loop; set it by: ip link set "
              + bridge.name()
              + " type bridge stp_state 1");
    }
    for (HostDevice each : host.devices()) {
      if (each.master() == bridge.index()
          && !each.name().equals(port.device)
          && each.mtuBytes() != port.mtuBytes) {
        problems.add(
            "the MTU of the network is "
                + port.mtuBytes
                + " and that of "
                + each.name()
                + " is "
                + each.mtuBytes()
                + ", so that larger frames do not pass the bridge; set the mtu of the network at"
                + " its controller to "
                + each.mtuBytes());
      }
    }
  }

  /** Releases the ports of a device's bridge, and removes the bridge if it was made here. */
  public void remove(String device) {
    HostRole role = applied.get(device);
    if (role != null) {
      remove(device, role);
    }
  }

  private void remove(String device, HostRole role) {
    applied.remove(device);
    try {
      Map<String, HostDevice> devices = devices();
      HostDevice bridge = devices.get(role.bridge());
      if (bridge == null) {
        return;
      }
      var ports = new ArrayList<>(role.bridgePorts());
      ports.add(device);
      for (String each : ports) {
        HostDevice port = devices.get(each);
        if (port != null && port.master() == bridge.index()) {
          host.setMaster(port.index(), 0);
          log.info("{} is no port of the bridge {} any more", each, bridge.name());
        }
      }
      boolean unused = host.devices().stream().allMatch(each -> each.master() != bridge.index());
      if (bridge.alias().equals(ALIAS) && unused) {
        host.removeDevice(bridge.name());
        log.info("bridge {} is removed", bridge.name());
      }
    } catch (TapException e) {
      log.warn("the bridge {} is not undone: {}", role.bridge(), e.getMessage());
    }
  }

  private Map<String, HostDevice> devices() throws TapException {
    var devices = new HashMap<String, HostDevice>();
    host.devices().forEach(each -> devices.put(each.name(), each));
    return devices;
  }
}
