// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * JSON text as the reference reads and writes it (04 section 0): keys sorted bytewise, no blanks,
 * whole numbers of 64 bits signed or unsigned, doubles in their shortest form.
 *
 * <p>Whole numbers are {@link Long}, and {@link BigInteger} above its range; others are doubles.
 */
public final class Json {
  private static final int MAX_DEPTH = 500;
  private static final BigInteger MAX_U64 = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
  private static final int MAX_PLAIN_EXPONENT = 15;
  private static final int MIN_PLAIN_EXPONENT = -4;

  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .build();

  private Json() {}

  /** Makes an object to fill. */
  public static Map<String, @Nullable Object> object() {
    return new TreeMap<>(Json::compareBytewise);
  }

  /** Orders strings as their bytes in UTF-8 are: pairs of surrogates come after all the rest. */
  private static int compareBytewise(String one, String other) {
    int common = Math.min(one.length(), other.length());
    for (int i = 0; i < common; i++) {
      char mine = one.charAt(i);
      char theirs = other.charAt(i);
      if (mine != theirs) {
        return Character.isSurrogate(mine) == Character.isSurrogate(theirs)
            ? mine - theirs
            : Character.isSurrogate(mine) ? 1 : -1;
      }
    }
    return one.length() - other.length();
  }

  /** Puts a value where there is none; null is one. */
  static void fill(Map<String, @Nullable Object> object, String key, @Nullable Object value) {
    if (!object.containsKey(key)) {
      object.put(key, value);
    }
  }

  /** Returns a number as JSON has it, taking the bits as unsigned. */
  public static Number unsigned(long bits) {
    return bits >= 0 ? (Number) bits : new BigInteger(Long.toUnsignedString(bits));
  }

  /**
   * Reads one value.
   *
   * @throws IllegalArgumentException saying where the text stops to be JSON
   */
  public static @Nullable Object parse(String text) {
    try (JsonParser in = FACTORY.createParser(text)) {
      JsonToken first = in.nextToken();
      if (first == null) {
        throw notJson(1, 1, "expected a value, found the end of the text");
      }
      Object value = read(in, first);
      if (in.nextToken() != null) {
        JsonLocation at = in.currentLocation();
        throw notJson(at.getLineNr(), at.getColumnNr(), "expected the end after the value");
      }
      return value;
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw notJson(
          at == null ? 1 : at.getLineNr(),
          at == null ? 1 : at.getColumnNr(),
          withoutSource(String.valueOf(e.getOriginalMessage())));
    } catch (IOException e) {
      throw new UncheckedIOException("a text in memory cannot fail to be read", e);
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

  /** The parser also says where the value began, and that it does not show its source. */
  private static String withoutSource(String message) {
    int source = message.indexOf(" (for ");
    source = source < 0 ? message.indexOf(" (start marker") : source;
    return source < 0 ? message : message.substring(0, source);
  }

  private static IllegalArgumentException notJson(int line, int column, String what) {
    return new IllegalArgumentException(
        "[json.exception.parse_error.101] parse error at line "
            + line
            + ", column "
            + column
            + ": "
            + what);
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
      case VALUE_NUMBER_INT -> whole(in.getBigIntegerValue());
      case VALUE_NUMBER_FLOAT -> finite(in);
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }

  private static Number whole(BigInteger number) {
    if (number.bitLength() < Long.SIZE) {
      return number.longValue();
    }
    return number.signum() > 0 && number.compareTo(MAX_U64) <= 0
        ? (Number) number
        : number.doubleValue();
  }

  private static double finite(JsonParser in) throws IOException {
    double value = in.getDoubleValue();
    if (Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "[json.exception.out_of_range.406] number overflow parsing '" + in.getText() + "'");
    }
    return value;
  }

  /** Writes a value without blanks. */
  public static String write(@Nullable Object value) {
    return writeIndented(value, 0);
  }

  /**
   * Writes a value with each member and each element on a line of its own.
   *
   * @param blanks by how many blanks a line begins further right than that of its object or array;
   *     0 for all on one line, without blanks
   */
  public static String writeIndented(@Nullable Object value, int blanks) {
    var out = new StringBuilder();
    write(out, value, blanks, 0);
    return out.toString();
  }

  private static void write(StringBuilder out, @Nullable Object value, int blanks, int depth) {
    switch (value) {
      case null -> out.append("null");
      case Map<?, ?> map when map.isEmpty() -> out.append("{}");
      case Map<?, ?> map -> {
        char separator = '{';
        for (Map.Entry<?, ?> each : map.entrySet()) {
          out.append(separator);
          startLine(out, blanks, depth + 1);
          writeString(out, (String) each.getKey());
          out.append(blanks > 0 ? ": " : ":");
          write(out, each.getValue(), blanks, depth + 1);
          separator = ',';
        }
        startLine(out, blanks, depth);
        out.append('}');
      }
      case List<?> list when list.isEmpty() -> out.append("[]");
      case List<?> list -> {
        char separator = '[';
        for (Object each : list) {
          out.append(separator);
          startLine(out, blanks, depth + 1);
          write(out, each, blanks, depth + 1);
          separator = ',';
        }
        startLine(out, blanks, depth);
        out.append(']');
      }
      case String string -> writeString(out, string);
      case Double number -> writeDouble(out, number);
      case Number number -> out.append(number);
      case Boolean bool -> out.append(bool);
      default -> throw new IllegalArgumentException("not a JSON value: " + value.getClass());
    }
  }

  private static void startLine(StringBuilder out, int blanks, int depth) {
    if (blanks > 0) {
      out.append('\n').repeat(' ', blanks * depth);
    }
  }

  private static void writeString(StringBuilder out, String string) {
    out.append('"');
    for (int i = 0; i < string.length(); i++) {
      char c = string.charAt(i);
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
            out.append(String.format("\\u%04x", (int) c));
          } else {
            out.append(c);
          }
        }
      }
    }
    out.append('"');
  }

  /** Writes 0.125, 1.0, 1e+20 and 1.5e-07: with a fraction, or with two digits of exponent. */
  private static void writeDouble(StringBuilder out, double value) {
    if (value == 0) {
      out.append(1 / value < 0 ? "-0.0" : "0.0");
      return;
    }
    BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    int pointAt = shortest.precision() - shortest.scale();
    if (pointAt > MIN_PLAIN_EXPONENT && pointAt <= MAX_PLAIN_EXPONENT) {
      String plain = shortest.toPlainString();
      out.append(plain).append(plain.indexOf('.') < 0 ? ".0" : "");
      return;
    }
    String digits = shortest.unscaledValue().abs().toString();
    int exponent = pointAt - 1;
    out.append(value < 0 ? "-" : "").append(digits.charAt(0));
    if (digits.length() > 1) {
      out.append('.').append(digits, 1, digits.length());
    }
    out.append(exponent < 0 ? "e-" : "e+");
    out.append(Math.abs(exponent) < 10 ? "0" : "").append(Math.abs(exponent));
  }
}
