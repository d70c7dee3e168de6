// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.http;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import net.backhaul.json.InvalidJsonException;
import net.backhaul.json.Json;
import net.backhaul.json.RepeatedNameException;
import org.jspecify.annotations.Nullable;

/**
 * The members of a JSON object in a request, read one by one and strictly: a value of another kind,
 * out of range or without use is an error that names its field. All errors are reported together,
 * by {@link #done}.
 */
public final class Fields {
  /** A longer text is not repeated where it was not expected. */
  private static final int MAX_FOUND_CHARS = 40;

  private final Map<String, @Nullable Object> object;
  private final String prefix;
  private final List<RequestProblem.Field> errors;
  private final Set<String> used = new HashSet<>();

  /** The names that were asked for; a request with another one is told them. */
  private final Set<String> known = new TreeSet<>();

  private final List<Fields> nested = new ArrayList<>();

  private Fields(
      Map<String, @Nullable Object> object, String prefix, List<RequestProblem.Field> errors) {
    this.object = object;
    this.prefix = prefix;
    this.errors = errors;
  }

  /** Reads an object from a part of a request that has been parsed. */
  public static Fields of(Map<String, @Nullable Object> object) {
    return new Fields(object, "", new ArrayList<>());
  }

  /** Reads the body of a request, which must be a JSON object. */
  public static Fields read(WebRequest request) {
    String type = request.header("content-type");
    if (type == null
        || !type.toLowerCase(Locale.ROOT).split(";", 2)[0].strip().equals(WebResponse.JSON)) {
      throw new ProblemException(
          RequestProblem.of(
              415,
              "unsupported-media-type",
              "Content-Type: expected application/json, found " + (type == null ? "none" : type)));
    }
    if (request.body().length == 0) {
      throw new ProblemException(
          RequestProblem.of(
              400, "invalid-json", "expected a JSON object, found no body; {} is one"));
    }
    limitDepth(request.body());
    try {
      if (Json.parseStrictly(ByteBuffer.wrap(request.body())) instanceof Map<?, ?> map) {
        return of(Json.asObject(map));
      }
    } catch (RepeatedNameException e) {
      throw RequestProblem.field(e.path(), "expected once, found twice");
    } catch (InvalidJsonException e) {
      throw new ProblemException(
          RequestProblem.of(400, "invalid-json", "expected JSON: " + e.getMessage()));
    }
    throw new ProblemException(RequestProblem.of(400, "invalid-json", "expected a JSON object"));
  }

  /** Counts brackets outside of strings; text that is not JSON is left to the parser. */
  private static void limitDepth(byte[] text) {
    int depth = 0;
    boolean inString = false;
    for (int i = 0; i < text.length; i++) {
      byte next = text[i];
      if (inString) {
        i += next == '\\' ? 1 : 0;
        inString = next != '"';
      } else if (next == '"') {
        inString = true;
      } else if (next == '[' || next == '{') {
        depth++;
      } else if (next == ']' || next == '}') {
        depth--;
      }
      if (depth > WebLimits.MAX_JSON_DEPTH) {
        throw new ProblemException(
            RequestProblem.of(
                400,
                "invalid-json",
                "expected JSON nested at most " + WebLimits.MAX_JSON_DEPTH + " levels deep"));
      }
    }
  }

  /** Returns whether a field is present; null counts. */
  public boolean has(String name) {
    known.add(name);
    return object.containsKey(name);
  }

  /** Returns whether a field is present with a value; null counts as absent. */
  public boolean isSet(String name) {
    if (has(name) && object.get(name) == null) {
      used.add(name);
    }
    return object.get(name) != null;
  }

  /** Records that a field is invalid. */
  public void reject(String name, String detail) {
    add(prefix + name, detail);
  }

  /** Adds an error; those beyond the limit are left out, so that the response stays short. */
  private void add(String path, String detail) {
    if (errors.size() < WebLimits.MAX_FIELD_ERRORS) {
      errors.add(new RequestProblem.Field(path, detail));
    }
  }

  private @Nullable Object take(String name) {
    known.add(name);
    used.add(name);
    return object.get(name);
  }

  private void expected(String name, String what) {
    if (!object.containsKey(name)) {
      reject(name, "expected " + what + ", found none");
    } else {
      reject(name, "expected " + what + ", found " + kind(object.get(name)));
    }
  }

  private static String kind(@Nullable Object value) {
    return switch (value) {
      case null -> "null";
      case Map<?, ?> map -> "an object";
      case List<?> list -> "an array";
      case String text -> isShort(text) ? '"' + text + '"' : "a string";
      case Boolean bool -> "a boolean";
      default -> "a number";
    };
  }

