// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.network.Route;
import net.backhaul.service.state.LocalNetworkSettings;
import net.backhaul.testing.Vectors;

/** The state of Linux at each stage of a network under the reference. */
final class RecordedStages {
  static final String DEVICE = "ztdymewfka";
  static final long NETWORK_ID = 0x0b594715410c0001L;
  static final long MAC = 0x0291a5de125eL;

  private RecordedStages() {}

  /**
   * One stage.
   *
   * @param ipRoutes what {@code ip route} listed for the device, both families, sorted
   * @param ipAddresses the addresses that the reference had set
   */
  record Stage(
      String note,
      LocalNetworkSettings settings,
      int mtuBytes,
      List<IpPrefix> assigned,
      List<Route> routes,
      List<String> ipAddresses,
      List<String> ipRoutes) {}

  static List<Stage> read() {
    var stages = new ArrayList<Stage>();
    for (JsonNode stage : Vectors.file("service/os-linux.json").required("stages")) {
      if (stage.has("network_object")) {
        stages.add(stage(stage, stage.required("network_object"), stage.required("os")));
      }
    }
    return stages;
  }

  private static Stage stage(JsonNode stage, JsonNode network, JsonNode os) {
    var assigned = new ArrayList<IpPrefix>();
    network
        .required("assignedAddresses")
        .forEach(each -> assigned.add(IpPrefix.parse(each.asText())));
    var routes = new ArrayList<Route>();
    for (JsonNode each : network.required("routes")) {
      JsonNode via = each.required("via");
      routes.add(
          new Route(
              IpPrefix.parse(each.required("target").asText()),
              via.isNull() ? null : IpPrefix.parse(via.asText()).address(),
              0,
              0));
    }
    return new Stage(
        stage.required("note").asText(),
        LocalNetworkSettings.of(
            network.required("allowManaged").asBoolean(),
            network.required("allowGlobal").asBoolean(),
            network.required("allowDefault").asBoolean(),
            network.required("allowDNS").asBoolean()),
        network.required("mtu").asInt(),
        assigned,
        routes,
        addressesIn(os.required("addr").asText()),
        routesIn(os.required("route4").asText() + os.required("route6").asText()));
  }

  /** Returns the addresses that {@code ip addr} shows, but for the kernel's own, sorted. */
  static List<String> addressesIn(String shown) {
    var addresses = new TreeSet<String>();
    for (String line : shown.split("\n")) {
      String[] words = line.strip().split(" ");
      if (words[0].startsWith("inet") && !words[1].startsWith("fe80")) {
        addresses.add(line.replace("tentative", "").strip().replaceAll(" +", " "));
      }
    }
    return List.copyOf(addresses);
  }

  /** Returns the lines of {@code ip route} that concern the device, sorted. */
  static List<String> routesIn(String shown) {
    var routes = new TreeSet<String>();
    for (String line : shown.split("\n")) {
      if (line.contains("dev " + DEVICE) && !line.startsWith("fe80")) {
        routes.add(line.strip());
      }
    }
    return List.copyOf(routes);
  }
}
