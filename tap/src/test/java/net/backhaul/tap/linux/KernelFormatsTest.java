// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.HexFormat;
import java.util.List;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapRoute;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Device names, structures and netlink messages, without a kernel. */
class KernelFormatsTest {
  @ParameterizedTest
  @CsvSource({
    "8056c2e21c000001, 0, ztmjfmfyq5",
    "0b594715410000a1, 0, ztdymeofpa",
    "f326dba0a4e72bb9, 0, ztkobdzcy5",
    "0b594715410c0001, 0, ztdymewfka",
    "8056c2e21c000001, 1, ztmjfmfyq6",
  })
  void derivesNamesFromIds(String id, int trial, String name) {
    assertEquals(name, DeviceNames.derived(HexFormat.fromHexDigitsToLong(id), trial));
  }

  @Test
  void truncatesWantedNames() {
    assertEquals("abcdefghijklmno", DeviceNames.choose(1, "abcdefghijklmnopq", name -> false));
    assertEquals("ztaaaaaaab", DeviceNames.choose(1, "office", name -> name.equals("office")));
  }

  @Test
  void writesInterfaceRequests() {
    byte[] named = new InterfaceRequest("zt0").mac(0x0291a5de125eL).toBytes();

    assertEquals(40, named.length);
    assertEquals("7a7430" + "00".repeat(13), HexFormat.of().formatHex(named, 0, 16));
    ByteBuffer value = ByteBuffer.wrap(named).order(ByteOrder.nativeOrder());
    assertEquals(1, value.getShort(16));
    assertEquals("0291a5de125e", HexFormat.of().formatHex(named, 18, 24));
    assertEquals("abcdefghijklmno", new InterfaceRequest("abcdefghijklmnopq").name());
    assertEquals(0x1043, new InterfaceRequest("a").flags(0x1043).flags());
  }

  @Test
  void parsesMulticastTables() {
    String lines =
        String.join(
            "\n",
            "2    eth0            1     0     333300000001",
            "24   zt0             1     0     333300000001",
            "24   zt0             2     0     01005e000001",
            "24   zt0             2     0     01005e00000",
            "24   zt0             2     0     01005e00000x",
            "24   zt0             2",
            "",
            "25   zt01            1     0     3333ff000001");

    assertEquals(List.of(0x333300000001L, 0x01005e000001L), MulticastTable.of("zt0", lines));
  }

  @Test
  void readsAddressMessages() throws Exception {
    for (TapAddress address :
        List.of(
            new TapAddress(InetAddress.getByName("10.230.0.105"), 24),
            new TapAddress(InetAddress.getByName("fd30::91:a99f:719"), 64))) {
      ByteBuffer message =
          ByteBuffer.wrap(NetlinkMessage.addAddress(7, "zt0", address))
              .order(ByteOrder.nativeOrder());

      assertEquals(message.limit(), message.getInt(0));
      assertEquals(NetlinkMessage.RTM_NEWADDR, message.getShort(4));
      assertEquals(address, NetlinkMessage.readAddress(message, 7));
      assertEquals(null, NetlinkMessage.readAddress(message, 8));
    }
  }

  @Test
  void ignoresTruncatedAddressMessages() throws Exception {
    byte[] whole =
        NetlinkMessage.addAddress(
            7, "zt0", new TapAddress(InetAddress.getByName("10.230.0.105"), 24));
    for (int length = 24; length < whole.length; length++) {
      byte[] cut = java.util.Arrays.copyOf(whole, length);
      NetlinkMessage.readAddress(ByteBuffer.wrap(cut).order(ByteOrder.nativeOrder()), 7);
    }
  }

  @Test
  void clearsHostBitsOfTargets() throws Exception {
    InetAddress router = InetAddress.getByName("10.0.0.1");
    var exact = new TapRoute(new TapAddress(InetAddress.getByName("10.1.0.0"), 17), router, null);
    var loose = new TapRoute(new TapAddress(InetAddress.getByName("10.1.99.7"), 17), router, null);

    assertEquals(
        HexFormat.of().formatHex(NetlinkMessage.addRoute(7, exact)),
        HexFormat.of().formatHex(NetlinkMessage.addRoute(7, loose)));
  }
}
