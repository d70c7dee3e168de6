// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import net.backhaul.tap.FrameMemory;
import net.backhaul.tap.TapAddress;
import net.backhaul.tap.TapDevice;
import net.backhaul.tap.TapException;
import net.backhaul.tap.TapOptions;
import net.backhaul.tap.TapRoute;
import org.junit.jupiter.api.Test;

/** The parts of macOS devices that are testable elsewhere: commands, structures, parsers. */
class FethTest {
  private static final long ID = 0x8056c2e21c000001L;
  private static final TapOptions OPTIONS = new TapOptions(ID, "", 0x0291a5de125eL, 2_800);

  /** Records commands; its output and failures are set by the test. */
  private static final class Recorded implements CommandRunner {
    final List<String> lines = new ArrayList<>();
    String devices = "lo0 en0 feth7 feth4242 feth10000 fethx utun0";
    String shown = "";
    String failsAt = "nothing at all";
    String failure = "";

    @Override
    public String run(List<String> words) throws TapException {
      String line = String.join(" ", words);
      lines.add(line);
      if (line.contains(failsAt)) {
        throw new TapException(line + " failed: " + failure);
      }
      if (line.equals("/sbin/ifconfig -l")) {
        return devices + "\n";
      }
      return words.size() == 2 ? shown : "";
    }

    List<String> taken() {
      List<String> copy = List.copyOf(lines);
      lines.clear();
      return copy;
    }
  }

  private static final class NoFrames implements FrameChannel {
    boolean closed;

    @Override
    public boolean await() {
      return false;
    }

    @Override
    public int read(long address, int maxBytes) {
      return 0;
    }

    @Override
    public boolean write(long address, int length) {
      return true;
    }

    @Override
    public List<Long> multicastMacs(String device) {
      return List.of(1L);
    }

    @Override
    public void close() {
      closed = true;
    }
  }

  private final Recorded commands = new Recorded();
  private final NoFrames port = new NoFrames();
  private final FethTapFactory taps =
      new FethTapFactory(
          commands,
          peer -> {
            commands.lines.add("open " + peer);
            return port;
          });

  @Test
  void derivesFreeNumbers() {
    // (id ^ id >> 32 ^ id >> 48) mod 4900 + 100, in unsigned 64-bit arithmetic.
    assertEquals(3533, FethNumbering.choose(ID, number -> false));
    assertEquals(3534, FethNumbering.choose(ID, number -> number == 3533));
    assertEquals(100, FethNumbering.choose(ID, number -> number >= 3533));
    assertEquals(-1, FethNumbering.choose(ID, number -> true));
  }

  @Test
  void createsAPairAfterRemovingStaleDevices() throws Exception {
    TapDevice tap = taps.open(OPTIONS);

    assertEquals("feth3533", tap.name());
    assertEquals(
        List.of(
            "/usr/sbin/sysctl net.link.fake.max_mtu=10000",
            "/sbin/ifconfig -l",
            "/sbin/ifconfig feth7 destroy",
            "/sbin/ifconfig feth4242 destroy",
            "/sbin/ifconfig -l",
            "/sbin/ifconfig feth8533 create",
            "/sbin/ifconfig feth3533 create",
            "/sbin/ifconfig feth3533 lladdr 02:91:a5:de:12:5e",
            "/sbin/ifconfig feth8533 peer feth3533",
            "/sbin/ifconfig feth8533 mtu 2800 up",
            "/sbin/ifconfig feth3533 mtu 2800 metric 5000 up",
            "/usr/sbin/ndp -i feth3533 -- nud -accept_rtadv",
            "open feth8533"),
        commands.taken());

    commands.devices = "lo0 feth3533 feth8533";
    assertEquals("feth3534", taps.open(OPTIONS).name());
    assertEquals("/sbin/ifconfig -l", commands.taken().getFirst());
  }

  @Test
  void destroysBothDevicesOnce() throws Exception {
    TapDevice tap = taps.open(OPTIONS);
    commands.taken();

    tap.close();
    tap.close();

    assertTrue(port.closed);
    assertEquals(
        List.of("/sbin/ifconfig feth3533 destroy", "/sbin/ifconfig feth8533 destroy"),
        commands.taken());
  }

