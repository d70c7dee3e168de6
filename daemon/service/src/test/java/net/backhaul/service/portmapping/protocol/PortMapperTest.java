// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import static net.backhaul.service.portmapping.protocol.MapperBench.EXTERNAL;
import static net.backhaul.service.portmapping.protocol.MapperBench.GATEWAY;
import static net.backhaul.service.portmapping.protocol.MapperBench.OTHER;
import static net.backhaul.service.portmapping.protocol.MapperBench.ROUTER;
import static net.backhaul.service.portmapping.protocol.MapperBench.START_MS;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.service.portmapping.protocol.MappingCounters.Count;
import net.backhaul.service.portmapping.protocol.MappingStatus.State;
import org.junit.jupiter.api.Test;

/** Mappings in simulated time; the answers are those of miniupnpd 2.3.1. */
class PortMapperTest {
  private static final String IP = "05090004";
  private static final String DESCRIPTION =
      """
      <?xml version="1.0"?>
      <root xmlns="urn:schemas-upnp-org:device-1-0" configId="1337"><device><serviceList><service>
      <serviceType>urn:schemas-upnp-org:service:Layer3Forwarding:1</serviceType>
      <controlURL>/ctl/L3F</controlURL></service></serviceList><deviceList><device><serviceList>
      <service><serviceType>urn:schemas-upnp-org:service:WANIPConnection:%d</serviceType>
      <serviceId>urn:upnp-org:serviceId:WANIPConn1</serviceId><SCPDURL>/WANIPCn.xml</SCPDURL>
      <controlURL>/ctl/IPConn</controlURL></service></serviceList></device></deviceList></device>
      </root>
      """;
  private static final String ADDRESS =
      "<s:Envelope><s:Body><u:GetExternalIPAddressResponse><NewExternalIPAddress>5.9.0.4"
          + "</NewExternalIPAddress></u:GetExternalIPAddressResponse></s:Body></s:Envelope>";
  private static final String DONE = "<s:Envelope><s:Body/></s:Envelope>";

  private static String fault(int code) {
    return "<s:Envelope><s:Body><s:Fault><detail><UPnPError><errorCode>"
        + code
        + "</errorCode></UPnPError></detail></s:Fault></s:Body></s:Envelope>";
  }

  // PCP.

  private static MapperBench byPcp() {
    var bench = new MapperBench(MappingProtocol.PCP);
    bench.answer(bench.pcp(0, 600, 100, IP));
    assertEquals(State.MAPPED, bench.state());
    return bench;
  }

  @Test
  void mapsByPcp() {
    var bench = new MapperBench(MappingProtocol.PCP);
    assertEquals(
        "02010000"
            + "00000258"
            + "00000000000000000000ffffc0a80702"
            + bench.nonce()
            + "11000000"
            + "5dc05dc0"
            + "00000000000000000000ffff00000000",
        bench.lastDatagram());
    assertEquals(State.REQUESTING, bench.state());

    bench.answer(bench.pcp(0, 600, 100, IP));

    assertEquals(EXTERNAL, bench.mapper.status().external());
    assertEquals(START_MS + 600_000, bench.mapper.status().expiresMs());
    assertEquals(EXTERNAL, bench.mapped.getLast());
  }

  @Test
  void repeatsRequestAndGivesUp() {
    var bench = new MapperBench(MappingProtocol.PCP);
    bench.pass(2_000);
    assertEquals(MappingLimits.MAX_TRANSMISSIONS, bench.datagrams.size());
    assertEquals(State.FAILED, bench.state());
    assertEquals("PCP: no answer", bench.why());
    bench.pass(MappingLimits.FIRST_RETRY_MS + 1_000);
    assertEquals(2 * MappingLimits.MAX_TRANSMISSIONS, bench.datagrams.size());
    bench.datagrams.clear();
    bench.pass(24 * 3_600_000);
    assertTrue(bench.datagrams.size() <= 3 * 110, "a silent router is tried every 15 minutes");
  }

