// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;
import net.backhaul.tap.TapOptions;
import net.backhaul.tap.TapRoute;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.Test;

/** What a person is told when there is no device: what was expected, found, and what helps. */
class RefusalsTest {
  private static final TapOptions OPTIONS = new TapOptions(1, "", 0x020000000001L, 2_800);

  @Test
  void withoutADriverTheModuleIsNamed() {
    assertEquals(
        "a virtual network device needs /dev/net/tun, and this host has none; load the driver"
            + " (modprobe tun), or give a container --device=/dev/net/tun",
        LinuxTaps.driverRefused(LibC.ENOENT));
    assertEquals(LinuxTaps.driverRefused(LibC.ENOENT), LinuxTaps.driverRefused(LibC.ENODEV));
  }

  @Test
  void withoutTheRightTheCapabilityIsNamed() {
    assertTrue(LinuxTaps.driverRefused(LibC.EACCES).contains("capability NET_ADMIN"));
    assertTrue(LinuxTaps.creationRefused("zt0", LibC.EPERM).contains("capability NET_ADMIN"));
  }

  @Test
  void aTakenNameIsNamedWithTwoWaysOut() {
    assertEquals(
        "the name zt0 is taken by another device; remove it (ip link delete zt0) or give the"
            + " network another name in devicemap",
        LinuxTaps.creationRefused("zt0", LibC.EBUSY));
    assertTrue(LinuxTaps.creationRefused("zt0", LibC.EINVAL).contains("devicemap"));
  }

  @Test
  void theKernelsOwnWordsAreKeptForTheRest() {
    assertTrue(LinuxTaps.driverRefused(24).contains("Too many open files"));
    assertTrue(LinuxTaps.creationRefused("zt0", 12).contains("Cannot allocate memory"));
  }

  @Test
  void nobodyIsToldWhatRightIsMissing() throws Exception {
    NetworkNamespace.run(
        () -> {
          NetworkNamespace.becomeNobody();
          var refused = assertThrows(TapException.class, () -> new LinuxTaps().open(OPTIONS));
          assertTrue(refused.getMessage().contains("NET_ADMIN"), refused.getMessage());
        });
  }

  @Test
  void changesWithoutTheRightAreRefusedInWords() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TapDevice tap = new LinuxTaps().open(OPTIONS)) {
            NetworkNamespace.becomeNobody();
            var address = new net.backhaul.tap.TapAddress(ip(10), 24);
            var route = new TapRoute(new net.backhaul.tap.TapAddress(ip(11), 8), ip(10), null);
            String right = "; run as root, or with the capability NET_ADMIN";
            for (TapException refused :
                java.util.List.of(
                    assertThrows(TapException.class, () -> tap.addAddress(address)),
                    assertThrows(TapException.class, () -> tap.removeAddress(address)),
                    assertThrows(TapException.class, () -> tap.addRoute(route)),
                    assertThrows(TapException.class, () -> tap.setMtu(1_400)))) {
              assertTrue(refused.getMessage().endsWith(right), refused.getMessage());
              assertTrue(refused.getMessage().contains("Operation not permitted"));
            }
            assertEquals(2_800, tap.mtuBytes());
          }
        });
  }

  @Test
  void anImpossibleMtuIsRefused() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TapDevice tap = new LinuxTaps().open(OPTIONS)) {
            var refused = assertThrows(TapException.class, () -> tap.setMtu(20));
            assertTrue(
                refused.getMessage().startsWith("the kernel refuses an MTU of 20"),
                refused.getMessage());
          }
        });
  }

  private static java.net.InetAddress ip(int first) throws Exception {
    return java.net.InetAddress.getByAddress(new byte[] {(byte) first, 0, 0, 1});
  }
}
