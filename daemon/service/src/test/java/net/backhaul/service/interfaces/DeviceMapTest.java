// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.interfaces;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DeviceMapTest {
  private static final long NETWORK_ID = 0x8056c2e21c000001L;

  @TempDir Path home;

  @Test
  void readsDeviceNameOfNetwork() {
    String content = "0000000000000001=one\r\n 8056C2E21C000001 = office \n8056c2e21c000001=late\n";

    assertEquals("office", DeviceMap.nameFor(NETWORK_ID, content));
    assertEquals("one", DeviceMap.nameFor(1, content));
    assertEquals("", DeviceMap.nameFor(2, content));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a b", "../eth0", "a/b", "a:1", "zt%d", ".", "..", "a\u0000b"})
  void rejectsInvalidDeviceNames(String name) {
    assertEquals("", DeviceMap.nameFor(NETWORK_ID, "8056c2e21c000001=" + name + "\n"));
  }

  @Test
  void returnsNoNameWithoutFile() throws Exception {
    assertEquals("", DeviceMap.nameFor(NETWORK_ID, home));

    Files.writeString(home.resolve("devicemap"), "8056c2e21c000001=office");
    assertEquals("office", DeviceMap.nameFor(NETWORK_ID, home));
  }

  @Test
  void readsFirstLineAfterByteOrderMark() throws Exception {
    Files.writeString(home.resolve("devicemap"), "\ufeff8056c2e21c000001=office\r\n");

    assertEquals("office", DeviceMap.nameFor(NETWORK_ID, home));
  }

  @Test
  void ignoresBinaryContent() throws Exception {
    byte[] noise = new byte[10_000];
    new java.util.Random(1).nextBytes(noise);
    Files.write(home.resolve("devicemap"), noise);

    assertEquals("", DeviceMap.nameFor(NETWORK_ID, home));
  }
}
