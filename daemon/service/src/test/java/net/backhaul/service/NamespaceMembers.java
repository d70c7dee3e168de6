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
  private final List<NamespaceNode> nodes;
  final NamespaceNode controller;

  /** The nodes other than the root. */
  final List<NamespaceNode> members;

  private NamespaceMembers(List<NamespaceNode> nodes) {
    this.nodes = nodes;
    controller = nodes.getFirst();
    members = nodes.subList(1, nodes.size());
  }

  /** Starts a root and a number of members. */
  static NamespaceMembers start(Path directory, int count) throws Exception {
    return new NamespaceMembers(NamespaceNode.start(directory, count + 1));
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
