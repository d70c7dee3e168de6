// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.TestNode;
import net.backhaul.service.dns.LocalResolver;
import net.backhaul.service.state.LocalNetworkSettings;
import net.backhaul.tap.HostNetwork;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;
import net.backhaul.tap.TapFactory;
import net.backhaul.tap.TapOptions;
import net.backhaul.tap.linux.LinuxTapFactory;
import net.backhaul.testing.Await;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real node and real devices, in a network namespace of the thread that opens them. */
class LinuxInterfacesTest {
  private static final long AD_HOC = 0xff00160016000000L;

  @TempDir Path home;

  /** Opens devices in a namespace of the system thread. */
  private static final class TapsOfItsOwn implements TapFactory {
    private final TapFactory real = new LinuxTapFactory();
    private String thread = "";

    @Override
    public TapDevice open(TapOptions options) throws TapException {
      return real.open(options);
    }

    /** Called first. */
    HostNetwork host() throws TapException {
      thread = NetworkNamespace.enter();
      return HostNetwork.open();
    }

    String ip(String... arguments) throws Exception {
      return NetworkNamespace.ip(thread, arguments);
    }
  }

  @Test
  void appliesNetworkToRealDeviceUntilItIsLeft() throws Exception {
    NetworkNamespace.assumePossible();
    var taps = new TapsOfItsOwn();
    var loop = new NodeLoop();
    try (loop;
        var interfaces =
            new Interfaces(
                loop,
                taps,
                new HostAccess(taps::host, List.of(9_993), () -> true, LocalResolver.NONE),
                home,
                networkId -> LocalNetworkSettings.DEFAULT,
                new Interfaces.Intervals(50, 50, 50))) {
      loop.start(() -> TestNode.of(Identity.parse(InterfacesTest.SELF), new ToDevices(interfaces)))
          .join();
      loop.submit(node -> node.join(AD_HOC, NodeLoop.nowMs())).join();
      NetworkStatus status = status(loop);
      String address = status.config().addresses().getFirst().toString();
      var resolution = MulticastGroup.forAddress(status.config().addresses().getFirst().address());

      Await.until(() -> status(loop).groups().contains(resolution));
      String name = interfaces.applied(AD_HOC).orElseThrow().deviceName();
      String shown = taps.ip("addr", "show", name);
      assertTrue(shown.contains("inet6 " + address + " scope global"), shown);
      assertTrue(shown.contains("link/ether " + Macs.text(status.mac())), shown);
      assertTrue(
          interfaces.deviceAddresses().contains(status.config().addresses().getFirst().address()));

      taps.ip("addr", "add", "10.7.7.7/24", "dev", name);
      Await.until(
          () -> status(loop).groups().contains(new MulticastGroup(Macs.BROADCAST, 0x0a070707)));
      interfaces.settingsChanged(AD_HOC, LocalNetworkSettings.of(false, false, false, false));
      Await.until(() -> interfaces.applied(AD_HOC).orElseThrow().addresses().isEmpty());
      String without = taps.ip("addr", "show", name);
      assertFalse(without.contains(address), without);
      assertTrue(without.contains("10.7.7.7/24"), "the user's own address stays");

      taps.ip("link", "delete", name);
      Await.until(() -> status(loop).state() == NetworkStatus.State.PORT_ERROR);
      Await.until(() -> status(loop).state() == NetworkStatus.State.OK);
      assertEquals(name, interfaces.applied(AD_HOC).orElseThrow().deviceName());

      loop.submit(
              node -> {
                node.leave(AD_HOC, NodeLoop.nowMs());
                return node;
              })
          .join();
      Await.until(() -> interfaces.applied(AD_HOC).isEmpty());
      assertFalse(taps.ip("link").contains(name));
    }
  }

  private static NetworkStatus status(NodeLoop loop) {
    return loop.submit(node -> node.network(AD_HOC).orElseThrow()).join();
  }
}
