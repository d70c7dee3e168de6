// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.http;

import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * A response; the listener adds its length and the headers of {@link SecurityHeaders}.
 *
 * @param headers values by name
 */
public record WebResponse(int status, Map<String, String> headers, Body body) {
  public static final String JSON = "application/json";
  public static final String CONTENT_TYPE = "Content-Type";
  private static final String ETAG = "ETag";

  /** What follows the head. */
  public sealed interface Body {
    /** A body of known length; not to be changed. */
    record Whole(byte[] bytes) implements Body {}

    /** The content of a file, which is closed afterwards. */
    record Download(FileBody file) implements Body {}

    /** Server-sent events, until either side closes the connection. */
    record Events(EventStream stream) implements Body {}
  }

  public WebResponse {
    headers = Map.copyOf(headers);
  }

  /** Makes a response of status 200 with a JSON value. */
  public static WebResponse json(@Nullable Object value) {
    return json(200, value);
  }

  /** Makes a response with a JSON value. */
  public static WebResponse json(int status, @Nullable Object value) {
    return typed(status, JSON, Json.write(value));
  }

  /** Makes a response with a text of a media type. */
  public static WebResponse typed(int status, String contentType, String text) {
    return new WebResponse(
        status,
        Map.of(CONTENT_TYPE, contentType),
        new Body.Whole(text.getBytes(StandardCharsets.UTF_8)));
  }

  /** Makes a response of status 204, without a body. */
  public static WebResponse empty() {
    return new WebResponse(204, Map.of(), new Body.Whole(new byte[0]));
  }

  /** Makes a response of server-sent events. */
  public static WebResponse events(EventStream stream) {
    return new WebResponse(200, Map.of(CONTENT_TYPE, "text/event-stream"), new Body.Events(stream));
  }

  /** Makes a response with the content of a file. */
  public static WebResponse download(FileBody file) {
    return new WebResponse(
        200, Map.of(CONTENT_TYPE, "application/octet-stream"), new Body.Download(file));
  }

  /** Returns this response with one more header. */
  public WebResponse with(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(headers);
    more.put(name, value);
    return new WebResponse(status, more, body);
  }

  /** Returns this response with the entity tag of a record's revision. */
  public WebResponse withRevision(String revision) {
    return with(ETAG, Preconditions.entityTag(revision));
  }

  /** Returns this response with that of a record which counts its changes likewise. */
  public WebResponse withRevision(long revision) {
    return withRevision(Long.toString(revision));
  }

  /** Returns the text of a whole body; empty for others. */
  public String text() {
    return body instanceof Body.Whole whole
        ? new String(whole.bytes(), StandardCharsets.UTF_8)
        : "";
  }
}
