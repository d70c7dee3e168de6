// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Stream;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.network.Route;
import net.backhaul.service.routing.RouteConflicts;
import net.backhaul.service.state.LocalNetworkSettings;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapRoute;
import org.junit.jupiter.api.Test;

class ManagedPlanTest {
  private static final LocalNetworkSettings ALL = LocalNetworkSettings.of(true, true, true, true);

  /** Intended by the reference, which has a bug here (04 section 6.1.5). */
  private static final String INTENDED = "192.0.2.0/24 from 10.230.0.105";

  @Test
  void plansRecordedRoutes() {
    for (RecordedStages.Stage stage : RecordedStages.read()) {
      ManagedPlan plan =
          ManagedPlan.of(
              addresses(stage.assigned(), stage.settings()),
              stage.routes(),
              stage.settings(),
              List.of(),
              HostState.ONLINE);

      var planned = new TreeSet<String>();
      plan.routes().forEach(each -> planned.add(text(each.route())));
      var recorded = new TreeSet<String>();
      for (String line : stage.ipRoutes()) {
        if (line.contains("proto static")) {
          recorded.add(line.substring(0, line.indexOf(" dev")));
        }
      }
      if (stage.settings().managed().granted()) {
        recorded.add(INTENDED);
      }
      assertEquals(recorded, planned, stage.note());
      assertEquals(
          stage.ipAddresses().stream().map(line -> line.split(" ")[1]).toList(),
          plan.addresses().stream().map(IpPrefix::toString).toList(),
          stage.note());
    }
  }

  @Test
  void omitsDefaultRoutesThroughRoutersWhileOffline() {
    assertEquals(List.of(), planned("10.0.0.5/24", "0.0.0.0/0 10.0.0.1", ALL, false));
    assertEquals(
        List.of("0.0.0.0/1 via 10.0.0.1", "128.0.0.0/1 via 10.0.0.1"),
        planned("10.0.0.5/24", "0.0.0.0/0 10.0.0.1", ALL, true));
    assertEquals(
        List.of("::/1 from fd00::5", "8000::/1 from fd00::5"),
        planned("fd00::5/64", "::/0", ALL, false));
  }

  @Test
  void omitsUnusableRoutes() {
    // We are the router ourselves; no address of the family; the kernel's own route; no such bits.
    assertEquals(List.of(), planned("10.0.0.5/24", "10.1.0.0/16 10.0.0.5", ALL, true));
    assertEquals(List.of(), planned("10.0.0.5/24", "fd01::/64 fd00::1", ALL, true));
    assertEquals(List.of(), planned("10.0.0.5/24", "10.1.0.0/16 fd00::1", ALL, true));
    assertEquals(List.of(), planned("10.0.0.5/24", "10.0.0.0/24", ALL, true));
    assertEquals(List.of(), planned("10.0.0.5/24", "10.1.0.0/33 10.0.0.1", ALL, true));
    assertEquals(List.of(), planned("10.0.0.5/33", "10.0.0.0/24", ALL, true));
  }

  @Test
  void choosesNearestOwnAddressAsSource() {
    assertEquals(
        List.of("10.8.1.0/24 from 10.8.0.5"),
        planned("10.0.0.5/24 10.8.0.5/24 192.168.0.1/24", "10.8.1.0/24", ALL, true));
  }

  @Test
  void treatsRouteOfZeroBitsAsDefaultRoute() {
    var noDefault = LocalNetworkSettings.of(true, true, false, false);

    assertEquals(List.of(), planned("10.0.0.5/24", "10.0.0.1/0 10.0.0.1", noDefault, true));
    assertEquals(List.of(), planned("10.0.0.5/24", "10.0.0.1/1 10.0.0.1", noDefault, true));
  }