  private static boolean isShort(String text) {
    return text.length() <= MAX_FOUND_CHARS
        && text.codePoints().allMatch(each -> PlainText.isAllowed(each, false));
  }

  /**
   * Reads a text without control characters and without characters that change its direction.
   * Returns an empty one if it is invalid.
   *
   * @param maxBytes of the text in UTF-8
   */
  public String text(String name, int maxBytes) {
    return text(name, maxBytes, false);
  }

  /** Reads a text that may have several lines. */
  public String lines(String name, int maxBytes) {
    return text(name, maxBytes, true);
  }

  private String text(String name, int maxBytes, boolean severalLines) {
    if (!(take(name) instanceof String text)) {
      expected(name, "a string");
      return "";
    }
    if (text.getBytes(StandardCharsets.UTF_8).length > maxBytes) {
      reject(name, "expected at most " + maxBytes + " bytes");
      return "";
    }
    if (text.codePoints().anyMatch(each -> !PlainText.isAllowed(each, severalLines))) {
      reject(name, "expected no control characters and none that change the direction of text");
      return "";
    }
    return text;
  }

  /** Reads a secret, which may have any characters. */
  public String secret(String name, int maxBytes) {
    if (!(take(name) instanceof String text)) {
      expected(name, "a string");
      return "";
    }
    if (text.getBytes(StandardCharsets.UTF_8).length > maxBytes) {
      reject(name, "expected at most " + maxBytes + " bytes");
      return "";
    }
    return text;
  }

  /** Reads a boolean; false if it is invalid. */
  public boolean bool(String name) {
    if (take(name) instanceof Boolean value) {
      return value;
    }
    expected(name, "true or false");
    return false;
  }

  /** Reads a whole number; the least if it is invalid. */
  public long number(String name, long least, long most) {
    Object value = take(name);
    if (value instanceof Long number && number >= least && number <= most) {
      return number;
    }
    if (value instanceof Number) {
      reject(name, "expected a whole number from " + least + " to " + most + ", found " + value);
    } else {
      expected(name, "a whole number from " + least + " to " + most);
    }
    return least;
  }

  /** Reads an array of at most some elements; an empty one if it is invalid. */
  public List<?> list(String name, int most) {
    if (!(take(name) instanceof List<?> list)) {
      expected(name, "an array");
      return List.of();
    }
    if (list.size() > most) {
      reject(name, "expected at most " + most + " elements, found " + list.size());
      return List.of();
    }
    return list;
  }

  /** Reads an array of strings; elements of another kind are errors. */
  public List<String> texts(String name, int most) {
    var texts = new ArrayList<String>();
    List<?> list = list(name, most);
    for (int i = 0; i < list.size(); i++) {
      if (list.get(i) instanceof String text) {
        texts.add(text);
      } else {
        reject(name + "[" + i + "]", "expected a string, found " + kind(list.get(i)));
      }
    }
    return texts;
  }

  /** Reads an array of objects. */
  public List<Fields> objects(String name, int most) {
    var objects = new ArrayList<Fields>();
    List<?> list = list(name, most);
    for (int i = 0; i < list.size(); i++) {
      String path = prefix + name + "[" + i + "]";
      if (list.get(i) instanceof Map<?, ?> map) {
        objects.add(nest(new Fields(Json.asObject(map), path + ".", errors)));
      } else {
        add(path, "expected an object, found " + kind(list.get(i)));
      }
    }
    return objects;
  }

  /** Reads an object; an empty one if it is invalid. */
  public Fields object(String name) {
    if (take(name) instanceof Map<?, ?> map) {
      return nest(new Fields(Json.asObject(map), prefix + name + ".", errors));
    }
    expected(name, "an object");
    return new Fields(Json.object(), prefix + name + ".", new ArrayList<>());
  }

  private Fields nest(Fields below) {
    nested.add(below);
    return below;
  }

  /** Returns the names of all fields, and counts them as used. */
  public List<String> names() {
    used.addAll(object.keySet());
    return List.copyOf(object.keySet());
  }

  private void rejectUnused() {
    // The first error names the fields that there are; of thousands each would repeat them.
    String more = known.isEmpty() ? "" : ", but " + String.join(", ", known);
    for (String name : object.keySet()) {
      if (!used.contains(name)) {
        reject(name, known.isEmpty() ? "expected no field" : "expected no such field" + more);
        more = "";
      }
    }
    nested.forEach(Fields::rejectUnused);
  }

  /**
   * Ends reading.
   *
   * @throws ProblemException with all errors, if there are any
   */
  public void done() {
    rejectUnused();
    if (!errors.isEmpty()) {
      throw new ProblemException(RequestProblem.invalid(errors));
    }
  }
}
