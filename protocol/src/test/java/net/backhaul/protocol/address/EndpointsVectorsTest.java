// SPDX-License-Identifier: Apache-2.0
package net.backhaul.protocol.address;

import static net.backhaul.protocol.WireBytes.reader;
import static net.backhaul.testing.Vectors.hex;
import static net.backhaul.testing.Vectors.text;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.InetSocketAddress;
import net.backhaul.protocol.WireBytes;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireReader;
import net.backhaul.testing.Vectors;
import org.junit.jupiter.api.Test;

class EndpointsVectorsTest {
  private final JsonNode file = Vectors.file("crypto/inetaddress.json");

  @Test
  void writesRecordedEndpoints() {
    for (JsonNode vector : file.required("serialise")) {
      String in = text(vector, "text_in");
      InetSocketAddress endpoint = in.isEmpty() ? null : Endpoints.parse(in);

      assertEquals(text(vector, "text_out"), Endpoints.text(endpoint));
      assertEquals(
          text(vector, "binary"), WireBytes.written(out -> Endpoints.write(out, endpoint)));
      if (endpoint != null) {
        assertEquals(endpoint, Endpoints.read(reader(hex(vector, "binary"))));
      }
    }
  }

  @Test
  void readsOrRejectsRecordedBytes() {
    for (JsonNode vector : file.required("deserialise")) {
      byte[] bytes = hex(vector, "binary");
      WireReader in = reader(bytes);
      boolean taken =
          vector.required("accepted").asBoolean()
              && vector.required("consumed").asInt() <= bytes.length;
      if (taken) {
        InetSocketAddress endpoint = Endpoints.read(in);
        assertEquals(vector.required("consumed").asInt(), in.position());
        assertEquals(vector.required("is_null").asBoolean(), endpoint == null);
        assertEquals(text(vector, "text"), Endpoints.text(endpoint));
      } else {
        assertThrows(WireException.class, () -> Endpoints.read(in), text(vector, "name"));
      }
    }
  }

  @Test
  void classifiesRecordedAddresses() {
    for (JsonNode vector : file.required("scopes")) {
      String ip = text(vector, "ip");
      assertEquals(
          vector.required("scope_number").asInt(), IpScope.of(Endpoints.parseIp(ip)).number(), ip);
    }
  }

  @Test
  void readsAddressesOfTheOtherRecording() {
    for (JsonNode vector : Vectors.file("vl1/inetaddress.json").required("addresses")) {
      String in = text(vector, "text");
      InetSocketAddress endpoint = in.isEmpty() ? null : Endpoints.parse(in);
      assertEquals(
          text(vector, "serialized"), WireBytes.written(out -> Endpoints.write(out, endpoint)));
      if (endpoint == null) {
        continue;
      }
      assertEquals(
          vector.required("scope").asInt(), IpScope.of(endpoint.getAddress()).number(), in);
      assertEquals(
          vector.required("valid_for_path").asBoolean(), Endpoints.usableForPath(endpoint), in);
    }
  }

  /** Invalid text that the reference accepts is rejected (01 section 8.2). */
  @Test
  void parsesRecordedTextOrRejectsIt() {
    for (JsonNode vector : file.required("text_parsing")) {
      String in = text(vector, "text_in");
      boolean faulty = !in.matches("(1\\.2\\.3\\.4|::1)(/1)?");
      if (faulty) {
        assertThrows(IllegalArgumentException.class, () -> Endpoints.parse(in), in);
      } else {
        assertEquals(text(vector, "text_out"), Endpoints.text(Endpoints.parse(in)));
      }
    }
  }

  @Test
  void rejectsInvalidText() {
    for (String text :
        new String[] {
          "",
          "junk",
          "1.2.3",
          "1.2.3.256",
          "1.2.3.4/x",
          "1.2.3.4/70000",
          "::1::2",
          "12345::",
          "1.2.3.4.5"
        }) {
      assertThrows(IllegalArgumentException.class, () -> Endpoints.parse(text), text);
    }
  }

  @Test
  void containsAddressesOfThePrefix() {
    IpPrefix prefix = IpPrefix.parse("10.1.2.3/23");

    assertEquals(true, prefix.contains(Endpoints.parseIp("10.1.3.200")));
    assertEquals(false, prefix.contains(Endpoints.parseIp("10.1.4.1")));
    assertEquals(false, prefix.contains(Endpoints.parseIp("fd00::1")));
    assertEquals("10.1.2.3/23", prefix.toString());
  }
}
