// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.relay;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.netty.buffer.Unpooled;
import io.netty.channel.embedded.EmbeddedChannel;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import net.backhaul.protocol.packet.WireWriter;
import net.backhaul.protocol.relay.RelayRecords;
import net.backhaul.service.relay.RelayCounters.Count;
import net.backhaul.testing.Await;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A TCP relay and its clients, also hostile ones (02 section 4.7). */
class RelayServerTest {
  private static final InetAddress LOOPBACK = InetAddress.getLoopbackAddress();
  private static final byte[] GREETING = RecordedTunnel.bytes("greeting");
  private static final int TIMEOUT_MS = 60_000;
  private static final int READ_HEADER_BYTES = 12;

  private final RelayCounters counters = new RelayCounters();
  private final List<Socket> clients = new ArrayList<>();
  private RelayServer server;
  private DatagramSocket remote;

  @BeforeEach
  void start() throws IOException {
    start(endpoint -> endpoint.getAddress().isLoopbackAddress());
    remote = new DatagramSocket(0, LOOPBACK);
    remote.setSoTimeout(TIMEOUT_MS);
  }

  private void start(Predicate<InetSocketAddress> destinations) throws IOException {
    server = new RelayServer(new InetSocketAddress(LOOPBACK, 0), destinations, counters);
    server.start();
  }

  @AfterEach
  void stop() throws IOException {
    for (Socket client : clients) {
      client.close();
    }
    remote.close();
    server.close();
  }

  private Socket connect() throws IOException {
    var client = new Socket();
    clients.add(client);
    client.connect(server.address(), TIMEOUT_MS);
    client.setSoTimeout(TIMEOUT_MS);
    client.setTcpNoDelay(true);
    return client;
  }

  private Socket accepted() throws IOException {
    Socket client = connect();
    client.getOutputStream().write(GREETING);
    return client;
  }

  private static byte[] record(InetSocketAddress to, byte[] packet) {
    var out = new WireWriter();
    RelayRecords.writePacket(out, to, packet, 0, packet.length);
    return out.toByteArray();
  }

  private InetSocketAddress remoteAddress() {
    return new InetSocketAddress(LOOPBACK, remote.getLocalPort());
  }

  private DatagramPacket received() throws IOException {
    var datagram = new DatagramPacket(new byte[65_536], 65_536);
    remote.receive(datagram);
    return datagram;
  }

  private static byte[] packet(int length) {
    byte[] packet = new byte[length];
    new Random(length).nextBytes(packet);
    return packet;
  }

  private void assertRelays(OutputStream out, InputStream in) throws IOException {
    byte[] packet = packet(100);
    out.write(record(remoteAddress(), packet));
    out.flush();
    DatagramPacket datagram = received();
    assertArrayEquals(packet, Arrays.copyOf(datagram.getData(), datagram.getLength()));

    byte[] answer = packet(4);
    remote.send(new DatagramPacket(answer, answer.length, datagram.getSocketAddress()));
    byte[] expected = record(remoteAddress(), answer);
    assertArrayEquals(expected, in.readNBytes(expected.length));
  }

  private static boolean isClosed(Socket client) throws IOException {
    try {
      return client.getInputStream().read() < 0;
    } catch (SocketException reset) {
      return true;
    }
  }

  @Test
  void relaysBothWays() throws IOException {
    Socket client = accepted();
    assertRelays(client.getOutputStream(), client.getInputStream());
    assertEquals(1, counters.get(Count.RELAYED_OUT));
    assertEquals(1, counters.get(Count.RELAYED_IN));
    client.close();
    Await.until(() -> counters.get(Count.CLIENTS) == 0);
  }

  @Test
  void relaysRecordsHoweverTheStreamIsCut() throws IOException {
    Socket client = connect();
    byte[] packet = packet(50);
    byte[] record = record(remoteAddress(), packet);
    byte[] stream = new byte[GREETING.length + 3 * record.length];
    System.arraycopy(GREETING, 0, stream, 0, GREETING.length);
    for (int i = 0; i < 3; i++) {
      System.arraycopy(record, 0, stream, GREETING.length + i * record.length, record.length);
    }
    for (byte each : stream) {
      client.getOutputStream().write(each);
    }
    for (int i = 0; i < 3; i++) {
      assertEquals(packet.length, received().getLength());
    }
  }

