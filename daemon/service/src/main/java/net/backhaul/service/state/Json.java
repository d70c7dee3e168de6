// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.state;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * JSON as plain values: sorted maps, lists, strings, numbers, booleans and null (04 section 0).
 *
 * <p>Keys are written sorted and without blanks, as front ends know it from the reference.
 */
public final class Json {
  private static final int MAX_DEPTH = 200;
  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  private Json() {}

  /** Makes an object to fill. */
  public static Map<String, @Nullable Object> object() {
    return new TreeMap<>();
  }

  /**
   * Reads one value.
   *
   * @throws IllegalArgumentException saying where it stops to be JSON
   */
  public static @Nullable Object parse(String text) {
    try (JsonParser in = FACTORY.createParser(text)) {
      JsonToken first = in.nextToken();
      if (first == null) {
        throw new IllegalArgumentException(
            "[json.exception.parse_error.101] parse error at line 1, column 1: "
                + "expected a value, found the end of the text");
      }
      Object value = read(in, first);
      if (in.nextToken() != null) {
        throw new IllegalArgumentException(
            "[json.exception.parse_error.101] parse error: expected the end after the value");
      }
      return value;
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw new IllegalArgumentException(
          "[json.exception.parse_error.101] parse error at line %d, column %d: %s"
              .formatted(
                  at == null ? 0 : at.getLineNr(),
                  at == null ? 0 : at.getColumnNr(),
                  e.getOriginalMessage()),
          e);
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot fail to be read", e);
    }
  }

  /** Reads an object; anything else, and what is not JSON, counts as an empty one. */
  public static Map<String, @Nullable Object> parseLeniently(String text) {
    try {
      return asObject(parse(text));
    } catch (IllegalArgumentException notJson) {
      return object();
    }
  }

  /** Returns a value as an object; an empty one where it is something else. */
  @SuppressWarnings("unchecked") // The parser makes no other maps.
  public static Map<String, @Nullable Object> asObject(@Nullable Object value) {
    return value instanceof Map ? (Map<String, @Nullable Object>) value : object();
  }

  private static @Nullable Object read(JsonParser in, JsonToken token) throws IOException {
    return switch (token) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> object = object();
        while (in.nextToken() != JsonToken.END_OBJECT) {
          String name = in.currentName();
          object.put(name, read(in, in.nextToken()));
        }
        yield object;
      }
      case START_ARRAY -> {
        var list = new ArrayList<@Nullable Object>();
        for (JsonToken next = in.nextToken(); next != JsonToken.END_ARRAY; next = in.nextToken()) {
          list.add(read(in, next));
        }
        yield list;
      }
      case VALUE_STRING -> in.getText();
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> in.getNumberValue();
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }

  /** Writes a value without blanks. */
  public static String write(@Nullable Object value) {
    return write(value, 0);
  }

  /** Writes a value with each member on a line of its own. */
  public static String writeIndented(@Nullable Object value, int blanks) {
    return write(value, blanks);
  }

  private static String write(@Nullable Object value, int blanks) {
    var text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      if (blanks > 0) {
        var indenter = new DefaultIndenter(" ".repeat(blanks), "\n");
        out.setPrettyPrinter(
            new DefaultPrettyPrinter(
                    Separators.createDefaultInstance()
                        .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                        .withObjectEmptySeparator("")
                        .withArrayEmptySeparator(""))
                .withObjectIndenter(indenter)
                .withArrayIndenter(indenter));
      }
      write(out, value);
    } catch (IOException e) {
      throw new UncheckedIOException("a string cannot fail to be written", e);
    }
    return text.toString();
  }

  private static void write(JsonGenerator out, @Nullable Object value) throws IOException {
    switch (value) {
      case null -> out.writeNull();
      case Map<?, ?> map -> {
        out.writeStartObject();
        for (Map.Entry<?, ?> each : map.entrySet()) {
          out.writeFieldName((String) each.getKey());
          write(out, each.getValue());
        }
        out.writeEndObject();
      }
      case List<?> list -> {
        out.writeStartArray();
        for (Object each : list) {
          write(out, each);
        }
        out.writeEndArray();
      }
      case String string -> out.writeString(string);
      case Boolean bool -> out.writeBoolean(bool);
      case Long number -> out.writeNumber(number);
      case Integer number -> out.writeNumber(number);
      case Number number -> out.writeNumber(number.toString());
      default -> throw new IllegalArgumentException("not a JSON value: " + value.getClass());
    }
  }
}
