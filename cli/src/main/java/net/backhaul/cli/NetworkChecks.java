// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks of the joined networks: state, controller, device. */
final class NetworkChecks {
  private static final int ADDRESS_DIGITS = 10;
  private static final String NETWORK = "network";

  private NetworkChecks() {}

  /** Checks all networks, with a ping of each controller. */
  static List<Finding> check(Session session, String self) throws CliExit {
    var findings = new ArrayList<Finding>();
    for (JsonObject network : JsonObject.listOf(session.fetch("/network"))) {
      String id = network.text("id", "");
      findings.add(state(id, network.text("status", "")));
      Finding device = device(id, network);
      if (device != null) {
        findings.add(device);
      }
      if (id.length() > ADDRESS_DIGITS && !id.startsWith("ff")) {
        String address = id.substring(0, ADDRESS_DIGITS);
        boolean reached = address.equals(self) || answers(session, address);
        findings.add(controller(id, address, reached));
      }
    }
    return findings;
  }

  private static boolean answers(Session session, String address) {
    LocalApi.Answer answer = session.api().post("/peer/" + address + "/ping", "{}");
    try {
      return answer.isOk() && JsonObject.of(session.parse(answer, null)).flag("answered");
    } catch (CliExit invalid) {
      return false;
    }
  }

  static Finding controller(String id, String address, boolean reached) {
    return reached
        ? Finding.ok("controller", id + ": " + address + " answers")
        : Finding.toDo(
            "controller",
            id
                + ": "
                + address
                + " does not answer; members go on, but changes do not reach them: is it up, and"
                + " does it reach a root?");
  }

  static Finding state(String id, String status) {
    return switch (status) {
      case "OK" -> Finding.ok(NETWORK, id + ": OK");
      case "REQUESTING_CONFIGURATION" ->
          Finding.toDo(NETWORK, id + ": no configuration yet; the controller has not answered");
      case "ACCESS_DENIED" ->
          Finding.toDo(NETWORK, id + ": ACCESS_DENIED: authorize this node at the controller");
      case "NOT_FOUND" ->
          Finding.toDo(NETWORK, id + ": NOT_FOUND: the controller has no such network; leave it");
      case "PORT_ERROR" ->
          Finding.toDo(
              NETWORK,
              id + ": PORT_ERROR: its device could not be made; the log of zerotier-one says why");
      case "AUTHENTICATION_REQUIRED" ->
          Finding.toDo(NETWORK, id + ": log in at the URL that listnetworks shows");
      default -> Finding.toDo(NETWORK, id + ": " + status);
    };
  }

  private static @Nullable Finding device(String id, JsonObject network) {
    String name = network.text("portDeviceName", "");
    if (!network.text("status", "").equals("OK")) {
      return null;
    }
    int mtu = DeviceState.mtu(name);
    long expected = network.number("mtu", 0);
    if (mtu == 0) {
      return Finding.toDo(
          "device", id + ": there is no device \"" + name + "\"; restart zerotier-one");
    }
    if (DeviceState.isDown(name)) {
      return Finding.toDo("device", id + ": " + DeviceState.hint(name));
    }
    return mtu == expected
        ? Finding.ok("device", id + ": " + name + " is up, MTU " + mtu)
        : Finding.toDo(
            "mtu",
            "%s: %s has an MTU of %d, the network %d: ip link set %s mtu %d"
                .formatted(id, name, mtu, expected, name, expected));
  }
}
