// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapRoute;

/** The command lines that create and configure a pair of devices (04 section 6.2). */
final class FethCommands {
  /** The value to which the system's maximum MTU of feth devices is set. */
  static final int MAX_MTU_BYTES = 10_000;

  private static final int METRIC = 5_000;
  private static final String IFCONFIG = "/sbin/ifconfig";
  private static final String ROUTE = "/sbin/route";
  private static final String SYSCTL = "/usr/sbin/sysctl";
  private static final String NDP = "/usr/sbin/ndp";

  private FethCommands() {}

  static List<String> allowLargeMtu() {
    return List.of(SYSCTL, "net.link.fake.max_mtu=" + MAX_MTU_BYTES);
  }

  static List<String> listDevices() {
    return List.of(IFCONFIG, "-l");
  }

  static List<String> create(String device) {
    return List.of(IFCONFIG, device, "create");
  }

  /** Returns the commands that configure a new pair, in order. */
  static List<List<String>> configure(String device, String peer, long mac, int mtuBytes) {
    return List.of(
        List.of(IFCONFIG, device, "lladdr", macText(mac)),
        List.of(IFCONFIG, peer, "peer", device),
        List.of(IFCONFIG, peer, "mtu", Integer.toString(mtuBytes), "up"),
        List.of(
            IFCONFIG,
            device,
            "mtu",
            Integer.toString(mtuBytes),
            "metric",
            Integer.toString(METRIC),
            "up"));
  }

  /** Enables neighbor unreachability detection. */
  static List<String> neighborDiscovery(String device) {
    return List.of(NDP, "-i", device, "nud");
  }

  /** Removes a device. */
  static List<String> destroy(String device) {
    return List.of(IFCONFIG, device, "destroy");
  }

  static List<String> setMtu(String device, int mtuBytes) {
    return List.of(IFCONFIG, device, "mtu", Integer.toString(mtuBytes));
  }

  static List<String> addAddress(String device, TapAddress address) {
    return List.of(IFCONFIG, device, family(address.ip()), text(address), "alias");
  }

  static List<String> removeAddress(String device, TapAddress address) {
    return List.of(IFCONFIG, device, family(address.ip()), address.ip().getHostAddress(), "-alias");
  }

  static List<String> show(String device) {
    return List.of(IFCONFIG, device);
  }

  static List<String> addRoute(String device, TapRoute route) {
    return route("add", device, route);
  }

  static List<String> removeRoute(String device, TapRoute route) {
    return route("delete", device, route);
  }

  /** Returns the command that removes the route to a target, wherever it leads. */
  static List<String> removeRouteTo(TapRoute route) {
    return routeTo("delete", route);
  }

  /** Returns the command that shows the route to a target. */
  static List<String> showRoute(TapRoute route) {
    return routeTo("get", route);
  }

  private static List<String> routeTo(String what, TapRoute route) {
    TapAddress target = route.target();
    return List.of(ROUTE, "-n", what, "-" + family(target.ip()), text(target));
  }

  private static List<String> route(String what, String device, TapRoute route) {
    InetAddress via = route.via();
    var words = new ArrayList<>(routeTo(what, route));
    if (via != null) {
      words.add(via.getHostAddress());
    } else {
      words.add("-interface");
      words.add(device);
    }
    return List.copyOf(words);
  }

  private static String family(InetAddress ip) {
    return ip instanceof Inet4Address ? "inet" : "inet6";
  }

  private static String text(TapAddress address) {
    return address.ip().getHostAddress() + "/" + address.bits();
  }

  private static String macText(long mac) {
    var text = new StringBuilder();
    for (int shift = 40; shift >= 0; shift -= 8) {
      text.append(text.isEmpty() ? "" : ":").append(String.format("%02x", mac >>> shift & 0xff));
    }
    return text.toString();
  }
}