  @Test
  void relaysInsideTls() throws Exception {
    TrustManager any =
        new X509TrustManager() {
          @Override
          public void checkClientTrusted(X509Certificate[] chain, String authType) {}

          @Override
          public void checkServerTrusted(X509Certificate[] chain, String authType) {}

          @Override
          public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
          }
        };
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {any}, null);
    Socket plain = connect();
    try (Socket client =
        context
            .getSocketFactory()
            .createSocket(plain, "localhost", server.address().getPort(), true)) {
      client.getOutputStream().write(GREETING);
      assertRelays(client.getOutputStream(), client.getInputStream());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET / HTTP/1.1\r\n\r\n",
        "\u0000\u0000\u0000\u0000\u0000",
        "\u0016\u0003\u0001\u0000\u0005aaaaaaaaaaaaaaaaaaaaa",
        "\u0017\u0003\u0003\u0000\u0000"
      })
  void closesConnectionsThatSendSomethingElse(String sent) throws IOException {
    Socket client = connect();
    client.getOutputStream().write(sent.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    while (!isClosed(client)) {
      continue; // A TLS alert may come first.
    }
    Await.until(() -> counters.get(Count.CLIENTS) == 0);
  }

  @Test
  void closesConnectionWhosePacketComesBeforeItsGreeting() throws IOException {
    Socket client = connect();
    client.getOutputStream().write(record(remoteAddress(), packet(100)));
    assertTrue(isClosed(client));
    assertEquals(1, counters.get(Count.INVALID));
  }

  @Test
  void closesConnectionAtTheHeaderOfRecordThatIsTooLong() throws IOException {
    Socket client = accepted();
    int body = RelayLimits.MAX_BODY_BYTES + 1;
    client.getOutputStream().write(new byte[] {0x17, 3, 3, (byte) (body >> 8), (byte) body});
    assertTrue(isClosed(client));
    assertEquals(1, counters.get(Count.INVALID));
  }

  @Test
  void dropsPacketsThatAreTooShortOrTooLong() throws IOException {
    Socket client = accepted();
    OutputStream out = client.getOutputStream();
    out.write(record(remoteAddress(), packet(RelayLimits.MIN_PACKET_BYTES - 1)));
    out.write(record(remoteAddress(), packet(RelayLimits.MAX_PACKET_BYTES + 1)));
    out.write(record(remoteAddress(), packet(RelayLimits.MIN_PACKET_BYTES)));
    DatagramPacket first = received();
    assertEquals(RelayLimits.MIN_PACKET_BYTES, first.getLength());
    out.write(record(remoteAddress(), packet(RelayLimits.MAX_PACKET_BYTES)));
    assertEquals(RelayLimits.MAX_PACKET_BYTES, received().getLength());
    assertEquals(2, counters.get(Count.DROPPED_LENGTH));

    byte[] tooLong = packet(RelayLimits.MAX_PACKET_BYTES + 1);
    remote.send(new DatagramPacket(tooLong, tooLong.length, first.getSocketAddress()));
    Await.until(() -> counters.get(Count.DROPPED_LENGTH) == 3);
  }

  @Test
  void forwardsOnlyWhereItMay() throws IOException {
    server.close();
    start(endpoint -> endpoint.getPort() == remote.getLocalPort());
    try (var forbidden = new DatagramSocket(0, LOOPBACK)) {
      Socket client = accepted();
      OutputStream out = client.getOutputStream();
      out.write(record(new InetSocketAddress(LOOPBACK, forbidden.getLocalPort()), packet(100)));
      out.write(record(remoteAddress(), packet(101)));
      DatagramPacket datagram = received();
      assertEquals(101, datagram.getLength());
      assertEquals(1, counters.get(Count.DROPPED_DESTINATION));

      byte[] answer = packet(20);
      forbidden.send(new DatagramPacket(answer, answer.length, datagram.getSocketAddress()));
      Await.until(() -> counters.get(Count.DROPPED_DESTINATION) == 2);
    }
  }

  @Test
  void limitsEndpointsThatAreNewToClient() throws IOException {
    Socket client = accepted();
    int sent = 4 * RelayLimits.NEW_DESTINATIONS_BURST;
    for (int i = 0; i < sent; i++) {
      client
          .getOutputStream()
          .write(record(new InetSocketAddress(LOOPBACK, 20_000 + i), packet(30)));
    }
    Await.until(
        () -> counters.get(Count.RELAYED_OUT) + counters.get(Count.DROPPED_DESTINATION) == sent);
    assertTrue(counters.get(Count.RELAYED_OUT) >= RelayLimits.NEW_DESTINATIONS_BURST);
    assertTrue(counters.get(Count.DROPPED_DESTINATION) > sent / 4);
  }

  @Test
  void limitsConnectionsOfOneAddress() throws IOException {
    for (int i = 0; i < RelayLimits.MAX_CONNECTIONS_PER_ADDRESS; i++) {
      Socket client = accepted();
      assertRelays(client.getOutputStream(), client.getInputStream());
    }
    assertTrue(isClosed(connect()));
    assertEquals(1, counters.get(Count.REJECTED));
    assertEquals(RelayLimits.MAX_CONNECTIONS_PER_ADDRESS, counters.get(Count.CLIENTS));

    clients.getFirst().close();
    Await.until(() -> counters.get(Count.CLIENTS) == RelayLimits.MAX_CONNECTIONS_PER_ADDRESS - 1);
    Socket client = accepted();
    assertRelays(client.getOutputStream(), client.getInputStream());
  }

  @ParameterizedTest
  @CsvSource({"65536, 512", "4096, 512", "1024, 128", "60, 7", "1, 1"})
  void leavesOpenFilesToOthers(int openFiles, int clients) {
    assertEquals(clients, RelayLimits.maxConnections(openFiles));
  }

  @Test
  void dropsDatagramsForClientThatDoesNotRead() throws IOException {
    Socket client = accepted();
    client.getOutputStream().write(record(remoteAddress(), packet(100)));
    DatagramPacket first = received();
    byte[] flood = packet(RelayLimits.MAX_PACKET_BYTES);
    Await.until(
        () -> {
          try {
            for (int i = 0; i < 100; i++) {
              remote.send(new DatagramPacket(flood, flood.length, first.getSocketAddress()));
            }
          } catch (IOException e) {
            throw new AssertionError(e);
          }
          return counters.get(Count.DROPPED_BACKLOG) + counters.get(Count.DROPPED_RATE) > 1_000;
        });

    Socket other = accepted();
    remote.setSoTimeout(TIMEOUT_MS);
    assertRelays(other.getOutputStream(), other.getInputStream());
  }

  @Test
  void slowsDownClientThatSendsTooFast() throws IOException {
    Socket client = accepted();
    byte[] record = record(remoteAddress(), packet(2_000));
    long startNs = System.nanoTime();
    long bytes = 0;
    while (bytes < 4 * RelayLimits.CLIENT_BYTES_PER_S) {
      client.getOutputStream().write(record);
      bytes += record.length;
    }
    Await.until(
        () ->
            (counters.get(Count.RELAYED_OUT) + counters.get(Count.DROPPED_RATE)) * 2_000L
                >= 4 * RelayLimits.CLIENT_BYTES_PER_S * 99 / 100);
    double seconds = (System.nanoTime() - startNs) / 1e9;
    long relayed = counters.get(Count.RELAYED_OUT) * 2_000L;
    double allowed = (seconds + RelayLimits.BURST_S + 0.2) * RelayLimits.CLIENT_BYTES_PER_S;
    assertTrue(relayed <= allowed, () -> relayed + " bytes in " + seconds + " s");
  }

  @Test
  void slowsDownClientWhosePacketsItDrops() throws IOException {
    Socket client = accepted();
    byte[] record = record(remoteAddress(), packet(RelayLimits.MAX_PACKET_BYTES + 1));
    long count = 5 * RelayLimits.CLIENT_BYTES_PER_S / 2 / record.length;
    long startNs = System.nanoTime();
    for (long i = 0; i < count; i++) {
      client.getOutputStream().write(record);
    }
    Await.until(() -> counters.get(Count.DROPPED_LENGTH) == count);
    double seconds = (System.nanoTime() - startNs) / 1e9;
    assertTrue(seconds >= 1.3, () -> seconds + " s for the bytes of 2.5 s, 1 s of them at once");
  }

  @Test
  void closesConnectionThatSendsThoughItIsNotRead() {
    var total = new TokenBucket(1, 1, 0);
    var session = new RelaySession(server.address(), endpoint -> true, total, counters);
    var channel = new EmbeddedChannel(session.new FromNetwork());
    int allowed = (int) RelayLimits.CLIENT_BYTES_PER_S * RelayLimits.BURST_S;
    channel.writeInbound(Unpooled.buffer(allowed).writerIndex(allowed));
    assertTrue(channel.isOpen());

    channel.writeInbound(Unpooled.buffer(allowed).writerIndex(allowed));
    assertFalse(channel.isOpen());
    assertEquals(1, counters.get(Count.INVALID));
    channel.releaseInbound();
  }

  @Test
  void closesConnectionWithoutGreeting() {
    var total = new TokenBucket(1, 1, 0);
    var session = new RelaySession(server.address(), endpoint -> true, total, counters);
    var channel = new EmbeddedChannel(session);
    channel.advanceTimeBy(RelayLimits.GREETING_WITHIN_S - 1, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertTrue(channel.isOpen());

    channel.advanceTimeBy(2, TimeUnit.SECONDS);
    channel.runScheduledPendingTasks();
    assertFalse(channel.isOpen());
    assertEquals(1, counters.get(Count.INVALID));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void boundsWhatItStoresOfRandomStreams(long seed) {
    var random = new Random(seed);
    for (int round = 0; round < 2_000; round++) {
      var reader = new RecordReader();
      byte[] bytes = new byte[random.nextInt(400)];
      random.nextBytes(bytes);
      for (int at = 0; at + READ_HEADER_BYTES < bytes.length && random.nextInt(8) > 0; ) {
        int body = 7 + random.nextInt(30);
        System.arraycopy(
            new byte[] {0x17, 3, 3, 0, (byte) body, 4}, 0, bytes, at, Math.min(6, bytes.length));
        at += 5 + body;
      }
      try {
        reader.read(Unpooled.wrappedBuffer(bytes), (kind, view, array) -> {});
      } catch (net.backhaul.protocol.packet.WireException rejected) {
        assertEquals(0, rejected.getStackTrace().length);
      }
    }
  }
}
