// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.udp;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.Output;
import net.backhaul.engine.Traffic;
import net.backhaul.service.NodeLoop;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class UdpSocketsTest {
  private static final int MTU = 1_432;

  private NodeLoop loop;
  private UdpSockets sockets;
  private DatagramSocket other;

  @BeforeEach
  void open() throws IOException {
    loop = new NodeLoop();
    sockets = new UdpSockets(loop, batch -> {}, BatchSender::sendmmsg);
    other = new DatagramSocket(new InetSocketAddress("127.0.0.1", 0));
    other.setReceiveBufferSize(4 * 1024 * 1024);
    other.setSoTimeout(60_000);
  }

  @AfterEach
  void close() {
    onLoop(sockets::close);
    other.close();
    loop.close();
  }

  @Test
  void opensAndClosesSocketsWithTheirAddresses() {
    assertTrue(rebind("127.0.0.1"));
    assertEquals("127.0.0.1", onlyAddress().getHostAddress());
    assertFalse(rebind("127.0.0.1"), "nothing has changed");

    assertTrue(rebind());
    assertEquals(List.of(), sockets.addresses());
  }

  @Test
  void skipsForeignAddresses() {
    assertFalse(rebind("192.0.2.99"));
    assertTrue(rebind("192.0.2.99", "127.0.0.1"));
    assertEquals(1, sockets.addresses().size());
  }

  @Test
  void sendsFromEverySocketOfAddressFamily() throws IOException {
    rebind("127.0.0.1", "127.0.0.2", "::1");
    var to = (InetSocketAddress) other.getLocalSocketAddress();

    onLoop(
        () -> {
          sockets.send(
              new DatagramRun()
                  .to(Traffic.DATA, Output.ALL_SOCKETS, to)
                  .wrap(new byte[] {7}, 0, 1));
          sockets.flush();
        });

    assertArrayEquals(new byte[] {7}, receive());
    assertArrayEquals(new byte[] {7}, receive());
  }

  @Test
  void sendsNothingFromClosedSocket() {
    rebind("127.0.0.1");
    var to = (InetSocketAddress) other.getLocalSocketAddress();
    rebind();

    DatagramRun datagram = new DatagramRun().to(Traffic.DATA, 0, to).wrap(new byte[] {7}, 0, 1);
    onLoop(() -> sockets.send(datagram));
    onLoop(() -> sockets.sendShortLived(datagram, 2));
  }

  @Test
  void rebindsToInterfaceRecreatedUnderItsName() {
    assertTrue(rebind(List.of(new BindAddress(ip("127.0.0.1"), 0, "lo", 1))));
    assertFalse(rebind(List.of(new BindAddress(ip("127.0.0.1"), 0, "lo", 1))));
    int before = sockets.addresses().getFirst().getPort();

    assertTrue(rebind(List.of(new BindAddress(ip("127.0.0.1"), before, "lo", 2))));

    assertEquals(1, sockets.addresses().size());
    onLoop(() -> assertTrue(sockets.channel(1).isActive(), "a second socket, on the same port"));
  }

  private byte[] receive() throws IOException {
    var packet = new DatagramPacket(new byte[65_536], 65_536);
    other.receive(packet);
    byte[] content = new byte[packet.getLength()];
    System.arraycopy(packet.getData(), 0, content, 0, content.length);
    return content;
  }

  private InetAddress onlyAddress() {
    assertEquals(1, sockets.addresses().size());
    return sockets.addresses().getFirst().getAddress();
  }

  private boolean rebind(String... addresses) {
    List<BindAddress> wanted =
        List.of(addresses).stream().map(each -> new BindAddress(ip(each), 0, "", 0)).toList();
    return rebind(wanted);
  }

  private boolean rebind(List<BindAddress> wanted) {
    return CompletableFuture.supplyAsync(() -> sockets.rebind(wanted), loop.eventLoop()).join();
  }

  private void onLoop(Runnable work) {
    CompletableFuture.runAsync(work, loop.eventLoop()).join();
  }

  private static InetAddress ip(String text) {
    try {
      return InetAddress.getByName(text);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }
}
