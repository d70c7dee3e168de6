// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import static net.backhaul.service.portmapping.protocol.MapperBench.OTHER;
import static net.backhaul.service.portmapping.protocol.MapperBench.ROUTER;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HexFormat;
import java.util.Random;
import net.backhaul.service.portmapping.protocol.MappingCounters.Count;
import net.backhaul.service.portmapping.protocol.MappingStatus.State;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Routers that lie, stall, flood or send garbage, and others that answer in their place. */
class HostileMapperTest {
  private static final String LOCATION = "http://192.168.7.1:5000/rootDesc.xml";
  private static final long SEED = 11;

  private static MapperBench described(String controlUrl, String base) {
    var bench = new MapperBench(MappingProtocol.UPNP);
    bench.found(ROUTER, LOCATION);
    bench.respond(
        200,
        "<root>"
            + base
            + "<service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:1</serviceType>"
            + "<controlURL>"
            + controlUrl
            + "</controlURL></service></root>");
    return bench;
  }

  @ParameterizedTest
  @ValueSource(strings = {"00000000", "7f000001", "e0000001", "ffffffff", "a9fe0001"})
  void rejectsExternalAddressesThatNoPeerCanReach(String ip) {
    var byPcp = new MapperBench(MappingProtocol.PCP);
    byPcp.answer(byPcp.pcp(0, 600, 100, ip));
    assertEquals(State.FAILED, byPcp.state());
    assertTrue(byPcp.why().contains("where no peer can reach it"), byPcp.why());
    assertEquals(1, byPcp.count(Count.FORBIDDEN_ADDRESS));
    assertTrue(byPcp.mapped.isEmpty());

    var byNatPmp = new MapperBench(MappingProtocol.NAT_PMP);
    byNatPmp.answer("008000000000000a" + ip);
    byNatPmp.answer("008100000000000a5dc05dc000000258");
    assertEquals(1, byNatPmp.count(Count.FORBIDDEN_ADDRESS));
    assertTrue(byNatPmp.mapped.isEmpty());
  }

  @Test
  void rejectsPortZero() {
    var bench = new MapperBench(MappingProtocol.NAT_PMP);
    bench.answer("008000000000000a05090004");
    bench.answer("008100000000000a5dc0000000000258");
    assertEquals(1, bench.count(Count.FORBIDDEN_ADDRESS));
    assertTrue(bench.mapped.isEmpty());
  }

  @Test
  void rejectsAddressesOfUpnpThatAreNone() {
    for (String address : new String[] {"", "0.0.0.0", "router.example", "::1", "1.2.3.4.5"}) {
      MapperBench bench = described("/ctl", "");
      bench.respond(200, "<NewExternalIPAddress>" + address + "</NewExternalIPAddress>");
      bench.respond(200, "<done/>");
      assertEquals(State.FAILED, bench.state(), address);
      assertTrue(bench.mapped.isEmpty(), address);
    }
  }

  @Test
  void dropsAnswersWithAnotherNonceOrPort() {
    var bench = new MapperBench(MappingProtocol.PCP);
    String answer = bench.pcp(0, 600, 100, "05090004");
    bench.answer(answer.replace(bench.nonce(), "0".repeat(24)));
    bench.answer(answer.replace("5dc05dc0", "5dc15dc0"));
    assertEquals(2, bench.count(Count.UNSOLICITED));
    assertEquals(State.REQUESTING, bench.state());
    bench.answer(answer);
    assertEquals(State.MAPPED, bench.state());
  }

  @Test
  void dropsAnswersFromOtherAddresses() {
    var bench = new MapperBench(MappingProtocol.PCP);
    bench.answer(OTHER, bench.pcp(0, 600, 100, "05090004"));
    bench.announce(OTHER, "008000000000000005090004");
    assertEquals(2, bench.count(Count.OTHER_SOURCE));
    assertEquals(State.REQUESTING, bench.state());
  }