  @Test
  void renewsAtHalfOfTheLifetimeWithTheSameNonce() {
    MapperBench bench = byPcp();
    String nonce = bench.nonce();
    bench.pass(299_000);
    assertEquals(1, bench.datagrams.size());
    bench.pass(1_000);
    assertEquals(2, bench.datagrams.size());
    assertEquals(nonce, bench.nonce());
    assertTrue(bench.lastDatagram().endsWith("5dc05dc000000000000000000000ffff" + IP), "the same");

    bench.answer(bench.pcp(0, 600, 400, IP));
    assertEquals(START_MS + 900_000, bench.mapper.status().expiresMs());
    assertEquals(1, bench.mapped.size(), "nothing has changed for peers");
  }

  @Test
  void keepsMappingUntilItsEndWhileTheRouterIsSilent() {
    MapperBench bench = byPcp();
    bench.pass(590_000);
    assertEquals(State.MAPPED, bench.state());
    assertTrue(bench.datagrams.size() > 10, "it is renewed again and again");
    bench.pass(14_000);
    assertNull(bench.mapped.getLast());
    assertEquals(State.FAILED, bench.state());
  }

  @Test
  void mapsAgainWhenTheEpochSaysThatTheRouterWasRestarted() {
    MapperBench bench = byPcp();
    bench.pass(20_000);
    bench.announce(ROUTER, "0280000000000000" + "00000078" + "0".repeat(24));
    assertEquals(1, bench.datagrams.size(), "20 s later by both clocks");

    bench.pass(20_000);
    bench.announce(ROUTER, "0280000000000000" + "00000001" + "0".repeat(24));
    assertEquals(2, bench.datagrams.size());
    assertEquals(1, bench.count(Count.LOST));
    bench.answer(bench.pcp(0, 600, 1, IP));
    assertEquals(State.MAPPED, bench.state());
  }

  @Test
  void believesThatMappingIsLostOnceItIsNotGrantedAgain() {
    MapperBench bench = byPcp();
    bench.pass(20_000);
    bench.announce(ROUTER, "0280000000000000" + "00000001" + "0".repeat(24));
    bench.pass(2_000);
    assertNull(bench.mapped.getLast());
  }

  @Test
  void fallsBackToNatPmpAtOnceWhereTheRouterHasOnlyThat() {
    var bench = new MapperBench(MappingProtocol.PCP, MappingProtocol.NAT_PMP);
    bench.answer("0081000100000005");
    assertEquals("000100005dc05dc000000258", bench.lastDatagram());
    assertEquals("0000", bench.hex(1));
  }

  @Test
  void respectsHowLongPcpRejects() {
    var bench = new MapperBench(MappingProtocol.PCP);
    bench.answer(bench.pcp(2, 1_700, 100, "00000000"));
    assertEquals("PCP: the router does not permit it", bench.why());
    bench.pass(1_699_000);
    assertEquals(1, bench.datagrams.size());
    bench.pass(3_600_000);
    assertTrue(bench.datagrams.size() > 1);
  }

  @Test
  void removesMappingAtTheEnd() {
    MapperBench bench = byPcp();
    bench.mapper.end(bench.nowMs);
    assertEquals("00000000", bench.lastDatagram().substring(8, 16), "a lifetime of 0");
    assertTrue(bench.lastDatagram().endsWith("5dc0000000000000000000000000ffff00000000"));
    assertEquals(0, bench.ended);
    bench.answer(bench.pcp(0, 0, 100, IP));
    assertEquals(1, bench.ended);
  }

  @Test
  void endsWithoutAnAnswerAfterItsTime() {
    MapperBench bench = byPcp();
    bench.mapper.end(bench.nowMs);
    bench.pass(MappingLimits.REMOVAL_WITHIN_MS);
    assertEquals(1, bench.ended);
    bench.pass(10_000);
    assertEquals(1, bench.ended);
  }

  @Test
  void endsAtOnceWithoutMapping() {
    var bench = new MapperBench(MappingProtocol.PCP);
    bench.mapper.end(bench.nowMs);
    assertEquals(1, bench.ended);
  }