  @Test
  void destroysIncompletePairs() {
    commands.failsAt = "feth3533 lladdr";
    commands.failure = "permission denied";

    var rejected = assertThrows(TapException.class, () -> taps.open(OPTIONS));

    assertEquals(
        "/sbin/ifconfig feth3533 lladdr 02:91:a5:de:12:5e failed: permission denied",
        rejected.getMessage());
    List<String> lines = commands.taken();
    assertEquals(
        List.of("/sbin/ifconfig feth3533 destroy", "/sbin/ifconfig feth8533 destroy"),
        lines.subList(lines.size() - 2, lines.size()));
  }

  @Test
  void ignoresFailureOfNeighborDiscovery() throws Exception {
    commands.failsAt = "/usr/sbin/ndp";

    assertEquals("feth3533", taps.open(OPTIONS).name());
  }

  @Test
  void setsThePrefixOfTheFirstAddressOfASubnetOnly() throws Exception {
    TapDevice tap = taps.open(OPTIONS);
    commands.taken();

    assertTrue(tap.addAddress(address("10.1.0.5", 24)));
    assertTrue(tap.addAddress(address("10.1.0.6", 24)));
    assertTrue(tap.addAddress(address("10.2.0.6", 24)));
    assertTrue(tap.addAddress(address("fd00::5", 64)));
    assertTrue(tap.addAddress(address("fd00::6", 64)));

    assertEquals(
        List.of(
            "/sbin/ifconfig feth3533 inet 10.1.0.5/24 alias",
            "/sbin/ifconfig feth3533 inet 10.1.0.6/32 alias",
            "/sbin/ifconfig feth3533 inet 10.2.0.6/24 alias",
            "/sbin/ifconfig feth3533 inet6 fd00:0:0:0:0:0:0:5/64 alias",
            "/sbin/ifconfig feth3533 inet6 fd00:0:0:0:0:0:0:6/128 alias"),
        commands.taken().stream().filter(each -> each.contains("alias")).toList());

    commands.shown =
        """
        feth3533: flags=8863<UP,BROADCAST,SMART,RUNNING,SIMPLEX,MULTICAST> metric 5000 mtu 2800
        \tether 02:91:a5:de:12:5e
        \tinet6 fe80::91:a5ff:fede:125e%feth3533 prefixlen 64 scopeid 0x15
        \tinet 10.1.0.5 netmask 0xffffff00 broadcast 10.1.0.255
        \tinet 10.1.0.6 netmask 0xffffffff broadcast 10.1.0.6
        \tpeer: feth8533
        \tmedia: autoselect
        \tstatus: active
        """;
    assertEquals(
        List.of(
            address("fe80::91:a5ff:fede:125e", 64),
            address("10.1.0.5", 24),
            address("10.1.0.6", 24)),
        tap.addresses());
    assertFalse(tap.addAddress(address("10.1.0.6", 24)));

    commands.taken();
    tap.removeAddress(address("10.1.0.6", 24));
    tap.removeAddress(address("10.9.0.6", 24));
    assertEquals(
        List.of("/sbin/ifconfig feth3533 inet 10.1.0.6 -alias"),
        commands.taken().stream().filter(each -> each.contains("alias")).toList());
  }

  @Test
  void setsRoutesAndMtuByCommands() throws Exception {
    TapDevice tap = taps.open(OPTIONS);
    commands.taken();
    var through = new TapRoute(address("10.9.0.0", 16), InetAddress.getByName("10.1.0.1"), null);
    var onLink = new TapRoute(address("fd09::", 48), null, InetAddress.getByName("fd00::5"));

    assertTrue(tap.addRoute(through));
    assertTrue(tap.addRoute(onLink));
    tap.removeRoute(through);
    tap.setMtu(1_400);

    assertEquals(
        List.of(
            "/sbin/route -n add -inet 10.9.0.0/16 10.1.0.1",
            "/sbin/route -n add -inet6 fd09:0:0:0:0:0:0:0/48 -interface feth3533",
            "/sbin/route -n delete -inet 10.9.0.0/16 10.1.0.1",
            "/sbin/ifconfig feth8533 mtu 1400",
            "/sbin/ifconfig feth3533 mtu 1400"),
        commands.taken());
    assertEquals(1_400, tap.mtuBytes());

    commands.failsAt = "/sbin/route";
    commands.failure = "add net 10.9.0.0: gateway 10.1.0.1: File exists";
    assertFalse(tap.addRoute(through));
    commands.failure = "delete net 10.9.0.0: not in table";
    tap.removeRoute(through);
    commands.failure = "must be root to alter routing table";
    assertThrows(TapException.class, () -> tap.addRoute(through));
    assertThrows(TapException.class, () -> tap.removeRoute(through));
  }

