// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.page;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import net.backhaul.web.http.WebRequest;
import net.backhaul.web.http.WebResponse;

/**
 * A file of the page, compressed once.
 *
 * @param id the beginning of the hash of its content, which its URL has
 * @param bytes not to be changed
 * @param gzip the same, compressed; not to be changed
 */
record PageAsset(long id, String contentType, byte[] bytes, byte[] gzip) {
  static PageAsset of(String contentType, byte[] bytes) {
    return new PageAsset(
        ByteBuffer.wrap(sha256(bytes)).getLong(), contentType, bytes, compress(bytes));
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every Java runtime has SHA-256", e);
    }
  }

  private static byte[] compress(byte[] bytes) {
    var out = new ByteArrayOutputStream();
    try (var gzip =
        new GZIPOutputStream(out) {
          {
            def.setLevel(Deflater.BEST_COMPRESSION);
          }
        }) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  String idText() {
    return HexFormat.of().toHexDigits(id);
  }

  /**
   * Answers a request for this file: 304 where the client has it.
   *
   * @param cacheControl how long the client may use it without asking again
   */
  WebResponse response(WebRequest request, String cacheControl) {
    String entityTag = '"' + idText() + '"';
    boolean isKnown = entityTag.equals(request.header("if-none-match"));
    boolean isCompressed = !isKnown && acceptsGzip(request);
    byte[] body = isKnown ? new byte[0] : isCompressed ? gzip : bytes;
    var response =
        new WebResponse(
            isKnown ? 304 : 200,
            Map.of(
                WebResponse.CONTENT_TYPE,
                contentType,
                "ETag",
                entityTag,
                "Cache-Control",
                cacheControl,
                "Vary",
                "Accept-Encoding"),
            new WebResponse.Body.Whole(body));
    return isCompressed ? response.with("Content-Encoding", "gzip") : response;
  }

  private static boolean acceptsGzip(WebRequest request) {
    String accepted = request.header("accept-encoding");
    if (accepted == null) {
      return false;
    }
    for (String each : accepted.split(",", -1)) {
      String[] parts = each.strip().split(";", 2);
      if (parts[0].strip().equalsIgnoreCase("gzip")) {
        return parts.length == 1 || !parts[1].strip().matches("q=0(\\.0*)?");
      }
    }
    return false;
  }
}
