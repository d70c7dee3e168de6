// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.ethernet.MulticastGroup;
import net.backhaul.protocol.identity.Identity;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.TestNode;
import net.backhaul.service.state.LocalNetworkSettings;
import net.backhaul.tap.MemoryTap;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;
import net.backhaul.tap.TapFactory;
import net.backhaul.tap.TapOptions;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scenarios with a real node whose networks need no controller, and devices in memory. */
class InterfacesTest {
  /** An ad-hoc network for port 22: its configuration follows from its id (03 section 3.7). */
  private static final long AD_HOC = 0xff00160016000000L;

  private static final long OTHER_AD_HOC = 0xff00500050000000L;
  private static final long WITHOUT_CONFIG = 0x8056c2e21c000001L;
  static final String SELF =
      "0b59471541:0:1909318c186ac9c2343af6c477552250786168821793ad6ba83836a1204b0241"
          + "6221b71512953c43fbf33c5fc87ef8397a2cd61eb03a43566e1a3d3541e90be9"
          + ":541e79410c0f8e396d13fe994217c8ab518155fcd0bca216aac987807676406a"
          + "858c6240e9dfffb3ccd127bd88cc017252a8523b128cd977fd57a3dcd73343f6";
  private static final long WITHIN_S = 60;

  @TempDir Path home;

  private final NodeLoop loop = new NodeLoop();
  private final MemoryTaps taps = new MemoryTaps();
  private final AtomicInteger settingsAsked = new AtomicInteger();
  private Interfaces interfaces;

  /** Opens devices in memory, or fails while a reason is set. */
  private static final class MemoryTaps implements TapFactory {
    final BlockingQueue<MemoryTap> opened = new LinkedBlockingQueue<>();
    volatile String failure = "";

    @Override
    public TapDevice open(TapOptions options) throws TapException {
      if (!failure.isEmpty()) {
        throw new TapException(failure);
      }
      String name = options.wantedName().isEmpty() ? "zt" + opened.size() : options.wantedName();
      var tap = new MemoryTap(name, options.mac(), options.mtuBytes());
      opened.add(tap);
      return tap;
    }

    MemoryTap next() throws InterruptedException {
      MemoryTap tap = opened.poll(WITHIN_S, TimeUnit.SECONDS);
      assertTrue(tap != null, "a device is opened");
      return tap;
    }
  }

  @BeforeEach
  void start() {
    interfaces =
        new Interfaces(
            loop,
            taps,
            HostAccess.NONE,
            home,
            networkId -> {
              settingsAsked.incrementAndGet();
              return LocalNetworkSettings.DEFAULT;
            },
            new Interfaces.Intervals(50, 50, 30_000));
    loop.start(() -> TestNode.of(Identity.parse(SELF), new ToDevices(interfaces))).join();
  }

  @AfterEach
  void end() {
    interfaces.close();
    loop.close();
  }

  @Test
  void opensDeviceWithAddressForJoinedNetwork() throws Exception {
    NetworkStatus status = join(AD_HOC);
    MemoryTap tap = taps.next();

    IpPrefix assigned = status.config().addresses().getFirst();
    Await.until(() -> applied(AD_HOC).addresses().equals(List.of(assigned)));
    assertEquals(List.of(ManagedPlan.tapAddress(assigned)), tap.addresses());
    assertEquals(status.mac(), tap.mac());
    assertEquals(tap.name(), applied(AD_HOC).deviceName());
    assertEquals(0, applied(AD_HOC).portError());
    assertEquals(java.util.Set.of(tap.name()), interfaces.deviceNames());
    assertEquals(java.util.Set.of(assigned.address()), interfaces.deviceAddresses());
  }

  @Test
  void subscribesToMulticastGroupsOfHost() throws Exception {
    NetworkStatus status = join(AD_HOC);
    MemoryTap tap = taps.next();
    var resolution = MulticastGroup.forAddress(status.config().addresses().getFirst().address());
    Await.until(() -> network(AD_HOC).groups().contains(resolution));

    tap.listenTo(List.of(0x01005e000001L));

    Await.until(() -> network(AD_HOC).groups().contains(new MulticastGroup(0x01005e000001L, 0)));
    assertTrue(network(AD_HOC).groups().contains(resolution));
  }

  @Test
  void closesDeviceOfLeftNetwork() throws Exception {
    join(AD_HOC);
    MemoryTap tap = taps.next();

    loop.submit(
            node -> {
              node.leave(AD_HOC, NodeLoop.nowMs());
              return node;
            })
        .join();

    Await.until(tap::isClosed);
    Await.until(() -> interfaces.applied(AD_HOC).isEmpty());
    assertEquals(java.util.Set.of(), interfaces.deviceNames());
  }

  @Test
  void reopensDeviceWithFreshSettingsAfterLeaveAndJoin() throws Exception {
    join(AD_HOC);
    MemoryTap first = taps.next();

    loop.submit(
            node -> {
              node.leave(AD_HOC, NodeLoop.nowMs());
              node.join(AD_HOC, NodeLoop.nowMs());
              return node;
            })
        .join();
    MemoryTap second = taps.next();

    Await.until(() -> !second.addresses().isEmpty());
    assertTrue(first.isClosed());
    assertFalse(second.isClosed());
    assertEquals(2, settingsAsked.get());
  }

