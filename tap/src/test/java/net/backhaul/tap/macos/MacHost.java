// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapException;

/**
 * Stands in for macOS: answers ifconfig and route as they do there, that is, with exit status 0 and
 * the text of the error where the kernel rejects a route or an MTU.
 */
final class MacHost implements CommandRunner, InterfaceState, FrameChannel {
  /** A device: its peer, MTU and addresses. */
  private static final class Device {
    String peer = "";
    int mtuBytes = 1_500;
    final List<TapAddress> addresses = new ArrayList<>();
  }

  /** A route: where it leads. */
  record Target(String gateway, String device) {}

  private final Map<String, Device> devices = new TreeMap<>();
  final Map<String, Target> routes = new LinkedHashMap<>();
  final List<String> commands = new ArrayList<>();
  final Set<String> busy = new HashSet<>();
  int maxMtuBytes = 2_048;
  int busyFor;
  String failsAt = "nothing at all";
  boolean routeNeedsRoot;
  int openChannels;
  int pauses;

  MacHost() {
    for (String each : List.of("lo0", "en0", "utun0")) {
      devices.put(each, new Device());
    }
  }

  FethTapFactory.Host host(FethTapFactory.FrameChannelFactory channels) {
    return new FethTapFactory.Host(this, this, channels, count -> pauses++);
  }

  FethTapFactory.Host host() {
    return host(
        peer -> {
          commands.add("open " + peer);
          openChannels++;
          return this;
        });
  }

  void addDevice(String name, String peer) {
    devices.computeIfAbsent(name, any -> new Device()).peer = peer;
  }

  List<String> devices() {
    return List.copyOf(devices.keySet());
  }

  /** Returns the commands since the last call. */
  List<String> taken() {
    List<String> copy = List.copyOf(commands);
    commands.clear();
    return copy;
  }

  @Override
  public String run(List<String> words) throws TapException {
    String line = String.join(" ", words);
    commands.add(line);
    if (line.contains(failsAt)) {
      throw new TapException(line + " failed: permission denied");
    }
    return switch (words.getFirst()) {
      case "/sbin/ifconfig" -> ifconfig(words);
      case "/sbin/route" -> route(words);
      case "/usr/sbin/sysctl" -> {
        maxMtuBytes = Integer.parseInt(words.get(1).split("=")[1]);
        yield "";
      }
      default -> "";
    };
  }

  private String ifconfig(List<String> words) throws TapException {
    String name = words.get(1);
    if (name.equals("-l")) {
      return String.join(" ", devices.keySet()) + "\n";
    }
    String verb = words.size() == 2 ? "show" : words.get(2);
    if (verb.equals("create")) {
      return create(name);
    }
    Device device = devices.get(name);
    if (device == null) {
      throw new TapException("ifconfig: interface " + name + " does not exist");
    }
    switch (verb) {
      case "destroy" -> devices.remove(name);
      case "peer" -> {
        device.peer = words.get(3);
        devices.get(device.peer).peer = name;
      }
      case "inet", "inet6" -> {
        return address(name, device, words);
      }
      case "mtu" -> {
        int bytes = Integer.parseInt(words.get(3));
        if (bytes > maxMtuBytes) {
          return "ifconfig: ioctl (set mtu): Invalid argument\n";
        }
        device.mtuBytes = bytes;
      }
      case "show" -> {
        return name + ": flags=8863<UP,RUNNING> mtu 1500\n\tpeer: " + device.peer + "\n";
      }
      default -> {}
    }
    return "";
  }

  private String create(String name) throws TapException {
    if (devices.containsKey(name) || busy.contains(name) || busyFor > 0) {
      busyFor--;
      throw new TapException("ifconfig: SIOCIFCREATE2: Resource busy");
    }
    devices.put(name, new Device());
    return "";
  }

  /** An alias with a prefix gets the route to its subnet, which goes with the address. */
  private String address(String name, Device device, List<String> words) {
    String[] parts = words.get(3).split("/");
    InetAddress ip = InetAddress.ofLiteral(parts[0]);
    if (words.getLast().equals("-alias")) {
      device.addresses.stream()
          .filter(each -> each.ip().equals(ip))
          .forEach(each -> routes.remove(text(SubnetAddresses.routeTo(each).target())));
      device.addresses.removeIf(each -> each.ip().equals(ip));
      return "";
    }
    var added = new TapAddress(ip, Integer.parseInt(parts[1]));
    device.addresses.add(added);
    routes.put(text(SubnetAddresses.routeTo(added).target()), new Target("link#12", name));
    return "";
  }

  private String route(List<String> words) throws TapException {
    if (routeNeedsRoot) {
      throw new TapException("route: must be root to alter routing table");
    }
    String verb = words.get(2);
    String target = words.get(4);
    String net = verb + " net " + target;
    switch (verb) {
      case "add" -> {
        boolean byDevice = words.get(5).equals("-interface");
        var added = byDevice ? new Target("", words.get(6)) : new Target(words.get(5), "en0");
        String device =
            byDevice ? added.device() : gatewayDevice(InetAddress.ofLiteral(added.gateway()));
        if (device.isEmpty()) {
          return rejected(net, "Network is unreachable");
        }
        if (routes.containsKey(target)) {
          return rejected(net, "File exists");
        }
        routes.put(target, new Target(added.gateway(), device));
        return net + ": gateway " + words.getLast() + "\n";
      }
      case "delete" -> {
        return routes.remove(target) == null ? rejected(net, "not in table") : net + "\n";
      }
      default -> {
        Target found = routes.getOrDefault(target, new Target("192.0.2.1", "en0"));
        return "   route to: %s\ndestination: %s\n    gateway: %s\n  interface: %s\n"
            .formatted(target, target, found.gateway(), found.device());
      }
    }
  }

  private static String rejected(String net, String reason) {
    return "route: writing to routing socket: " + reason + "\n" + net + ": " + reason + "\n";
  }

  private String gatewayDevice(InetAddress gateway) {
    for (Map.Entry<String, Device> each : devices.entrySet()) {
      for (TapAddress address : each.getValue().addresses) {
        TapAddress of = new TapAddress(gateway, address.bits());
        if (SubnetAddresses.routeTo(of).equals(SubnetAddresses.routeTo(address))) {
          return each.getKey();
        }
      }
    }
    return "";
  }

  private static String text(TapAddress address) {
    return address.ip().getHostAddress() + "/" + address.bits();
  }

  @Override
  public List<TapAddress> addresses(String device) {
    return List.copyOf(devices.get(device).addresses);
  }

  @Override
  public int mtuBytes(String device) {
    return devices.get(device).mtuBytes;
  }

  @Override
  public boolean await() {
    return false;
  }

  @Override
  public int read(long address, int maxBytes) {
    return 0;
  }

  @Override
  public boolean write(long address, int length) {
    return true;
  }

  @Override
  public List<Long> multicastMacs(String device) {
    return List.of(1L);
  }

  @Override
  public void close() {
    openChannels--;
  }
}
