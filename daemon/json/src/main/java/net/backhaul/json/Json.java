// SPDX-License-Identifier: Apache-2.0
package net.backhaul.json;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * JSON text as the reference reads and writes it (04 section 0): keys sorted bytewise, no blanks,
 * whole numbers of 64 bits signed or unsigned, doubles in their shortest form.
 *
 * <p>Values are sorted maps, lists, strings, booleans, null and numbers: whole numbers are {@link
 * Long}, and {@link BigInteger} above its range; others are doubles.
 */
public final class Json {
  private static final int MAX_DEPTH = 500;
  private static final BigInteger MAX_U64 = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
  private static final int MAX_PLAIN_EXPONENT = 15;
  private static final int MIN_PLAIN_EXPONENT = -4;
  private static final String INVALID_STRING =
      "syntax error while parsing value - invalid string: ";
  private static final BytewiseOrder BYTEWISE = new BytewiseOrder();

  private static final JsonFactory FACTORY =
      new JsonFactoryBuilder()
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(MAX_DEPTH).build())
          .disable(JsonWriteFeature.WRITE_HEX_UPPER_CASE)
          .build();

  private Json() {}

  /** Returns an empty object, whose keys sort as the reference's do. */
  public static Map<String, @Nullable Object> object() {
    return new TreeMap<>(BYTEWISE);
  }

  /** Orders strings as their bytes in UTF-8: surrogate pairs come after everything else. */
  private static final class BytewiseOrder implements Comparator<String> {
    @Override
    public int compare(String one, String other) {
      int common = Math.min(one.length(), other.length());
      for (int i = 0; i < common; i++) {
        char left = one.charAt(i);
        char right = other.charAt(i);
        if (left != right) {
          return Character.isSurrogate(left) == Character.isSurrogate(right)
              ? left - right
              : Character.isSurrogate(left) ? 1 : -1;
        }
      }
      return one.length() - other.length();
    }
  }

  /** Puts a value unless the key is present; unlike in {@code Map.putIfAbsent}, null is a value. */
  public static void putIfMissing(
      Map<String, @Nullable Object> object, String key, @Nullable Object value) {
    if (!object.containsKey(key)) {
      object.put(key, value);
    }
  }

  /** Returns 64 bits, taken as unsigned, as a JSON number. */
  public static Number unsigned(long bits) {
    return bits >= 0 ? (Number) bits : new BigInteger(Long.toUnsignedString(bits));
  }

  /**
   * Reads one value, which must be the whole text but for a byte order mark before it.
   *
   * @throws InvalidJsonException with the position of the first error
   */
  public static @Nullable Object parse(String text) {
    return parse(text, false);
  }

  private static @Nullable Object parse(String text, boolean isStrict) {
    try (JsonParser in = FACTORY.createParser(ByteOrderMark.strip(text))) {
      JsonToken first = in.nextToken();
      if (first == null) {
        throw InvalidJsonException.atPosition(
            1,
            1,
            "syntax error while parsing value - unexpected end of input;"
                + " expected '[', '{', or a literal");
      }
      Object value = read(in, first, isStrict);
      if (in.nextToken() != null) {
        JsonLocation at = in.currentTokenLocation();
        throw InvalidJsonException.atPosition(
            at.getLineNr(), at.getColumnNr(), "expected the end of the text after the value");
      }
      return value;
    } catch (JsonProcessingException e) {
      JsonLocation at = e.getLocation();
      throw InvalidJsonException.atPosition(
          at == null ? 1 : at.getLineNr(),
          at == null ? 1 : at.getColumnNr(),
          withoutSource(String.valueOf(e.getOriginalMessage())));
    } catch (IOException e) {
      throw new UncheckedIOException("reading a string does no I/O", e);
    }
  }

  /**
   * Reads one value from bytes in UTF-8, which must be well-formed: replaced bytes would be lost
   * where the value is written again.
   *
   * @throws InvalidJsonException with the position of the first error
   */
  public static @Nullable Object parse(ByteBuffer utf8) {
    return parse(text(utf8), false);
  }

  /**
   * Reads one value likewise. Elsewhere the last of several members of the same name counts, as for
   * the reference.
   *
   * @throws RepeatedNameException if an object has two members of the same name
   */
  public static @Nullable Object parseStrictly(ByteBuffer utf8) {
    return parse(text(utf8), true);
  }

  private static String text(ByteBuffer utf8) {
    ByteBuffer bytes = utf8.duplicate();
    CharBuffer text = CharBuffer.allocate(bytes.remaining());
    CoderResult result = StandardCharsets.UTF_8.newDecoder().decode(bytes, text, true);
    text.flip();
    if (result.isError()) {
      String[] lines = text.toString().split("\n", -1);
      throw InvalidJsonException.atPosition(
          lines.length,
          lines[lines.length - 1].length() + 1,
          INVALID_STRING + "ill-formed UTF-8 byte");
    }
    return text.toString();
  }

  /** Reads an object; any other value, and text that is not JSON, gives an empty one. */
  public static Map<String, @Nullable Object> parseLeniently(String text) {
    try {
      return asObject(parse(text));
    } catch (InvalidJsonException e) {
      return object();
    }
  }

  /** Removes the parser's description of its source, which is the same for every text. */
  private static String withoutSource(String message) {
    int source = message.indexOf(" (for ");
    source = source < 0 ? message.indexOf(" (start marker") : source;
    return source < 0 ? message : message.substring(0, source);
  }

  /** Returns a value as an object; an empty one for any other value. */
  @SuppressWarnings("unchecked") // The parser makes no other maps.
  public static Map<String, @Nullable Object> asObject(@Nullable Object value) {
    return value instanceof Map ? (Map<String, @Nullable Object>) value : object();
  }

  private static @Nullable Object read(JsonParser in, JsonToken token, boolean isStrict)
      throws IOException {
    return switch (token) {
      case START_OBJECT -> {
        Map<String, @Nullable Object> object = object();
        while (in.nextToken() != JsonToken.END_OBJECT) {
          String name = wellFormed(in, in.currentName());
          if (isStrict && object.containsKey(name)) {
            throw new RepeatedNameException(path(in.getParsingContext()));
          }
          object.put(name, read(in, in.nextToken(), isStrict));
        }
        yield object;
      }
      case START_ARRAY -> {
        var list = new ArrayList<@Nullable Object>();
        for (JsonToken next = in.nextToken(); next != JsonToken.END_ARRAY; next = in.nextToken()) {
          list.add(read(in, next, isStrict));
        }
        yield list;
      }
      case VALUE_STRING -> wellFormed(in, in.getText());
      case VALUE_NUMBER_INT -> wholeNumber(in);
      case VALUE_NUMBER_FLOAT -> finiteDouble(in);
      case VALUE_TRUE -> true;
      case VALUE_FALSE -> false;
      default -> null;
    };
  }

  /** Returns where the parser is, as routes[1].target. */
  private static String path(JsonStreamContext context) {
    if (context.inRoot()) {
      return "";
    }
    String parent = path(context.getParent());
    if (context.inArray()) {
      return parent + "[" + context.getCurrentIndex() + "]";
    }
    return (parent.isEmpty() ? "" : parent + ".") + context.getCurrentName();
  }

  /** Returns a string; rejects one with half a surrogate pair, which is no text in UTF-8. */
  private static String wellFormed(JsonParser in, String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (!Character.isSurrogate(c)) {
        continue;
      }
      boolean pair = i + 1 < text.length() && Character.isSurrogatePair(c, text.charAt(i + 1));
      if (!pair) {
        JsonLocation at = in.currentTokenLocation();
        String problem =
            Character.isHighSurrogate(c)
                ? "surrogate U+D800..U+DBFF must be followed by U+DC00..U+DFFF"
                : "surrogate U+DC00..U+DFFF must follow U+D800..U+DBFF";
        throw InvalidJsonException.atPosition(
            at.getLineNr(), at.getColumnNr(), INVALID_STRING + problem);
      }
      i++;
    }
    return text;
  }

  private static Number wholeNumber(JsonParser in) throws IOException {
    if (in.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
      return in.getLongValue();
    }
    BigInteger number = in.getBigIntegerValue();
    return number.signum() > 0 && number.compareTo(MAX_U64) <= 0
        ? (Number) number
        : finiteDouble(in);
  }

  private static double finiteDouble(JsonParser in) throws IOException {
    double value = in.getDoubleValue();
    if (Double.isInfinite(value)) {
      throw InvalidJsonException.numberOverflow(in.getText());
    }
    return value;
  }

  /** Writes a value on one line, without blanks. */
  public static String write(@Nullable Object value) {
    return write(value, 0);
  }

  /**
   * Writes a value with each member and each element on its own line.
   *
   * @param blanks the indentation of each level
   */
  public static String writeIndented(@Nullable Object value, int blanks) {
    return write(value, blanks);
  }

  private static String write(@Nullable Object value, int blanks) {
    var text = new StringWriter();
    try (JsonGenerator out = FACTORY.createGenerator(text)) {
      if (blanks > 0) {
        out.setPrettyPrinter(indentation(blanks));
      }
      append(out, value);
    } catch (IOException e) {
      throw new UncheckedIOException("writing a string does no I/O", e);
    }
    return text.toString();
  }

  /** Returns a new printer: it counts the levels of the one text that it is used for. */
  private static DefaultPrettyPrinter indentation(int blanks) {
    var printer =
        new DefaultPrettyPrinter(
            Separators.createDefaultInstance()
                .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
                .withObjectEmptySeparator("")
                .withArrayEmptySeparator(""));
    var lines = new DefaultIndenter(" ".repeat(blanks), "\n");
    printer.indentObjectsWith(lines);
    printer.indentArraysWith(lines);
    return printer;
  }

  private static void append(JsonGenerator out, @Nullable Object value) throws IOException {
    if (value == null) {
      out.writeNull();
    } else if (value instanceof Map<?, ?> object) {
      out.writeStartObject();
      for (Map.Entry<?, ?> member : object.entrySet()) {
        out.writeFieldName((String) member.getKey());
        append(out, member.getValue());
      }
      out.writeEndObject();
    } else if (value instanceof List<?> array) {
      out.writeStartArray();
      for (Object element : array) {
        append(out, element);
      }
      out.writeEndArray();
    } else if (value instanceof String string) {
      out.writeString(string);
    } else if (value instanceof Boolean bool) {
      out.writeBoolean(bool);
    } else if (value instanceof Double number) {
      out.writeNumber(text(number));
    } else if (value instanceof BigInteger number) {
      out.writeNumber(number);
    } else if (value instanceof Long || value instanceof Integer) {
      out.writeNumber(((Number) value).longValue());
    } else {
      throw new IllegalArgumentException("not a JSON value: " + value.getClass());
    }
  }

  /** Returns 0.125, 1.0, 1e+20 or 1.5e-07: with a fraction, or with two digits of exponent. */
  private static String text(double value) {
    if (value == 0) {
      return 1 / value < 0 ? "-0.0" : "0.0";
    }
    BigDecimal shortest = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    int pointAt = shortest.precision() - shortest.scale();
    if (pointAt > MIN_PLAIN_EXPONENT && pointAt <= MAX_PLAIN_EXPONENT) {
      String plain = shortest.toPlainString();
      return plain.indexOf('.') < 0 ? plain + ".0" : plain;
    }
    String digits = shortest.unscaledValue().abs().toString();
    int exponent = pointAt - 1;
    return (value < 0 ? "-" : "")
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + (exponent < 0 ? "e-" : "e+")
        + (Math.abs(exponent) < 10 ? "0" : "")
        + Math.abs(exponent);
  }
}
