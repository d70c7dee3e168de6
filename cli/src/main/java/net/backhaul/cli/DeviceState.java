// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The state of a network device of this host, which the API does not show. Java does not list those
 * without an address; on Linux these are looked up in sysfs, which may show another network
 * namespace where it is not mounted anew.
 */
final class DeviceState {
  private static final Path DEVICES = Path.of("/sys/class/net");

  /** The devices of the network namespace of this thread. */
  private static final Path OF_NAMESPACE = Path.of("/proc/thread-self/net/dev");

  private static final int IFF_UP = 1;

  private DeviceState() {}

  /** Returns whether a device of this host is down; false if there is none of that name. */
  static boolean isDown(String name) {
    NetworkInterface device = listed(name);
    try {
      return device == null ? isWithoutAddress(name) && isDown(DEVICES, name) : !device.isUp();
    } catch (SocketException gone) {
      return false;
    }
  }

  static boolean isDown(Path devices, String name) {
    try {
      return (Integer.decode(read(devices, name, "flags")) & IFF_UP) == 0;
    } catch (IOException | IllegalArgumentException unknown) {
      return false;
    }
  }

  /** Returns the MTU of a device of this host; 0 if there is none of that name. */
  static int mtu(String name) {
    NetworkInterface device = listed(name);
    try {
      if (device != null) {
        return device.getMTU();
      }
      return isWithoutAddress(name) ? mtu(DEVICES, name) : 0;
    } catch (SocketException gone) {
      return 0;
    }
  }

  static int mtu(Path devices, String name) {
    try {
      return Integer.parseInt(read(devices, name, "mtu"));
    } catch (IOException | IllegalArgumentException unknown) {
      return 0;
    }
  }

  private static @Nullable NetworkInterface listed(String name) {
    try {
      return NetworkInterface.getByName(name);
    } catch (SocketException e) {
      return null;
    }
  }

  private static boolean isWithoutAddress(String name) {
    try (Stream<String> lines = Files.lines(OF_NAMESPACE)) {
      return isName(name) && lines.anyMatch(line -> line.strip().startsWith(name + ":"));
    } catch (IOException | UncheckedIOException notLinux) {
      return false;
    }
  }

  private static boolean isName(String name) {
    return !name.isEmpty() && !name.startsWith(".") && name.indexOf('/') < 0;
  }

  private static String read(Path devices, String name, String file) throws IOException {
    if (!isName(name)) {
      throw new IllegalArgumentException("not the name of a device: " + name);
    }
    byte[] text = Files.readAllBytes(devices.resolve(name).resolve(file));
    return new String(text, StandardCharsets.US_ASCII).strip();
  }

  /** Returns what to do about a device that is down. */
  static String hint(String name) {
    return name + " is down, so it carries no frames; set it up with: ip link set " + name + " up";
  }
}