  @Test
  void appliesOnlyLastPendingChange() throws Exception {
    NetworkStatus status = loop.submit(node -> node.join(WITHOUT_CONFIG, NodeLoop.nowMs())).join();
    MemoryTap tap = taps.next();

    loop.submit(
            node -> {
              for (int mtuBytes = 1_300; mtuBytes <= 2_000; mtuBytes++) {
                interfaces.networkChanged(withMtu(status, mtuBytes));
              }
              return node;
            })
        .join();

    Await.until(() -> tap.mtuBytes() == 2_000);
  }

  @Test
  void appliesOnlyWhatSettingsAllow() throws Exception {
    join(AD_HOC);
    MemoryTap tap = taps.next();
    Await.until(() -> !tap.addresses().isEmpty());

    interfaces.settingsChanged(AD_HOC, LocalNetworkSettings.of(false, false, false, false));
    Await.until(() -> tap.addresses().isEmpty() && applied(AD_HOC).addresses().isEmpty());

    interfaces.settingsChanged(AD_HOC, LocalNetworkSettings.DEFAULT);
    Await.until(() -> tap.addresses().size() == 1);
  }

  @Test
  void reportsAndRetriesFailedDevice() throws Exception {
    taps.failure = "there is no driver";
    join(AD_HOC);
    Await.until(() -> network(AD_HOC).state() == NetworkStatus.State.PORT_ERROR);
    assertEquals(AppliedNetwork.PORT_FAILED, applied(AD_HOC).portError());
    assertEquals("there is no driver", applied(AD_HOC).error());
    assertEquals("", applied(AD_HOC).deviceName());

    taps.failure = "";
    MemoryTap tap = taps.next();

    Await.until(() -> network(AD_HOC).state() == NetworkStatus.State.OK);
    Await.until(() -> applied(AD_HOC).portError() == 0 && !tap.addresses().isEmpty());
    assertEquals("", applied(AD_HOC).error());
  }

  @Test
  void deliversFramesToDeviceOfTheirNetwork() throws Exception {
    join(AD_HOC);
    MemoryTap one = taps.next();
    Await.until(() -> interfaces.applied(AD_HOC).isPresent());
    join(OTHER_AD_HOC);
    MemoryTap other = taps.next();
    Await.until(() -> interfaces.applied(OTHER_AD_HOC).isPresent());
    byte[] bytes = new byte[100];
    new Random(2).nextBytes(bytes);

    loop.submit(
            node -> {
              interfaces.deliverFrame(OTHER_AD_HOC, bytes, 10, 60);
              interfaces.deliverFrame(AD_HOC, bytes, 0, 20);
              interfaces.deliverFrame(WITHOUT_CONFIG, bytes, 0, 20);
              interfaces.deliverFrame(AD_HOC, new byte[2_815], 0, 2_815);
              interfaces.flush();
              return node;
            })
        .join();

    List<byte[]> received = one.received();
    assertEquals(1, received.size());
    assertArrayEquals(java.util.Arrays.copyOf(bytes, 20), received.getFirst());
    assertArrayEquals(java.util.Arrays.copyOfRange(bytes, 10, 70), other.received().getFirst());
  }

  @Test
  void requestsConfiguredDeviceName() throws Exception {
    Files.writeString(home.resolve("devicemap"), "8056c2e21c000001=office\nff00160016000000=ssh\n");
    join(AD_HOC);

    assertEquals("ssh", taps.next().name());
  }

  @Test
  void closesAllDevicesAndToleratesSecondClose() throws Exception {
    join(AD_HOC);
    join(OTHER_AD_HOC);
    MemoryTap one = taps.next();
    MemoryTap other = taps.next();

    interfaces.close();
    interfaces.close();
    interfaces.settingsChanged(AD_HOC, LocalNetworkSettings.DEFAULT);
    interfaces.whenReconciled().get(WITHIN_S, TimeUnit.SECONDS);

    assertTrue(one.isClosed() && other.isClosed());
    assertEquals(java.util.Set.of(), interfaces.deviceNames());
  }

  private NetworkStatus join(long networkId) {
    loop.submit(node -> node.join(networkId, NodeLoop.nowMs())).join();
    return network(networkId);
  }

  private NetworkStatus network(long networkId) {
    return loop.submit(node -> node.network(networkId).orElseThrow()).join();
  }

  private AppliedNetwork applied(long networkId) {
    return interfaces
        .applied(networkId)
        .orElse(AppliedNetwork.failed(LocalNetworkSettings.DEFAULT, "not yet begun"));
  }

  private static NetworkStatus withMtu(NetworkStatus status, int mtuBytes) {
    return new NetworkStatus(
        status.networkId(),
        status.mac(),
        NetworkStatus.State.OK,
        Configurations.of(List.of(), List.of(), mtuBytes),
        status.revision() + mtuBytes,
        List.of(),
        "");
  }

  /** Other threads do what is waited for: there is a limit, but no fixed time. */
}
