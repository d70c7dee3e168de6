// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;

/**
 * Compares JSON with the schemas of the OpenAPI document, as far as the document uses JSON Schema.
 * A property that no schema describes is an error, even where a schema permits others.
 */
final class SchemaValidator {
  private static final List<JsonNode> SAMPLES =
      List.of(
          JsonNodeFactory.instance.objectNode(),
          JsonNodeFactory.instance.arrayNode(),
          JsonNodeFactory.instance.textNode("x"),
          JsonNodeFactory.instance.numberNode(-1),
          JsonNodeFactory.instance.booleanNode(true),
          JsonNodeFactory.instance.nullNode());

  private final JsonNode document;

  /** Properties that were found in a value, each as the path of the schema and its name. */
  private final Set<String> seen = new TreeSet<>();

  SchemaValidator(JsonNode document) {
    this.document = document;
  }

  Set<String> seen() {
    return seen;
  }

  /** Returns the schema that a reference leads to. */
  JsonNode resolve(JsonNode schema) {
    JsonNode found = schema;
    while (found.has("$ref")) {
      found = document.at(found.path("$ref").asText().substring(1));
    }
    return found;
  }

  /** Returns the properties of an object's schema, with those of its parts. */
  Map<String, JsonNode> properties(JsonNode schema) {
    var all = new LinkedHashMap<String, JsonNode>();
    JsonNode resolved = resolve(schema);
    resolved
        .path("properties")
        .properties()
        .forEach(each -> all.put(each.getKey(), each.getValue()));
    resolved.path("allOf").forEach(part -> all.putAll(properties(part)));
    return all;
  }

  /** Returns the names of the properties that an object must have. */
  Set<String> required(JsonNode schema) {
    var names = new TreeSet<String>();
    JsonNode resolved = resolve(schema);
    resolved.path("required").forEach(each -> names.add(each.asText()));
    resolved.path("allOf").forEach(part -> names.addAll(required(part)));
    return names;
  }

  /** Returns values that a schema does not permit, one of each other kind. */
  List<JsonNode> wrongValues(JsonNode schema) {
    return SAMPLES.stream().filter(each -> !isOfType(resolve(schema), each)).toList();
  }

  /** Returns what is wrong with a value; empty if nothing is. */
  List<String> validate(JsonNode schema, JsonNode value, String path) {
    var problems = new ArrayList<String>();
    validate(schema, value, path, problems);
    return problems;
  }

  /** Names a place by the schema of the document that is used there, or by the way to it. */
  private static String name(JsonNode schema, String path) {
    String reference = schema.path("$ref").asText();
    return reference.isEmpty() ? path : reference.substring(reference.lastIndexOf('/') + 1);
  }

  private void validate(JsonNode schema, JsonNode value, String from, List<String> problems) {
    JsonNode resolved = resolve(schema);
    String path = name(schema, from);
    if (!isOfType(resolved, value)) {
      problems.add(path + ": " + value + " is not of type " + resolved.path("type"));
      return;
    }
    if (resolved.has("enum")
        && StreamSupport.stream(resolved.path("enum").spliterator(), false)
            .noneMatch(value::equals)) {
      problems.add(path + ": " + value + " is none of " + resolved.path("enum"));
    }
    if (value.isTextual()) {
      if (resolved.has("pattern")
          && !Pattern.compile(resolved.path("pattern").asText()).matcher(value.asText()).find()) {
        problems.add(path + ": " + value + " does not match " + resolved.path("pattern"));
      }
      if (value.asText().length() < resolved.path("minLength").asInt(0)
          || value.asText().length() > resolved.path("maxLength").asInt(Integer.MAX_VALUE)) {
        problems.add(path + ": length " + value.asText().length());
      }
    } else if (value.isNumber()) {
      if (value.asLong() < resolved.path("minimum").asLong(Long.MIN_VALUE)
          || value.asLong() > resolved.path("maximum").asLong(Long.MAX_VALUE)) {
        problems.add(path + ": " + value + " is out of range");
      }
    } else if (value.isArray()) {
      if (value.size() > resolved.path("maxItems").asInt(Integer.MAX_VALUE)) {
        problems.add(path + ": " + value.size() + " items");
      }
      value.forEach(each -> validate(resolved.path("items"), each, path + "[]", problems));
    } else if (value.isObject()) {
      validateObject(resolved, value, path, problems);
    }
  }

  private void validateObject(JsonNode schema, JsonNode value, String path, List<String> problems) {
    Map<String, JsonNode> properties = properties(schema);
    JsonNode others = schema.path("additionalProperties");
    for (String name : required(schema)) {
      if (!value.has(name)) {
        problems.add(path + "." + name + " is missing");
      }
    }
    value
        .properties()
        .forEach(
            each -> {
              String below = path + "." + each.getKey();
              if (properties.containsKey(each.getKey())) {
                seen.add(below);
                validate(properties.get(each.getKey()), each.getValue(), below, problems);
              } else if (others.isObject()) {
                validate(others, each.getValue(), path + ".*", problems);
              } else if (!properties.isEmpty() || others.isBoolean()) {
                problems.add(below + " is not described");
              }
            });
  }

  /** Returns all properties that a value of a schema can have, as {@link #seen} names them. */
  Set<String> described(JsonNode schema, String from) {
    var all = new TreeSet<String>();
    JsonNode resolved = resolve(schema);
    String path = name(schema, from);
    if (resolved.has("items")) {
      all.addAll(described(resolved.path("items"), path + "[]"));
    }
    properties(resolved)
        .forEach(
            (name, property) -> {
              all.add(path + "." + name);
              all.addAll(described(property, path + "." + name));
            });
    return all;
  }

  private static boolean isOfType(JsonNode schema, JsonNode value) {
    JsonNode type = schema.path("type");
    if (type.isArray()) {
      return StreamSupport.stream(type.spliterator(), false)
          .anyMatch(each -> isOfType(each.asText(), value));
    }
    return isOfType(type.asText(schema.has("allOf") ? "object" : ""), value);
  }

  private static boolean isOfType(String type, JsonNode value) {
    return switch (type) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "integer" -> value.isIntegralNumber();
      case "boolean" -> value.isBoolean();
      case "null" -> value.isNull();
      case "" -> true;
      default -> throw new AssertionError("the document uses the type " + type);
    };
  }
}
