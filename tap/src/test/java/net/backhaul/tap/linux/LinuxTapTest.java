// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.linux;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.tap.FrameMemory;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;
import net.backhaul.tap.TapOptions;
import net.backhaul.tap.TapRoute;
import net.backhaul.testing.ArpReply;
import net.backhaul.testing.NetworkNamespace;
import org.junit.jupiter.api.Test;

class LinuxTapTest {
  private static final long ID = 0x8056c2e21c000001L;
  private static final long MAC = 0x0291a5de125eL;
  private static final TapOptions OPTIONS = new TapOptions(ID, "", MAC, 2_800).withoutOffloads();
  private static final int MAX_FRAMES_READ = 50;

  @Test
  void opensAndRemovesADevice() throws Exception {
    NetworkNamespace.run(
        () -> {
          TapDevice tap = new LinuxTapFactory().open(OPTIONS);
          assertEquals("ztmjfmfyq5", tap.name());
          assertTrue(
              link().contains("ztmjfmfyq5: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 2800"), link());
          assertTrue(link().contains("link/ether 02:91:a5:de:12:5e"), link());

          tap.setMtu(1_300);
          assertTrue(link().contains("mtu 1300"), link());

          tap.close();
          tap.close();
          assertFalse(link().contains("ztmjfmfyq5"), link());
        });
  }

