// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.tap.HostAddress;
import net.backhaul.tap.HostDevice;
import net.backhaul.tap.HostNetwork;
import net.backhaul.tap.HostRoute;
import net.backhaul.tap.PolicyRule;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapException;
import org.jspecify.annotations.Nullable;

/** The network of a Linux host, by rtnetlink, in the namespace of the thread that opens it. */
public final class LinuxHostNetwork implements HostNetwork {
  private final Netlink netlink = new Netlink();

  /** Opens a connection to the kernel. */
  public LinuxHostNetwork() throws TapException {}

  @Override
  public List<HostDevice> devices() throws TapException {
    return netlink.list(LinkMessages.list(), LinkMessages.RTM_NEWLINK).stream()
        .map(LinkMessages::read)
        .toList();
  }

  @Override
  public List<HostAddress> addresses() throws TapException {
    var addresses = new ArrayList<HostAddress>();
    for (ByteBuffer each :
        netlink.list(NetlinkMessage.listAddresses(), NetlinkMessage.RTM_NEWADDR)) {
      int device = NetlinkMessage.deviceOfAddress(each);
      TapAddress address = NetlinkMessage.readAddress(each, device);
      if (address != null) {
        addresses.add(new HostAddress(device, address));
      }
    }
    return addresses;
  }

  @Override
  public @Nullable HostRoute route(InetAddress to, int mark) throws TapException {
    ByteBuffer answer =
        netlink.find(RoutingMessages.findRoute(to, mark), RoutingMessages.RTM_NEWROUTE);
    return answer == null ? null : RoutingMessages.readRoute(answer);
  }

  @Override
  public void addRule(PolicyRule rule) throws TapException {
    int errno = netlink.request(RoutingMessages.addRule(rule));
    if (errno != LibC.EEXIST) {
      check("a rule for routing tables", errno);
    }
  }

  @Override
  public void removeRule(PolicyRule rule) throws TapException {
    int errno = netlink.request(RoutingMessages.removeRule(rule));
    if (errno != LibC.ENOENT) {
      check("the removal of a rule for routing tables", errno);
    }
  }

  @Override
  public List<PolicyRule> rules(boolean v4) throws TapException {
    var rules = new ArrayList<PolicyRule>();
    for (ByteBuffer each :
        netlink.list(RoutingMessages.listRules(v4), RoutingMessages.RTM_NEWRULE)) {
      PolicyRule rule = RoutingMessages.readRule(each);
      if (rule != null && rule.v4() == v4) {
        rules.add(rule);
      }
    }
    return rules;
  }

  @Override
  public void addBridge(String name, String alias) throws TapException {
    check("the bridge " + name, netlink.request(LinkMessages.addBridge(name)));
    for (HostDevice each : devices()) {
      if (each.name().equals(name)) {
        check("the alias of " + name, netlink.request(LinkMessages.setAlias(each.index(), alias)));
      }
    }
  }

  @Override
  public void removeDevice(String name) throws TapException {
    for (HostDevice each : devices()) {
      if (each.name().equals(name)) {
        int errno = netlink.request(LinkMessages.remove(each.index()));
        if (errno != LibC.ENODEV) {
          check("the removal of " + name, errno);
        }
      }
    }
  }

  @Override
  public void setMaster(int device, int bridge) throws TapException {
    check("a port of a bridge", netlink.request(LinkMessages.setMaster(device, bridge)));
  }

  @Override
  public void close() {
    netlink.close();
  }

  private static void check(String what, int errno) throws TapException {
    if (errno != 0) {
      String hint = errno == LibC.EPERM ? "; run as root, or with the capability NET_ADMIN" : "";
      throw new TapException("the kernel rejects " + what + ": " + LibC.errorText(errno) + hint);
    }
  }
}
