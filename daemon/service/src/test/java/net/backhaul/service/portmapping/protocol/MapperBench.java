// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.service.portmapping.protocol.MappingCounters.Count;
import org.jspecify.annotations.Nullable;

/** A mapper in simulated time, and what it has sent. */
final class MapperBench implements MapperOutput {
  static final long START_MS = 1_700_000_000_000L;
  static final int PORT = 24_000;
  static final InetAddress ROUTER = Endpoints.parseIp("192.168.7.1");
  static final InetAddress OTHER = Endpoints.parseIp("192.168.7.66");
  static final Gateway GATEWAY = new Gateway(ROUTER, Endpoints.parse("192.168.7.2/" + PORT));
  static final InetSocketAddress EXTERNAL = Endpoints.parse("5.9.0.4/" + PORT);

  final List<byte[]> datagrams = new ArrayList<>();
  final List<String> searches = new ArrayList<>();
  final List<String> requests = new ArrayList<>();
  final List<InetSocketAddress> connections = new ArrayList<>();
  final List<@Nullable InetSocketAddress> mapped = new ArrayList<>();
  final MappingCounters counters = new MappingCounters();
  final PortMapper mapper;
  boolean searching;
  int exchange;
  int ended;
  long nowMs = START_MS;

  MapperBench(MappingProtocol... protocols) {
    mapper =
        new PortMapper(
            new MapperOptions(List.of(protocols), 600, 300_000), new Random(7), this, counters);
    mapper.gateway(GATEWAY, "", nowMs);
  }

  @Override
  public void sendToGateway(byte[] datagram) {
    datagrams.add(datagram);
  }

  @Override
  public void search(byte[] datagram) {
    searches.add(new String(datagram, StandardCharsets.ISO_8859_1));
    searching = true;
  }

  @Override
  public void endSearch() {
    searching = false;
  }

  @Override
  public void exchange(int number, InetSocketAddress to, byte[] request) {
    exchange = number;
    connections.add(to);
    requests.add(new String(request, StandardCharsets.ISO_8859_1));
  }

  @Override
  public void endExchange() {}

  @Override
  public void mapped(@Nullable InetSocketAddress external) {
    mapped.add(external);
  }

  @Override
  public void ended() {
    ended++;
  }

  /** Advances the mapper to each of its deadlines within a time; returns how many there were. */
  int pass(long ms) {
    long endMs = nowMs + ms;
    int deadlines = 0;
    while (mapper.nextDeadlineMs() <= endMs) {
      assertTrue(mapper.nextDeadlineMs() >= nowMs - ms, "a deadline in the past stays");
      nowMs = Math.max(nowMs, mapper.nextDeadlineMs());
      mapper.advance(nowMs);
      deadlines++;
      assertTrue(deadlines < 10_000, "too many deadlines");
    }
    nowMs = endMs;
    return deadlines;
  }

  void answer(String hex) {
    answer(ROUTER, hex);
  }

  void answer(InetAddress from, String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    mapper.receive(from, bytes, bytes.length, nowMs);
  }

  void announce(InetAddress from, String hex) {
    byte[] bytes = HexFormat.of().parseHex(hex);
    mapper.announced(from, bytes, bytes.length, nowMs);
  }

  String lastDatagram() {
    return HexFormat.of().formatHex(datagrams.getLast());
  }

  String hex(int datagram) {
    return HexFormat.of().formatHex(datagrams.get(datagram));
  }

  void found(InetAddress from, String location) {
    byte[] bytes =
        ("HTTP/1.1 200 OK\r\nCACHE-CONTROL: max-age=120\r\n"
                + "ST: urn:schemas-upnp-org:device:InternetGatewayDevice:1\r\nEXT:\r\nLOCATION: "
                + location
                + "\r\n\r\n")
            .getBytes(StandardCharsets.ISO_8859_1);
    mapper.found(from, bytes, bytes.length, nowMs);
  }

  void respond(int status, String body) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    respondRaw("HTTP/1.1 " + status + " X\r\nContent-Length: " + bytes.length + "\r\n\r\n" + body);
  }

  void respondRaw(String response) {
    byte[] bytes = response.getBytes(StandardCharsets.UTF_8);
    mapper.responded(exchange, bytes, bytes.length, nowMs);
  }

  long count(Count what) {
    return counters.get(what);
  }

  String why() {
    return mapper.status().why();
  }

  MappingStatus.State state() {
    return mapper.status().state();
  }

  String nonce() {
    return lastDatagram().substring(48, 72);
  }

  /** Returns a PCP response to the last request. */
  String pcp(int result, int lifetimeS, int epochS, String externalIp) {
    return "0281"
        + "00%02x".formatted(result)
        + "%08x%08x".formatted(lifetimeS, epochS)
        + "0".repeat(24)
        + nonce()
        + "11000000"
        + "5dc05dc0"
        + "0".repeat(20)
        + "ffff"
        + externalIp;
  }
}
