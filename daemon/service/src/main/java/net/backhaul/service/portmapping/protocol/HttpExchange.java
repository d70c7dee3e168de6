// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import net.backhaul.protocol.packet.WireException;
import net.backhaul.protocol.packet.WireWriter;
import org.jspecify.annotations.Nullable;

/** Collects the response to one HTTP request, up to a limit (RFC 9112). */
final class HttpExchange {
  private static final byte[] HEAD_END = {'\r', '\n', '\r', '\n'};
  private static final int UNTIL_CLOSED = -1;
  private static final int CHUNKED = -2;
  private static final int HEX = 16;
  private static final int STATUS_AT = 9;
  private static final int STATUS_DIGITS = 3;

  private final WireWriter received = new WireWriter(MappingLimits.MAX_RESPONSE_BYTES);
  private final WireWriter chunks = new WireWriter(MappingLimits.MAX_RESPONSE_BYTES);
  private int searchedTo;
  private int bodyAt;
  private int bodyLength;
  private int chunkAt;
  private int status;

  /** A response: its status, and the whole body. */
  record HttpReply(int status, byte[] body) {}

  /**
   * Adds bytes.
   *
   * @return the response, once it is complete
   */
  @Nullable HttpReply add(byte[] bytes, int start, int length) {
    if (length > MappingLimits.MAX_RESPONSE_BYTES - received.size()) {
      throw new WireException("a response that is too long");
    }
    received.bytes(bytes, start, length);
    if (bodyAt == 0) {
      readHead();
    }
    if (bodyAt == 0 || bodyLength == UNTIL_CLOSED) {
      return null;
    }
    if (bodyLength == CHUNKED) {
      return readChunks() ? new HttpReply(status, chunks.toByteArray()) : null;
    }
    return received.size() - bodyAt >= bodyLength ? response(bodyAt + bodyLength) : null;
  }

  /** Returns the response of a connection that the other side has closed; null if it is cut off. */
  @Nullable HttpReply closed() {
    return bodyAt != 0 && bodyLength == UNTIL_CLOSED ? response(received.size()) : null;
  }

  private HttpReply response(int end) {
    return new HttpReply(status, Arrays.copyOfRange(received.array(), bodyAt, end));
  }

  private void readHead() {
    byte[] all = received.array();
    for (int i = searchedTo; i + HEAD_END.length <= received.size(); i++) {
      if (Arrays.equals(all, i, i + HEAD_END.length, HEAD_END, 0, HEAD_END.length)) {
        readHead(new String(all, 0, i, StandardCharsets.ISO_8859_1));
        bodyAt = i + HEAD_END.length;
        chunkAt = bodyAt;
        return;
      }
      searchedTo = i + 1;
    }
    if (received.size() > MappingLimits.MAX_HEAD_BYTES) {
      throw new WireException("a head of a response that is too long");
    }
  }

  private void readHead(String head) {
    if (head.length() > MappingLimits.MAX_HEAD_BYTES
        || head.length() < STATUS_AT + STATUS_DIGITS
        || !head.startsWith("HTTP/1.")) {
      throw new WireException("no response of HTTP");
    }
    status = number(head.substring(STATUS_AT, STATUS_AT + STATUS_DIGITS), 10);
    bodyLength = UNTIL_CLOSED;
    for (String line : head.split("\r\n")) {
      int colon = line.indexOf(':');
      String name = colon < 0 ? "" : line.substring(0, colon).toLowerCase(Locale.ROOT);
      String value = line.substring(colon + 1).strip();
      if (name.equals("transfer-encoding") && value.toLowerCase(Locale.ROOT).endsWith("chunked")) {
        bodyLength = CHUNKED;
      } else if (name.equals("content-length") && bodyLength != CHUNKED) {
        bodyLength = number(value, 10);
      }
    }
  }

  /** Reads the chunks that are complete; returns whether the last one is. */
  private boolean readChunks() {
    byte[] all = received.array();
    while (true) {
      int lineEnd = chunkAt;
      while (lineEnd < received.size() && all[lineEnd] != '\n') {
        lineEnd++;
      }
      if (lineEnd - chunkAt > MappingLimits.MAX_URL) {
        throw new WireException("a size of a chunk that is too long");
      }
      if (lineEnd == received.size()) {
        return false;
      }
      String line =
          new String(all, chunkAt, lineEnd - chunkAt, StandardCharsets.ISO_8859_1).strip();
      int semicolon = line.indexOf(';');
      int size = number(semicolon < 0 ? line : line.substring(0, semicolon).strip(), HEX);
      if (size == 0) {
        return true;
      }
      int dataAt = lineEnd + 1;
      if (received.size() - dataAt < size + 2) {
        return false;
      }
      chunks.bytes(all, dataAt, size);
      chunkAt = dataAt + size + 2;
    }
  }

  private static int number(String digits, int radix) {
    try {
      int value = Integer.parseInt(digits, radix);
      if (value >= 0 && value <= MappingLimits.MAX_RESPONSE_BYTES) {
        return value;
      }
    } catch (NumberFormatException e) {
      throw new WireException("no number in the head of a response");
    }
    throw new WireException("a length beyond the limit");
  }
}
