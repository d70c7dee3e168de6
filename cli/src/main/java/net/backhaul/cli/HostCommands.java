// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/** What this host is for a network besides a member: {@code bridge} and {@code gateway}. */
final class HostCommands {
  private static final int FAILED = 1;
  private static final int USAGE = 2;
  private static final int ID_DIGITS = 16;
  private static final int ADDRESS_DIGITS = 10;
  private static final String OFF = "off";
  private static final String DEVICE = "[A-Za-z0-9_][A-Za-z0-9_.@-]{0,14}";

  private HostCommands() {}

  static int bridge(Session session) throws CliExit {
    String id = networkId(session);
    String bridge = other(session);
    Map<String, @Nullable Object> body = new HashMap<>();
    if (bridge.equals(OFF)) {
      body.put("hostBridge", "");
      return apply(session, id, body);
    }
    String added = session.invocation().options().getOrDefault("--add", "");
    List<String> ports = added.isEmpty() ? List.of() : List.of(added.split(","));
    requireDevice(bridge, "a bridge, such as br0, or off");
    for (String each : ports) {
      requireDevice(each, "devices after --add, such as eth1");
    }
    authorizeBridge(session, id);
    body.put("hostBridge", bridge);
    body.put("hostBridgePorts", ports);
    return apply(session, id, body);
  }

  /** Where this node is the controller of the network, it permits itself to bridge. */
  private static void authorizeBridge(Session session, String id) throws CliExit {
    String self = JsonObject.of(session.fetch("/status")).text("address", "");
    if (self.length() == ADDRESS_DIGITS && id.startsWith(self)) {
      session
          .api()
          .post("/controller/network/" + id + "/member/" + self, "{\"activeBridge\":true}");
    }
  }

  static int gateway(Session session) throws CliExit {
    String id = networkId(session);
    String out = session.invocation().options().getOrDefault("--out", "");
    if (other(session).equals(OFF)) {
      return apply(session, id, Map.of("gatewayOut", ""));
    }
    requireDevice(out, "the device through which packets leave, such as --out eth0, or off");
    return apply(session, id, Map.of("gatewayOut", out));
  }

  /** Returns the network, which may also be the second argument, after {@code off}. */
  private static String networkId(Session session) throws CliExit {
    String first = session.invocation().first();
    String id = first.equals(OFF) ? session.invocation().second() : first;
    if (id.length() != ID_DIGITS) {
      throw CliExit.err("", USAGE).withHint("nothing was set: " + HexIds.networkIdError(id));
    }
    return id;
  }

  private static String other(Session session) {
    return session.invocation().first().equals(OFF) ? OFF : session.invocation().second();
  }

  private static void requireDevice(String name, String expected) throws CliExit {
    if (!name.matches(DEVICE)) {
      throw CliExit.err("", USAGE)
          .withHint("nothing was set: expected " + expected + ", found " + Text.quoted(name));
    }
  }

  /** Changes a network that is joined; a request for another one would join it. */
  private static int apply(Session session, String id, Map<String, ?> body) throws CliExit {
    String path = "/network/" + id;
    if (!session.api().get(path).isOk()) {
      throw CliExit.err("", FAILED)
          .withHint("nothing was set: network " + id + " is not joined; join it first");
    }
    LocalApi.Answer answer = session.api().post(path, Json.write(body));
    JsonObject network = JsonObject.of(session.parse(answer, null));
    int code = session.confirm(session.command(), answer, HexIds.networkIdError(id));
    for (String each : network.texts("problems")) {
      session.terminal().hint(each);
    }
    return code;
  }
}
