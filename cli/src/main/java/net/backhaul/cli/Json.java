// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * JSON values as plain Java ones: sorted maps, lists, {@link JsonNumber}s, strings, booleans, null.
 *
 * <p>Keys are sorted and numbers keep their digits, as in the output that scripts know (04 section
 * 0).
 */
final class Json {
  private Json() {}

  /** Text that is no JSON; the message says where and why, beginning with the line. */
  static final class InvalidJson extends Exception {
    private static final long serialVersionUID = 1;

    InvalidJson(String why) {
      super(why, null, false, false);
    }
  }

  /** Reads one value, with nothing behind it. */
  static @Nullable Object parse(String text) throws InvalidJson {
    try (JsonParser in = new JsonFactory().createParser(text)) {
      JsonToken first = in.nextToken();
      if (first == null) {
        throw new InvalidJson(
            "line 1, column 1: syntax error while"
                + " parsing value - unexpected end of input; expected '[', '{', or a literal");
      }
      Object value = value(in, first);
      if (in.nextToken() != null) {
        throw new InvalidJson(place(in.currentTokenLocation()) + ": expected the end, found more");
      }
      return value;
    } catch (JsonProcessingException e) {
      throw new InvalidJson(place(e.getLocation()) + ": " + withoutSource(e.getOriginalMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Cuts off where the parser speaks of its own source, which is the same everywhere. */
  private static String withoutSource(String message) {
    int source = message.indexOf(" (for ");
    source = source < 0 ? message.indexOf(" (start marker") : source;
    return source < 0 ? message : message.substring(0, source);
  }

  private static String place(@Nullable JsonLocation location) {
    return location == null
        ? "an unknown place"
        : "line " + location.getLineNr() + ", column " + location.getColumnNr();
  }

  private static @Nullable Object value(JsonParser in, JsonToken token) throws IOException {
    switch (token) {
      case START_OBJECT:
        Map<String, @Nullable Object> object = new TreeMap<>();
        while (in.nextToken() == JsonToken.FIELD_NAME) {
          String key = in.currentName();
          object.put(key, value(in, in.nextToken()));
        }
        return object;
      case START_ARRAY:
        List<@Nullable Object> array = new ArrayList<>();
        for (JsonToken next = in.nextToken(); next != JsonToken.END_ARRAY; next = in.nextToken()) {
          array.add(value(in, next));
        }
        return array;
      case VALUE_STRING:
        return in.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT:
        return new JsonNumber(in.getText());
      case VALUE_TRUE:
        return Boolean.TRUE;
      case VALUE_FALSE:
        return Boolean.FALSE;
      default:
        return null;
    }
  }

  /** Returns a value indented by one blank per level, as the reference prints it. */
  static String indented(@Nullable Object value) {
    var out = new StringBuilder();
    append(out, value, 0);
    return out.toString();
  }

  private static void append(StringBuilder out, @Nullable Object value, int depth) {
    if (value instanceof Map<?, ?> object) {
      appendObject(out, object, depth);
    } else if (value instanceof List<?> array) {
      appendArray(out, array, depth);
    } else if (value instanceof String text) {
      appendString(out, text);
    } else {
      out.append(value);
    }
  }

  private static void appendObject(StringBuilder out, Map<?, ?> object, int depth) {
    if (object.isEmpty()) {
      out.append("{}");
      return;
    }
    char before = '{';
    for (Map.Entry<?, ?> entry : object.entrySet()) {
      out.append(before).append('\n').repeat(' ', depth + 1);
      appendString(out, (String) entry.getKey());
      out.append(": ");
      append(out, entry.getValue(), depth + 1);
      before = ',';
    }
    out.append('\n').repeat(' ', depth).append('}');
  }

  private static void appendArray(StringBuilder out, List<?> array, int depth) {
    if (array.isEmpty()) {
      out.append("[]");
      return;
    }
    char before = '[';
    for (Object element : array) {
      out.append(before).append('\n').repeat(' ', depth + 1);
      append(out, element, depth + 1);
      before = ',';
    }
    out.append('\n').repeat(' ', depth).append(']');
  }

  /** Returns a text as a JSON string, quotes included. */
  static String quoted(String text) {
    var out = new StringBuilder();
    appendString(out, text);
    return out.toString();
  }

  private static void appendString(StringBuilder out, String text) {
    out.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"' -> out.append("\\\"");
        case '\\' -> out.append("\\\\");
        case '\b' -> out.append("\\b");
        case '\f' -> out.append("\\f");
        case '\n' -> out.append("\\n");
        case '\r' -> out.append("\\r");
        case '\t' -> out.append("\\t");
        default -> {
          if (c < ' ') {
            out.append("\\u00").append(Character.forDigit(c >> 4, 16));
            out.append(Character.forDigit(c & 0xf, 16));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }
}
