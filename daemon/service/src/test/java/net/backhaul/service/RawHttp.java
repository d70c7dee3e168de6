// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** Sends requests byte for byte and reads the answers. */
public record RawHttp(InetAddress host, int port) {
  private static final int TIMEOUT_MS = 60_000;

  /** An answer; names of headers are case-insensitive. */
  public record Answer(int status, Map<String, String> headers, String body) {}

  /** Sends one request over a connection of its own. */
  public Answer send(String request, boolean hasBody) throws IOException {
    try (var socket = new Socket(host, port)) {
      socket.setSoTimeout(TIMEOUT_MS);
      socket.getOutputStream().write(request.getBytes(StandardCharsets.UTF_8));
      socket.getOutputStream().flush();
      return read(socket.getInputStream(), hasBody);
    }
  }

  /** Reads one answer of a connection. */
  public static Answer read(InputStream in, boolean hasBody) throws IOException {
    String statusLine = line(in);
    Map<String, String> headers = new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      int colon = line.indexOf(':');
      headers.put(line.substring(0, colon), line.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("Content-Length", "0"));
    byte[] body = hasBody ? in.readNBytes(length) : new byte[0];
    return new Answer(
        Integer.parseInt(statusLine.split(" ")[1]),
        headers,
        new String(body, StandardCharsets.UTF_8));
  }

  /** Reads a line without its end. */
  public static String line(InputStream in) throws IOException {
    var line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new IOException("the connection ended after: " + line);
      }
      if (next != '\r') {
        line.write(next);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }
}
