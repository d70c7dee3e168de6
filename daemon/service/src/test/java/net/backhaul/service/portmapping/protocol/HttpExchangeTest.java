// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import net.backhaul.protocol.packet.WireException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HttpExchangeTest {
  /** Adds a response byte by byte; returns its status and body once it is complete. */
  private static String read(String response, boolean close) {
    var exchange = new HttpExchange();
    for (byte each : response.getBytes(StandardCharsets.ISO_8859_1)) {
      HttpExchange.HttpReply complete = exchange.add(new byte[] {each}, 0, 1);
      if (complete != null) {
        return text(complete);
      }
    }
    return close ? text(exchange.closed()) : "";
  }

  private static String text(HttpExchange.HttpReply response) {
    return response == null
        ? "none"
        : response.status() + " " + new String(response.body(), StandardCharsets.ISO_8859_1);
  }

  @Test
  void readsBodiesOfEachLength() {
    assertEquals("200 abc", read("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabcd", false));
    assertEquals("404 ", read("HTTP/1.0 404 No\r\nContent-Length:0\r\n\r\n", false));
    assertEquals("200 abc", read("HTTP/1.1 200 OK\r\n\r\nabc", true));
    assertEquals(
        "200 abcdef",
        read(
            "HTTP/1.1 200 OK\r\n"
                + "Transfer-Encoding: chunked\r\n\r\n"
                + "3\r\n"
                + "abc\r\n"
                + "3;x=y\r\n"
                + "def\r\n"
                + "0\r\n",
            false));
  }

  @Test
  void takesNothingThatIsCutOff() {
    assertEquals("none", read("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nabc", true));
    assertEquals(
        "none", read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", true));
    assertEquals("none", read("HTTP/1.1 200", true));
    assertNull(new HttpExchange().closed());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Length: 65537\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: many\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffff\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        "SSH-2.0-server\r\n\r\n",
        "\r\n\r\n"
      })
  void rejectsInvalidResponses(String response) {
    assertThrows(WireException.class, () -> read(response, false));
  }

  @Test
  void limitsHeadsAndSizesOfChunks() {
    assertThrows(WireException.class, () -> read("HTTP/1.1 200 " + "a".repeat(9_000), false));
    assertThrows(
        WireException.class,
        () ->
            read("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + "0".repeat(600), false));
  }
}
