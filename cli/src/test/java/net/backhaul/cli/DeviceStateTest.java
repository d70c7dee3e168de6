// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DeviceStateTest {
  @TempDir Path devices;

  @ParameterizedTest
  @CsvSource({"0x1002, true", "0x1003, false", "'', false", "what, false", "0xfffffffff, false"})
  void readsFlagsOfDevice(String flags, boolean down) throws Exception {
    Files.createDirectory(devices.resolve("ztly5pfz6q"));
    Files.writeString(devices.resolve("ztly5pfz6q/flags"), flags + "\n");

    assertEquals(down, DeviceState.isDown(devices, "ztly5pfz6q"));
  }

  @ParameterizedTest
  @CsvSource({"2800, 2800", "'', 0", "what, 0", "99999999999, 0"})
  void readsMtuOfDevice(String text, int mtu) throws Exception {
    Files.createDirectory(devices.resolve("ztly5pfz6q"));
    Files.writeString(devices.resolve("ztly5pfz6q/mtu"), text + "\n");

    assertEquals(mtu, DeviceState.mtu(devices, "ztly5pfz6q"));
  }

  @Test
  void ignoresNamesThatAreNoDevices() throws Exception {
    Files.writeString(devices.resolve("flags"), "0x1002\n");
    Files.writeString(devices.resolve("mtu"), "1500\n");

    for (String name : new String[] {"", ".", "..", "a/..", "ztmissing", "a\0b"}) {
      assertFalse(DeviceState.isDown(devices, name), name);
      assertEquals(0, DeviceState.mtu(devices, name), name);
    }
  }
}
