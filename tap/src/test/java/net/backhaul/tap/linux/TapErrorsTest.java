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

/** The messages for users without a device: what was expected, found, and what helps. */
class TapErrorsTest {
  private static final TapOptions OPTIONS = new TapOptions(1, "", 0x020000000001L, 2_800);

  @Test
  void namesTheModuleWithoutADriver() {
    assertEquals(
        "a virtual network device needs /dev/net/tun, and this host has none; load the driver"
            + " (modprobe tun), or give a container --device=/dev/net/tun",
        LinuxTapFactory.driverErrorMessage(LibC.ENOENT));
    assertEquals(
        LinuxTapFactory.driverErrorMessage(LibC.ENOENT),
        LinuxTapFactory.driverErrorMessage(LibC.ENODEV));
  }

  @Test
  void namesTheMissingCapability() {
    assertTrue(LinuxTapFactory.driverErrorMessage(LibC.EACCES).contains("capability NET_ADMIN"));
    assertTrue(
        LinuxTapFactory.creationErrorMessage("zt0", LibC.EPERM).contains("capability NET_ADMIN"));
  }

  @Test
  void namesDeviceRulesThatWereMadeWithoutTheDriver() {
    assertTrue(
        LinuxTapFactory.driverErrorMessage(LibC.EPERM)
            .contains("restart the service (systemctl restart zerotier-one)"));
  }

  @Test
  void namesIpv6SwitchedOff() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TapDevice tap = new LinuxTapFactory().open(OPTIONS)) {
            java.nio.file.Files.writeString(
                java.nio.file.Path.of("/proc/sys/net/ipv6/conf", tap.name(), "disable_ipv6"), "1");
            var ip = java.net.InetAddress.getByName("fd00::1");
            var address = new net.backhaul.tap.TapAddress(ip, 64);
            var route =
                new TapRoute(
                    new net.backhaul.tap.TapAddress(java.net.InetAddress.getByName("fd01::"), 64),
                    null,
                    null);
            for (TapException rejected :
                java.util.List.of(
                    assertThrows(TapException.class, () -> tap.addAddress(address)),
                    assertThrows(TapException.class, () -> tap.addRoute(route)))) {
              assertTrue(rejected.isIpv6Off(), rejected.getMessage());
              assertTrue(
                  rejected.getMessage().startsWith("IPv6 is switched off on this host (sysctl"),
                  rejected.getMessage());
            }
            tap.addAddress(new net.backhaul.tap.TapAddress(ip(10), 24));
          }
        });
  }

  @Test
  void namesATakenNameAndTwoRemedies() {
    assertEquals(
        "the name zt0 is taken by another device; remove it (ip link delete zt0) or give the"
            + " network another name in devicemap",
        LinuxTapFactory.creationErrorMessage("zt0", LibC.EBUSY));
    assertTrue(LinuxTapFactory.creationErrorMessage("zt0", LibC.EINVAL).contains("devicemap"));
  }

  @Test
  void includesTheKernelsDescription() {
    assertTrue(LinuxTapFactory.driverErrorMessage(5).contains("Input/output error"));
    assertTrue(LinuxTapFactory.creationErrorMessage("zt0", 12).contains("Cannot allocate memory"));
  }

  @Test
  void namesTheMissingCapabilityForOpening() throws Exception {
    NetworkNamespace.run(
        () -> {
          NetworkNamespace.becomeNobody();
          var rejected =
              assertThrows(TapException.class, () -> new LinuxTapFactory().open(OPTIONS));
          assertTrue(rejected.getMessage().contains("NET_ADMIN"), rejected.getMessage());
        });
  }

  @Test
  void namesTheMissingCapabilityForChanges() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TapDevice tap = new LinuxTapFactory().open(OPTIONS)) {
            NetworkNamespace.becomeNobody();
            var address = new net.backhaul.tap.TapAddress(ip(10), 24);
            var route = new TapRoute(new net.backhaul.tap.TapAddress(ip(11), 8), ip(10), null);
            String right = "; run as root, or with the capability NET_ADMIN";
            for (TapException rejected :
                java.util.List.of(
                    assertThrows(TapException.class, () -> tap.addAddress(address)),
                    assertThrows(TapException.class, () -> tap.removeAddress(address)),
                    assertThrows(TapException.class, () -> tap.addRoute(route)),
                    assertThrows(TapException.class, () -> tap.setMtu(1_400)))) {
              assertTrue(rejected.getMessage().endsWith(right), rejected.getMessage());
              assertTrue(rejected.getMessage().contains("Operation not permitted"));
            }
            assertEquals(2_800, tap.mtuBytes());
          }
        });
  }

  @Test
  void rejectsInvalidMtus() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TapDevice tap = new LinuxTapFactory().open(OPTIONS)) {
            var rejected = assertThrows(TapException.class, () -> tap.setMtu(20));
            assertTrue(
                rejected.getMessage().startsWith("the kernel rejects an MTU of 20"),
                rejected.getMessage());
          }
        });
  }

  private static java.net.InetAddress ip(int first) throws Exception {
    return java.net.InetAddress.getByAddress(new byte[] {(byte) first, 0, 0, 1});
  }
}