  @Test
  void survivesTruncatedAndRandomAnswers() {
    var random = new Random(SEED);
    for (MappingProtocol protocol : MappingProtocol.values()) {
      var bench = new MapperBench(protocol);
      byte[] valid =
          HexFormat.of().parseHex(new MapperBench(MappingProtocol.PCP).pcp(0, 9, 9, "05090004"));
      for (int length = 0; length < valid.length; length++) {
        bench.mapper.receive(ROUTER, valid, length, bench.nowMs);
        bench.mapper.announced(ROUTER, valid, length, bench.nowMs);
      }
      for (int i = 0; i < 20_000; i++) {
        byte[] garbage = new byte[random.nextInt(80)];
        random.nextBytes(garbage);
        if (garbage.length > 2 && random.nextBoolean()) {
          garbage[0] = (byte) random.nextInt(3);
          garbage[1] = (byte) (0x80 + random.nextInt(2));
        }
        bench.mapper.receive(ROUTER, garbage, garbage.length, bench.nowMs);
        bench.mapper.announced(ROUTER, garbage, garbage.length, bench.nowMs);
        bench.mapper.found(ROUTER, garbage, garbage.length, bench.nowMs);
        bench.mapper.responded(bench.exchange, garbage, garbage.length, bench.nowMs);
      }
      assertNotEquals(State.MAPPED, bench.state(), () -> protocol + ", seed " + SEED);
      assertTrue(bench.pass(3_600_000) < 1_000);
    }
  }

  @Test
  void limitsRequestsThatAnnouncementsCause() {
    var bench = new MapperBench(MappingProtocol.PCP);
    bench.answer(bench.pcp(0, 600, 100, "05090004"));
    int before = bench.datagrams.size();
    long endMs = bench.nowMs + 60_000;
    for (int i = 0; bench.nowMs < endMs; i++) {
      bench.announce(
          ROUTER, "0280000000000000" + "%08x".formatted(i % 2 * 70_000) + "0".repeat(24));
      bench.pass(10);
      if (bench.datagrams.size() > before && bench.state() != State.FAILED) {
        bench.answer(bench.pcp(0, 600, i % 2 * 70_000, "05090004"));
      }
    }
    assertTrue(
        bench.datagrams.size() - before <= 60_000 / MappingLimits.MIN_SEARCH_SPACING_MS + 1,
        () -> bench.datagrams.size() + " datagrams in a minute");
  }

  @Test
  void limitsRenewalsOfShortLifetimes() {
    var bench = new MapperBench(MappingProtocol.PCP);
    bench.answer(bench.pcp(0, 1, 100, "05090004"));
    for (int i = 0; i < 60; i++) {
      bench.pass(1_000);
      bench.answer(bench.pcp(0, 1, 101 + i, "05090004"));
    }
    assertTrue(bench.datagrams.size() <= 61, () -> bench.datagrams.size() + " in a minute");
    var none = new MapperBench(MappingProtocol.PCP);
    none.answer(none.pcp(0, 0, 100, "05090004"));
    assertEquals("PCP: the router grants it for no time", none.why());
  }

  @Test
  void believesRejectionForHalfAnHourAtMost() {
    var bench = new MapperBench(MappingProtocol.PCP);
    bench.answer(bench.pcp(2, -1, 100, "00000000"));
    bench.pass(MappingLimits.MAX_REJECTION_MS + MappingLimits.LAST_RETRY_MS);
    assertTrue(bench.datagrams.size() > 1);
  }

  // UPnP.