  @Test
  void sortsAndDeduplicatesAddresses() {
    List<IpPrefix> addresses =
        addresses(prefixes("fd00::1/64 10.0.0.9/24 10.0.0.8/24 10.0.0.9/24"), ALL).addresses();

    assertEquals(prefixes("10.0.0.8/24 10.0.0.9/24 fd00::1/64"), addresses);
  }

  @Test
  void usesUnmanagedAddressAsSource() {
    ManagedPlan plan =
        ManagedPlan.of(
            addresses(List.of(), ALL),
            List.of(route("10.1.0.0/16 10.0.0.1")),
            ALL,
            List.of(ManagedPlan.tapAddress(IpPrefix.parse("10.0.0.77/24"))),
            HostState.ONLINE);

    assertFalse(plan.routes().isEmpty());
  }

  @Test
  void putsDefaultRouteIntoTableOfItsOwn() {
    var host = new HostState(RouteConflicts.NONE, true, 77, null, null);
    Route route = route("0.0.0.0/0 10.0.0.1");

    ManagedPlan plan =
        ManagedPlan.of(
            addresses(prefixes("10.0.0.5/24"), ALL), List.of(route), ALL, List.of(), host);

    assertEquals(
        List.of("0.0.0.0/0 via 10.0.0.1 table 77"),
        plan.routes().stream().map(each -> each.route().toString()).toList());
  }

  @Test
  void rejectsDefaultRouteThatHostCannotHave() {
    var host = new HostState(RouteConflicts.NONE, true, 77, null, "another has it");
    List<Route> routes = List.of(route("0.0.0.0/0 10.0.0.1"), route("10.9.0.0/16 10.0.0.1"));

    ManagedPlan plan =
        ManagedPlan.of(addresses(prefixes("10.0.0.5/24"), ALL), routes, ALL, List.of(), host);

    assertEquals(
        List.of("the route to 0.0.0.0/0 is not applied: another has it"),
        plan.rejected().stream().map(Object::toString).toList());
    assertEquals(1, plan.routes().size());
  }

  @Test
  void usesMetricOfConfiguration() {
    Route own =
        new Route(IpPrefix.parse("10.9.0.0/16"), prefixes("10.0.0.1").getFirst().address(), 0, 70);

    ManagedPlan plan =
        ManagedPlan.of(
            addresses(prefixes("10.0.0.5/24"), ALL),
            List.of(own, route("10.8.0.0/16 10.0.0.1")),
            ALL,
            List.of(),
            HostState.ONLINE);

    assertEquals(
        List.of(70, TapRoute.DEFAULT_METRIC),
        plan.routes().stream().map(each -> each.route().metric()).toList());
  }

  private static AddressPlan addresses(List<IpPrefix> assigned, LocalNetworkSettings settings) {
    return AddressPlan.of(assigned, settings, HostState.ONLINE);
  }

  private static List<String> planned(
      String assigned, String route, LocalNetworkSettings settings, boolean online) {
    var all = new ArrayList<String>();
    ManagedPlan.of(
            addresses(prefixes(assigned), settings),
            List.of(route(route)),
            settings,
            List.of(),
            HostState.alone(online))
        .routes()
        .forEach(each -> all.add(text(each.route())));
    return all;
  }

  private static List<IpPrefix> prefixes(String text) {
    return Stream.of(text.split(" ")).map(IpPrefix::parse).toList();
  }

  private static Route route(String text) {
    String[] words = text.split(" ");
    return new Route(
        IpPrefix.parse(words[0]),
        words.length == 1 ? null : IpPrefix.parse(words[1]).address(),
        0,
        0);
  }

  private static String text(TapRoute route) {
    TapAddress target = route.target();
    return new IpPrefix(target.ip(), target.bits())
        + (route.via() == null ? "" : " via " + host(route.via()))
        + (route.source() == null ? "" : " from " + host(route.source()));
  }

  private static String host(java.net.InetAddress ip) {
    return new IpPrefix(ip, 0).toString().split("/")[0];
  }
}