  @Test
  void mapsAgainAtAnotherRouter() {
    MapperBench bench = byPcp();
    var other = new Gateway(Endpoints.parseIp("10.1.0.1"), Endpoints.parse("10.1.0.9/24000"));
    bench.mapper.gateway(other, "", bench.nowMs);
    assertNull(bench.mapped.getLast());
    assertTrue(
        bench.lastDatagram().startsWith("0201000000000258" + "0".repeat(20) + "ffff0a010009"));
    bench.answer(bench.pcp(0, 600, 100, IP));
    assertEquals(State.REQUESTING, bench.state(), "the former router");
    assertEquals(1, bench.count(Count.OTHER_SOURCE));

    bench.mapper.gateway(null, "none", bench.nowMs);
    assertEquals(State.NOT_NEEDED, bench.state());
    assertEquals("none", bench.why());
    bench.pass(3_600_000);
    bench.mapper.gateway(GATEWAY, "", bench.nowMs);
    assertEquals(State.REQUESTING, bench.state());
  }

  // NAT-PMP.

  private static MapperBench byNatPmp() {
    var bench = new MapperBench(MappingProtocol.NAT_PMP);
    assertEquals("0000", bench.hex(0));
    assertEquals("000100005dc05dc000000258", bench.hex(1));
    bench.answer("008000000000000a" + IP);
    assertEquals(State.REQUESTING, bench.state());
    bench.answer("008100000000000a5dc05dc000000258");
    assertEquals(State.MAPPED, bench.state());
    return bench;
  }

  @Test
  void mapsByNatPmp() {
    MapperBench bench = byNatPmp();
    assertEquals(EXTERNAL, bench.mapper.status().external());
    bench.pass(300_000);
    assertEquals(4, bench.datagrams.size(), "address and mapping again");
  }

  @Test
  void mapsAgainWhenNatPmpAnnouncesARestartOrAnotherAddress() {
    MapperBench bench = byNatPmp();
    bench.pass(10_000);
    bench.announce(ROUTER, "0080000000000014" + IP);
    assertEquals(2, bench.datagrams.size());
    bench.announce(ROUTER, "0080000000000014" + "05090005");
    assertEquals(4, bench.datagrams.size());
    bench.answer("0080000000000014" + "05090005");
    bench.answer("00810000000000145dc05dc000000258");
    assertEquals(Endpoints.parse("5.9.0.5/24000"), bench.mapper.status().external());
    bench.pass(10_000);
    bench.announce(ROUTER, "0080000000000000" + "05090005");
    assertEquals(6, bench.datagrams.size());
  }

  @Test
  void removesMappingByNatPmp() {
    MapperBench bench = byNatPmp();
    bench.mapper.end(bench.nowMs);
    assertEquals("000100005dc0000000000000", bench.lastDatagram());
    bench.answer("008100000000000a5dc0000000000000");
    assertEquals(1, bench.ended);
  }

  @Test
  void triesTheNextProtocolWhereTheRouterHasNoSuchPort() {
    var bench = new MapperBench(MappingProtocol.values());
    bench.mapper.unreachable(bench.nowMs);
    assertEquals(1, bench.datagrams.size(), "NAT-PMP has the same port");
    assertTrue(bench.searching);
  }

  // UPnP.

  private static MapperBench byUpnp(int version) {
    var bench = new MapperBench(MappingProtocol.UPNP);
    bench.found(ROUTER, "http://192.168.7.1:5000/rootDesc.xml");
    assertFalse(bench.searching);
    assertTrue(bench.requests.getLast().startsWith("GET /rootDesc.xml HTTP/1.1\r\n"));
    bench.respond(200, DESCRIPTION.formatted(version));
    assertTrue(bench.requests.getLast().contains("#GetExternalIPAddress\"\r\n"));
    bench.respond(200, ADDRESS);
    return bench;
  }