  @Test
  void endsSearchAfterTooManyAnswers() {
    var bench = new MapperBench(MappingProtocol.UPNP);
    for (int i = 0; i < MappingLimits.MAX_SEARCH_ANSWERS; i++) {
      bench.found(OTHER, LOCATION);
      assertTrue(bench.searching);
    }
    bench.found(ROUTER, LOCATION);
    assertFalse(bench.searching);
    assertEquals(MappingLimits.MAX_SEARCH_ANSWERS, bench.count(Count.OTHER_SOURCE));
    assertEquals(1, bench.count(Count.SEARCH_LIMIT));
    assertTrue(bench.requests.isEmpty());
    bench.pass(5_000);
    assertEquals(State.FAILED, bench.state());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://5.9.0.66/rootDesc.xml",
        "http://192.168.7.66:5000/x",
        "http://127.0.0.1:9993/x",
        "http://169.254.169.254/latest",
        "https://192.168.7.1/x",
        "http://router/x",
        "http://192.168.7.1:0/x",
        "http://192.168.7.1:99999/x",
        "http://user@192.168.7.1/x",
        "http://192.168.7.1@5.9.0.66/x",
        "http://192.168.7.1:5000/x y",
        "file:///etc/passwd",
        ""
      })
  void connectsToNoOtherHostThanTheRouter(String location) {
    var bench = new MapperBench(MappingProtocol.UPNP);
    bench.found(ROUTER, location);
    assertTrue(bench.connections.isEmpty());
    assertEquals(1, bench.count(Count.INVALID));
    bench.found(ROUTER, LOCATION);
    assertEquals(1, bench.connections.size(), "a valid answer still counts");
  }

  @Test
  void connectsToNoOtherHostForActions() {
    assertEquals(1, described("http://5.9.0.66/ctl", "").connections.size());
    assertEquals(1, described("/ctl", "<URLBase>http://5.9.0.66/</URLBase>").connections.size());
    assertEquals(
        2, described("/ctl", "<URLBase>http://192.168.7.1:81/</URLBase>").connections.size());
    assertEquals(1, described("/ctl\r\nX: y", "").connections.size());
  }

  @Test
  void limitsLengthAndTimeOfResponses() {
    var bench = new MapperBench(MappingProtocol.UPNP);
    bench.found(ROUTER, LOCATION);
    String part = "a".repeat(1_000);
    bench.respondRaw("HTTP/1.1 200 OK\r\n\r\n");
    for (int i = 0; i < 64; i++) {
      assertEquals(State.REQUESTING, bench.state());
      bench.respondRaw(part);
    }
    bench.respondRaw(part + part);
    assertEquals(State.FAILED, bench.state());
    assertEquals(1, bench.count(Count.RESPONSE_LIMIT));

    var slow = new MapperBench(MappingProtocol.UPNP);
    slow.found(ROUTER, LOCATION);
    for (int i = 0; i < 40; i++) {
      slow.respondRaw("a");
      slow.pass(100);
    }
    assertEquals("UPnP: the router's answer takes too long", slow.why());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><r>&b;</r>",
        "<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><r/>",
        "<r>&b;</r>",
        "<r>",
        "</r>",
        "<r",
        "<![CDATA[x"
      })
  void rejectsDocumentsThatNoRouterNeeds(String document) {
    var bench = new MapperBench(MappingProtocol.UPNP);
    bench.found(ROUTER, LOCATION);
    bench.respond(200, document);
    assertEquals(State.FAILED, bench.state());
    assertEquals(1, bench.count(Count.INVALID));
  }

  @Test
  void limitsDepthAndTextsOfDocuments() {
    for (String document :
        new String[] {
          "<a>".repeat(MappingLimits.MAX_XML_DEPTH + 1),
          "<a>" + "b".repeat(MappingLimits.MAX_XML_TEXT + 1) + "</a>"
        }) {
      var bench = new MapperBench(MappingProtocol.UPNP);
      bench.found(ROUTER, LOCATION);
      bench.respond(200, document);
      assertEquals(1, bench.count(Count.INVALID), document.substring(0, 9));
    }
  }

  @Test
  void ignoresResponsesOfFormerExchanges() {
    var bench = new MapperBench(MappingProtocol.UPNP);
    bench.found(ROUTER, LOCATION);
    byte[] late = "HTTP/1.1 404 X\r\nContent-Length: 0\r\n\r\n".getBytes();
    bench.mapper.responded(bench.exchange - 1, late, late.length, bench.nowMs);
    bench.mapper.closed(bench.exchange - 1, bench.nowMs);
    assertEquals(State.REQUESTING, bench.state());
    bench.mapper.closed(bench.exchange, bench.nowMs);
    assertEquals("UPnP: the router ends the connection", bench.why());
  }
}
