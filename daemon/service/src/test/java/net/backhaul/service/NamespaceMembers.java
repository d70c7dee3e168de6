// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.testing.Await;

/**
 * A root, which is also the controller, and members on hosts of their own, which join networks of
 * it.
 */
final class NamespaceMembers implements AutoCloseable {
  private final Path directory;
  private final List<NamespaceNode> nodes;
  final NamespaceNode controller;

  private NamespaceMembers(Path directory, List<NamespaceNode> nodes) {
    this.directory = directory;
    this.nodes = nodes;
    controller = nodes.getFirst();
  }

  /** Returns the nodes other than the root. */
  List<NamespaceNode> members() {
    return nodes.subList(1, nodes.size());
  }

  /** Creates a root without members. */
  static NamespaceMembers create(Path directory) throws Exception {
    return new NamespaceMembers(directory, NamespaceNode.create(directory, 1));
  }

  /** Starts a root and a number of members. */
  static NamespaceMembers start(Path directory, int count) throws Exception {
    NamespaceMembers started = create(directory);
    started.start(count);
    return started;
  }

  /** Starts further members until there is this number, and daemons that have ended. */
  void start(int count) throws Exception {
    while (nodes.size() < count + 1) {
      NamespaceNode.add(directory, nodes);
    }
    NamespaceNode.start(
        nodes.stream().filter(each -> !each.isRunning()).toList(), List.of(controller));
  }

  /** Leaves all networks, and deletes them at the controller. */
  void leaveNetworks() throws Exception {
    for (NamespaceNode member : members()) {
      if (member.isRunning()) {
        for (Object each : (List<?>) Json.parse(member.request("GET", "/network", ""))) {
          member.request("DELETE", "/network/" + ((Map<?, ?>) each).get("id"), "");
        }
      }
    }
    if (controller.isRunning()) {
      for (Object id : (List<?>) Json.parse(controller.request("GET", "/controller/network", ""))) {
        controller.request("DELETE", "/controller/network/" + id, "");
      }
    }
  }

  /** Makes or changes a network of the controller; returns its id. */
  String network(int number, String settings) throws Exception {
    String id = controller.address() + "%06x".formatted(number);
    controller.request("POST", "/controller/network/" + id, settings);
    return id;
  }

  /** Authorizes a member with these settings, and joins it. */
  void join(NamespaceNode member, String network, String settings) throws Exception {
    set(member, network, "{\"authorized\": true, " + settings.substring(1));
    member.request("POST", "/network/" + network, "{}");
  }

  /** Changes a member at the controller. */
  void set(NamespaceNode member, String network, String settings) throws Exception {
    controller.request(
        "POST", "/controller/network/" + network + "/member/" + member.address(), settings);
  }

  /** Returns the device of a network once it has an address that contains a text. */
  static String awaitDevice(NamespaceNode member, String network, String address) {
    Await.until(() -> isAssigned(member, network, address));
    return deviceOf(member, network);
  }

  private static boolean isAssigned(NamespaceNode member, String network, String address) {
    try {
      String device = deviceOf(member, network);
      return !device.isEmpty()
          && member.show("-o", "address", "show", "dev", device).contains(address);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Returns a field of a joined network. */
  static Object field(NamespaceNode member, String network, String name) {
    try {
      var object = (Map<?, ?>) Json.parse(member.request("GET", "/network/" + network, ""));
      return object.get(name);
    } catch (Exception e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the device of a network. */
  static String deviceOf(NamespaceNode member, String network) {
    return String.valueOf(field(member, network, "portDeviceName"));
  }

  @Override
  public void close() {
    nodes.forEach(NamespaceNode::close);
  }
}