  @Test
  void writesStructures() {
    assertEquals(
        "66657468383533330000000000000000" + "00".repeat(16),
        HexFormat.of().formatHex(MacStructures.interfaceRequest("feth8533")));
    assertEquals(
        "121b" + "66657468383533330000000000000000",
        HexFormat.of().formatHex(MacStructures.ndrvAddress("feth8533")));
    ByteBuffer time = ByteBuffer.wrap(MacStructures.time(1_200)).order(ByteOrder.nativeOrder());
    assertEquals(16, time.capacity());
    assertEquals(1, time.getLong(0));
    assertEquals(200_000, time.getInt(8));
    byte[] link = HexFormat.of().parseHex("1412010006080600" + "6665746833353333" + "3333ff9f0719");
    assertEquals("feth3533", MacStructures.deviceOf(link));
    assertEquals(-1, MacStructures.macOf(new byte[8]));
    assertEquals(0x3333ff9f0719L, MacStructures.macOf(link));
  }

  @Test
  void composesRequestNumbers() {
    assertEquals(request(0xc0000000L, 4, 102), MacStructures.BIOCSBLEN);
    assertEquals(request(0x20000000L, 0, 105), MacStructures.BIOCPROMISC);
    assertEquals(request(0x80000000L, 32, 108), MacStructures.BIOCSETIF);
    assertEquals(request(0x80000000L, 16, 109), MacStructures.BIOCSRTIMEOUT);
    assertEquals(request(0x80000000L, 4, 112), MacStructures.BIOCIMMEDIATE);
    assertEquals(request(0x80000000L, 4, 117), MacStructures.BIOCSHDRCMPLT);
    assertEquals(request(0x80000000L, 4, 119), MacStructures.BIOCSSEESENT);
  }

  @Test
  void iteratesOverBpfRecords() {
    var memory = new FrameMemory(256);
    ByteBuffer bytes = memory.bytes();
    bytes.order(ByteOrder.nativeOrder());
    // Two frames of 21 and 60 bytes; the second starts at the next multiple of four.
    record(bytes, 0, 21);
    record(bytes, 40, 60);
    var records = new BpfRecords(bytes);
    records.filled(40 + 18 + 60);

    assertEquals(21, records.next());
    assertEquals(18, records.frameAt());
    assertEquals(60, records.next());
    assertEquals(58, records.frameAt());
    assertEquals(0, records.next());
    assertFalse(records.hasNext());
  }

  @Test
  void stopsAtInvalidBpfRecords() {
    ByteBuffer bytes = ByteBuffer.allocate(256).order(ByteOrder.nativeOrder());
    var records = new BpfRecords(bytes);
    record(bytes, 0, 300);
    records.filled(200);
    assertEquals(0, records.next());
    assertFalse(records.hasNext());

    record(bytes, 0, 20);
    bytes.putShort(16, (short) 3);
    records.filled(200);
    assertEquals(0, records.next());
  }

  @Test
  void findsStaleDevices() {
    assertEquals(
        Set.of("feth1", "feth3533"),
        Set.copyOf(IfconfigOutput.staleDevices("lo0 feth1 feth3533 feth12345 feth en0 fethx1\n")));
  }

  private static void record(ByteBuffer bytes, int at, int frameLength) {
    bytes.putInt(at + 8, frameLength).putInt(at + 12, frameLength).putShort(at + 16, (short) 18);
  }

  /** Returns a request number: direction, size of the argument, group 'B', number. */
  private static long request(long direction, int size, int number) {
    return direction | (long) size << 16 | 'B' << 8 | number;
  }

  private static TapAddress address(String ip, int bits) throws Exception {
    return new TapAddress(InetAddress.getByName(ip), bits);
  }
}
