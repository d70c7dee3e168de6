// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentLinkedQueue;
import net.backhaul.engine.DatagramBatch;
import net.backhaul.engine.DatagramRun;
import net.backhaul.engine.LocalSocket;
import net.backhaul.engine.Output;
import net.backhaul.engine.Traffic;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.relay.RelayRecords;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.relay.RelayCounters.Count;
import net.backhaul.service.settings.TcpRelays.RelayAddress;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The connection of a node to TCP relays that answer as recorded, or are hostile. */
class RelayClientTest {
  private static final InetSocketAddress ROOT = Endpoints.parse("192.88.99.1/9993");
  private static final int TIMEOUT_MS = 60_000;

  private final NodeLoop loop = new NodeLoop();
  private final RelayCounters counters = new RelayCounters();
  private final ConcurrentLinkedQueue<String> received = new ConcurrentLinkedQueue<>();
  private final ConcurrentLinkedQueue<List<LocalSocket>> reported = new ConcurrentLinkedQueue<>();
  private ServerSocket relay;
  private RelayClient client;

  @BeforeEach
  void start() throws IOException {
    relay = new ServerSocket(0, 8, InetAddress.getLoopbackAddress());
    relay.setSoTimeout(TIMEOUT_MS);
    List<RelayAddress> relays =
        List.of(
            new RelayAddress(
                new InetSocketAddress(relay.getInetAddress(), relay.getLocalPort()), false));
    client = new RelayClient(loop, () -> relays, counters, new Recorder());
    loop.execute(client::connect);
  }

  @AfterEach
  void stop() throws IOException {
    loop.execute(() -> client.close(Output.ALL_SOCKETS));
    relay.close();
    loop.close();
  }

  /** Records what reaches the node. */
  private final class Recorder implements RelayClient.Receiver {
    @Override
    public void received(DatagramBatch batch) {
      for (int i = 0; i < batch.count(); i++) {
        received.add(Endpoints.text(batch.from(i)) + " " + batch.length(i));
      }
    }

    @Override
    public void changed(List<LocalSocket> open) {
      reported.add(open);
    }
  }

  /** Accepts the connection of the node, and reads its greeting. */
  private Socket accept() throws IOException {
    Socket socket = relay.accept();
    socket.setSoTimeout(TIMEOUT_MS);
    byte[] greeting = RecordedTunnel.bytes("greeting");
    byte[] read = socket.getInputStream().readNBytes(greeting.length);
    assertEquals(greeting.length, read.length);
    assertEquals(4, read[4]);
    Await.until(() -> !reported.isEmpty() && !latest().isEmpty());
    return socket;
  }

  private List<LocalSocket> latest() {
    return new ArrayList<>(reported).getLast();
  }

  private void send(byte[] packet, InetSocketAddress to) {
    loop.execute(
        () -> {
          client.send(
              new DatagramRun()
                  .to(Traffic.CONTROL, Output.ALL_SOCKETS, to)
                  .wrap(packet, 0, packet.length));
          client.flush();
        });
  }

  private static byte[] record(InetSocketAddress from, byte[] packet) {
    var out = new WireWriter();
    RelayRecords.writePacket(out, from, packet, 0, packet.length);
    return out.toByteArray();
  }

  @Test
  void writesAndReadsRecordsAsRecorded() throws IOException {
    Socket socket = accept();
    assertTrue(LocalSocket.isRelay(latest().getFirst().number()));
    byte[] packet = RecordedTunnel.bytes("to_relay", "packet");
    byte[] expected = RecordedTunnel.bytes("to_relay", "stream_bytes");

    send(packet, ROOT);
    assertArrayEquals(expected, socket.getInputStream().readNBytes(expected.length));
    assertEquals(ROOT, Endpoints.parse(RecordedTunnel.text("to_relay", "destination")));

    socket.getOutputStream().write(RecordedTunnel.bytes("from_relay", "stream_bytes"));
    Await.until(() -> received.contains("192.88.99.1/9993 4"));
  }

  @Test
  void sendsNothingToEndpointsThatNoRelayForwardsTo() throws IOException {
    Socket socket = accept();
    byte[] packet = new byte[20];
    for (String to : new String[] {"10.1.2.3/9993", "127.0.0.1/9993", "2001:db8::1/9993"}) {
      send(packet, Endpoints.parse(to));
    }
    send(new byte[15], ROOT);
    send(new byte[21], ROOT);

    byte[] expected = record(ROOT, new byte[21]);
    assertArrayEquals(expected, socket.getInputStream().readNBytes(expected.length));
  }

  @Test
  void dropsPacketsWithSourcesThatNoRelayCanHave() throws IOException {
    Socket socket = accept();
    for (String from :
        new String[] {
          "10.1.2.3/9993",
          "127.0.0.1/9993",
          "192.168.0.1/1",
          "224.0.0.1/9993",
          "2001:db8::1/9993",
          "8.8.8.8/0"
        }) {
      socket.getOutputStream().write(record(Endpoints.parse(from), new byte[30]));
    }
    socket.getOutputStream().write(record(ROOT, new byte[31]));

    Await.until(() -> received.contains("192.88.99.1/9993 31"));
    assertEquals(1, received.size());
    assertEquals(6, counters.get(Count.RECEIVED_INVALID));
  }

  @ParameterizedTest
  @ValueSource(strings = {"HTTP/1.1 400 Bad Request\r\n\r\n", "\u0017\u0003\u0003\u00ff\u00ff"})
  void leavesRelayThatSendsSomethingElse(String sent) throws IOException {
    Socket socket = accept();
    socket.getOutputStream().write(sent.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    assertEquals(-1, readToEnd(socket));
    Await.until(() -> latest().isEmpty());
    accept();
    assertEquals(1, latest().size());
  }

  private static int readToEnd(Socket socket) throws IOException {
    try {
      while (socket.getInputStream().read() >= 0) {
        continue;
      }
    } catch (SocketException reset) {
      // It has ended as well.
    }
    return -1;
  }

  @Test
  void boundsWhatWaitsForRelayThatDoesNotRead() throws IOException {
    accept();
    byte[] packet = new byte[1_400];
    Await.until(
        () -> {
          for (int i = 0; i < 1_000; i++) {
            send(packet, ROOT);
          }
          return counters.get(Count.SEND_BACKLOG_FULL) > 1_000;
        });
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void survivesRandomBytes(long seed) throws IOException {
    var random = new Random(seed);
    for (int round = 0; round < 2; round++) {
      try (Socket socket = accept()) {
        byte[] bytes = new byte[2_000];
        random.nextBytes(bytes);
        System.arraycopy(record(ROOT, new byte[40]), 0, bytes, 0, 52);
        socket.getOutputStream().write(bytes);
        readToEnd(socket);
      }
      Await.until(() -> latest().isEmpty());
    }
    assertTrue(received.contains("192.88.99.1/9993 40"));
  }

  @Test
  void stopsWhenClosed() throws IOException {
    Socket socket = accept();
    loop.execute(() -> client.close(Output.ALL_SOCKETS));
    assertEquals(-1, readToEnd(socket));
    Await.until(() -> latest().isEmpty());
  }
}