  @Test
  void choosesAFreeNameAndTheWantedOne() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TapDevice first = new LinuxTapFactory().open(OPTIONS);
              TapDevice second = new LinuxTapFactory().open(OPTIONS);
              TapDevice wanted =
                  new LinuxTapFactory().open(new TapOptions(ID, "office", MAC, 1_500));
              TapDevice again =
                  new LinuxTapFactory().open(new TapOptions(ID, "office", MAC, 1_500))) {
            assertEquals("ztmjfmfyq5", first.name());
            assertEquals("ztmjfmfyq6", second.name());
            assertEquals("office", wanted.name());
            assertEquals("ztmjfmfyq7", again.name());
          }
        });
  }

  @Test
  void addsAndRemovesAddresses() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TapDevice tap = new LinuxTapFactory().open(OPTIONS)) {
            TapAddress v4 = address("10.230.0.105", 24);
            TapAddress v6 = address("fd30::91:a99f:719", 64);
            assertTrue(tap.addAddress(v4));
            assertTrue(tap.addAddress(v6));
            assertFalse(tap.addAddress(v4));
            assertTrue(tap.addresses().containsAll(List.of(v4, v6)), tap.addresses().toString());

            tap.removeAddress(v4);
            tap.removeAddress(v4);
            tap.removeAddress(v6);
            tap.removeAddress(v6);

            assertFalse(tap.addresses().contains(v4));
            assertFalse(tap.addresses().contains(v6));
          }
        });
  }

  @Test
  void returnsAddressesThatOthersChange() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TapDevice tap = new LinuxTapFactory().open(OPTIONS);
              TapDevice other = new LinuxTapFactory().open(OPTIONS)) {
            List<TapAddress> own = tap.addresses();
            for (int i = 1; i < 250; i++) {
              ip(
                  "addr",
                  "add",
                  "10.7.7." + i + "/32",
                  "dev",
                  i % 2 == 0 ? tap.name() : other.name());
              if (i < 10) {
                assertEquals(own.size() + i / 2, tap.addresses().size());
              }
            }
            assertEquals(own.size() + 124, tap.addresses().size());

            ip("-4", "addr", "flush", "dev", tap.name());
            assertEquals(own, tap.addresses());
          }
        });
  }

  @Test
  void hasALinkLocalAddressOfItsMac() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TapDevice tap = new LinuxTapFactory().open(OPTIONS)) {
            assertEquals(List.of(address("fe80::91:a5ff:fede:125e", 64)), tap.addresses());
          }
        });
  }

  @Test
  void setsRoutesAsTheReferenceDoes() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TapDevice tap = new LinuxTapFactory().open(OPTIONS)) {
            tap.addAddress(address("10.230.0.105", 24));
            tap.addAddress(address("fd30::91:a99f:719", 64));
            InetAddress router = InetAddress.getByName("10.230.0.254");
            var through = new TapRoute(address("10.231.0.0", 16), router, null);
            var half = new TapRoute(address("128.0.0.0", 1), router, null);
            var onLink =
                new TapRoute(address("192.0.2.7", 24), null, InetAddress.getByName("10.230.0.105"));
            var v6 = new TapRoute(address("fd31::", 48), InetAddress.getByName("fd30::fe"), null);

            assertTrue(tap.addRoute(through));
            assertTrue(tap.addRoute(half));
            assertTrue(tap.addRoute(onLink));
            assertTrue(tap.addRoute(v6));
            assertFalse(tap.addRoute(through));
            assertEquals(
                List.of(
                    "10.230.0.0/24 dev ztmjfmfyq5 proto kernel scope link src 10.230.0.105",
                    "10.231.0.0/16 via 10.230.0.254 dev ztmjfmfyq5 proto static metric 5000",
                    "128.0.0.0/1 via 10.230.0.254 dev ztmjfmfyq5 proto static metric 5000",
                    "192.0.2.0/24 dev ztmjfmfyq5 proto static scope link src 10.230.0.105"
                        + " metric 5000"),
                routes("-4"));
            assertTrue(
                routes("-6")
                    .contains(
                        "fd31::/48 via fd30::fe dev ztmjfmfyq5 proto static metric 5000"
                            + " pref medium"),
                routes("-6").toString());

            for (TapRoute route : List.of(through, half, onLink, v6)) {
              tap.removeRoute(route);
              tap.removeRoute(route);
            }
            assertEquals(1, routes("-4").size());
            assertEquals(
                List.of("fd30::/64 dev ztmjfmfyq5 proto kernel metric 256 pref medium"),
                routes("-6").stream().filter(each -> !each.startsWith("fe80")).toList());
          }
        });
  }

  @Test
  void rejectsRoutesThroughUnreachableRouters() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TapDevice tap = new LinuxTapFactory().open(OPTIONS)) {
            var lost =
                new TapRoute(address("10.231.0.0", 16), InetAddress.getByName("10.9.9.9"), null);
            var rejected = assertThrows(TapException.class, () -> tap.addRoute(lost));
            assertEquals(
                "the kernel rejects the route to 10.231.0.0/16 via 10.9.9.9 through ztmjfmfyq5:"
                    + " Network is unreachable",
                rejected.getMessage());
          }
        });
  }

  @Test
  void readsAndWritesFrames() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TapDevice tap = new LinuxTapFactory().open(OPTIONS);
              var socket = new DatagramSocket(null)) {
            tap.addAddress(address("10.230.0.105", 24));
            socket.bind(new InetSocketAddress("10.230.0.105", 0));
            socket.setSoTimeout(60_000);
            byte[] hello = "hello".getBytes();
            socket.send(
                new DatagramPacket(hello, hello.length, new InetSocketAddress("10.230.0.9", 7)));

            var memory = new FrameMemory(4_096);
            byte[] question = awaitFrame(tap, memory, 0x0806);
            byte[] answer = ArpReply.to(question);
            memory.copyFrom(answer, 0, answer.length);
            assertTrue(tap.write(memory.address(), answer.length));
            byte[] datagram = awaitFrame(tap, memory, 0x0800);
            byte[] echo = echo(datagram);
            memory.copyFrom(echo, 0, echo.length);
            assertTrue(tap.write(memory.address(), echo.length));

            var received = new DatagramPacket(new byte[100], 100);
            socket.receive(received);
            assertEquals(hello.length, received.getLength());
            assertArrayEquals(hello, java.util.Arrays.copyOf(received.getData(), hello.length));
            assertEquals(7, received.getPort());
          }
        });
  }

  @Test
  void readsNothingFromAnIdleDevice() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TapDevice tap = new LinuxTapFactory().open(OPTIONS)) {
            var memory = new FrameMemory(4_096);
            int frames = 0;
            while (tap.read(memory.address(), 4_096) > 0) {
              frames++;
              assertTrue(frames < MAX_FRAMES_READ, "the kernel's greetings end");
            }
            assertEquals(0, tap.read(memory.address(), 4_096));
          }
        });
  }

  @Test
  void listsMulticastMacs() throws Exception {
    NetworkNamespace.run(
        () -> {
          try (TapDevice tap = new LinuxTapFactory().open(OPTIONS)) {
            tap.addAddress(address("fd30::91:a99f:719", 64));
            var expected =
                List.of(0x333300000001L, 0x01005e000001L, 0x3333ffde125eL, 0x3333ff9f0719L);
            // The kernel joins the group of an IPv6 address with a delay.
            long endNanos = System.nanoTime() + 60_000_000_000L;
            while (!tap.multicastMacs().containsAll(expected)) {
              assertTrue(System.nanoTime() < endNanos, () -> "groups: " + macs(tap));
              Thread.onSpinWait();
            }
          }
        });
  }

  @Test
  void leavesNothingOpen() throws Exception {
    NetworkNamespace.run(
        () -> {
          new LinuxTapFactory().open(OPTIONS).close();
          long before = openDescriptors();
          for (int i = 0; i < 5; i++) {
            new LinuxTapFactory().open(OPTIONS).close();
          }
          assertEquals(before, openDescriptors());
        });
  }

  private static String macs(TapDevice tap) {
    try {
      return tap.multicastMacs().stream().map(Long::toHexString).toList().toString();
    } catch (TapException e) {
      return e.toString();
    }
  }

  private static long openDescriptors() throws Exception {
    try (var all = Files.list(Path.of("/proc/self/fd"))) {
      return all.filter(each -> opensDevice(each)).count();
    }
  }

  private static boolean opensDevice(Path descriptor) {
    try {
      String target = Files.readSymbolicLink(descriptor).toString();
      return target.contains("tun") || target.startsWith("socket:");
    } catch (java.io.IOException gone) {
      return false;
    }
  }

  private static byte[] awaitFrame(TapDevice tap, FrameMemory memory, int etherType)
      throws TapException {
    for (int i = 0; i < MAX_FRAMES_READ; i++) {
      assertTrue(tap.awaitFrame(5_000), "the host sends something");
      int length = tap.read(memory.address(), memory.capacityBytes());
      byte[] frame = new byte[length];
      memory.copyTo(frame, 0, length);
      if (length > 14 && (ByteBuffer.wrap(frame).getShort(12) & 0xffff) == etherType) {
        return frame;
      }
    }
    throw new AssertionError("no frame of type " + Integer.toHexString(etherType));
  }

  private static byte[] echo(byte[] frame) {
    byte[] back = frame.clone();
    swap(back, 0, 6, 6);
    swap(back, 26, 30, 4);
    swap(back, 34, 36, 2);
    return back;
  }

  private static void swap(byte[] bytes, int one, int other, int count) {
    for (int i = 0; i < count; i++) {
      byte kept = bytes[one + i];
      bytes[one + i] = bytes[other + i];
      bytes[other + i] = kept;
    }
  }

  private static TapAddress address(String ip, int bits) throws Exception {
    return new TapAddress(InetAddress.getByName(ip), bits);
  }

  private static List<String> routes(String family) throws Exception {
    return ip(family, "route").lines().map(String::strip).toList();
  }

  private static String link() throws Exception {
    return ip("-d", "link");
  }

  private static String ip(String... arguments) throws Exception {
    // The child inherits the namespace of the thread that starts it.
    var words = new ArrayList<>(List.of("ip"));
    words.addAll(List.of(arguments));
    Process ip = new ProcessBuilder(words).redirectErrorStream(true).start();
    return new String(ip.getInputStream().readAllBytes());
  }
}