  @Test
  void mapsByUpnp() {
    MapperBench bench = byUpnp(1);
    String request = bench.requests.getLast();
    assertTrue(request.startsWith("POST /ctl/IPConn HTTP/1.1\r\nHost: 192.168.7.1:5000\r\n"));
    for (String part :
        Arrays.asList(
            "SOAPAction: \"urn:schemas-upnp-org:service:WANIPConnection:1#AddPortMapping\"\r\n",
            "<NewExternalPort>24000</NewExternalPort><NewProtocol>UDP</NewProtocol>",
            "<NewInternalClient>192.168.7.2</NewInternalClient>",
            "<NewLeaseDuration>600</NewLeaseDuration>")) {
      assertTrue(request.contains(part), () -> part + " is missing in " + request);
    }
    bench.respond(200, DONE);
    assertEquals(EXTERNAL, bench.mapper.status().external());

    bench.pass(300_000);
    assertTrue(bench.requests.getLast().contains("#GetExternalIPAddress\"\r\n"), "renewed");
    assertEquals(2, bench.searches.size(), "without a search");
    bench.respond(200, ADDRESS);
    bench.respond(200, DONE);

    bench.mapper.end(bench.nowMs);
    assertTrue(bench.requests.getLast().contains("#DeletePortMapping\""));
    bench.respond(200, DONE);
    assertEquals(1, bench.ended);
  }

  @Test
  void letsRouterOfSecondVersionSelectThePort() {
    MapperBench bench = byUpnp(2);
    assertTrue(bench.requests.getLast().contains("WANIPConnection:2#AddAnyPortMapping"));
    bench.respond(200, "<a><NewReservedPort>31000</NewReservedPort></a>");
    assertEquals(Endpoints.parse("5.9.0.4/31000"), bench.mapper.status().external());
    bench.pass(300_000);
    bench.respond(200, ADDRESS);
    assertTrue(bench.requests.getLast().contains("#AddPortMapping\""));
    assertTrue(bench.requests.getLast().contains("<NewExternalPort>31000<"));
  }

  @Test
  void requestsOtherPortsWhereOneIsInUse() {
    MapperBench bench = byUpnp(1);
    bench.respond(500, fault(718));
    assertTrue(bench.requests.getLast().contains("<NewExternalPort>24001<"));
    for (int i = 1; i < MappingLimits.MAX_PORTS_TRIED; i++) {
      bench.respond(500, fault(718));
    }
    assertEquals("UPnP: other hosts use all ports that were tried", bench.why());
    assertEquals(2 + MappingLimits.MAX_PORTS_TRIED, bench.requests.size());
  }

  @Test
  void takesMappingsWithoutAnEndWhereTheRouterHasNoOthers() {
    MapperBench bench = byUpnp(1);
    bench.respond(500, fault(725));
    assertTrue(bench.requests.getLast().contains("<NewLeaseDuration>0<"));
    bench.respond(200, DONE);
    assertEquals(Long.MAX_VALUE, bench.mapper.status().expiresMs());
    bench.pass(300_000);
    assertEquals(2, bench.count(Count.REQUESTED), "checked all the same");
  }

  @Test
  void searchesAgainWhenTheRouterHasMovedItsService() {
    MapperBench bench = byUpnp(1);
    bench.respond(200, DONE);
    bench.pass(300_000);
    bench.mapper.closed(bench.exchange, bench.nowMs);
    assertEquals(State.MAPPED, bench.state());
    bench.pass(MappingLimits.FIRST_RETRY_MS);
    assertEquals(4, bench.searches.size());
  }

  @Test
  void namesWhatEachProtocolLacks() {
    var bench = new MapperBench(MappingProtocol.values());
    bench.answer(bench.pcp(8, 0, 5, "00000000"));
    bench.answer("0080000300000005");
    bench.found(OTHER, "http://192.168.7.66/x");
    bench.pass(3_000);
    assertEquals(
        "PCP: the router has no resources left; NAT-PMP: the router has no connection to the"
            + " internet; UPnP: no answer",
        bench.why());
  }
}
