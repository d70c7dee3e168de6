// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.http;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/** Header fields of a request or response; names are case-insensitive, values keep their order. */
public final class Headers {
  public static final Headers EMPTY = new Headers(empty());

  private final Map<String, List<String>> fields;

  private Headers(Map<String, List<String>> fields) {
    this.fields = fields;
  }

  private static Map<String, List<String>> empty() {
    return new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  }

  /** Copies fields; a name that occurs more than once keeps all its values. */
  static Headers of(Iterable<Map.Entry<String, String>> entries) {
    Map<String, List<String>> fields = empty();
    for (Map.Entry<String, String> each : entries) {
      fields.computeIfAbsent(each.getKey(), name -> new ArrayList<>()).add(each.getValue());
    }
    return new Headers(fields);
  }

  /** Returns these fields and one more. */
  public Headers with(String name, String value) {
    Map<String, List<String>> more = empty();
    fields.forEach((key, values) -> more.put(key, new ArrayList<>(values)));
    more.computeIfAbsent(name, key -> new ArrayList<>()).add(value);
    return new Headers(more);
  }

  /** Returns the first value of a field, or null where it is absent. */
  public @Nullable String first(String name) {
    List<String> values = fields.get(name);
    return values == null ? null : values.getFirst();
  }

  /** Returns all values of a field, in the order they came. */
  public List<String> all(String name) {
    return List.copyOf(fields.getOrDefault(name, List.of()));
  }

  /** Calls back with each name and value. */
  public void forEach(BiConsumer<String, String> callback) {
    fields.forEach((name, values) -> values.forEach(value -> callback.accept(name, value)));
  }

  @Override
  public String toString() {
    return fields.toString();
  }
}
