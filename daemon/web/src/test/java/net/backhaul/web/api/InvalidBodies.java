// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/** Makes invalid bodies of a valid one: each has one wrong property, or one twice. */
final class InvalidBodies {
  private final SchemaValidator schemas;
  private final List<Invalid> all = new ArrayList<>();

  InvalidBodies(SchemaValidator schemas) {
    this.schemas = schemas;
  }

  /**
   * An invalid body.
   *
   * @param field that the problem has to name
   */
  record Invalid(String body, String field) {}

  List<Invalid> of(JsonNode schema, JsonNode valid) {
    objectsBelow(schema, valid, "", changed -> changed);
    repeatedBelow(valid, "", text -> text);
    return all;
  }

  /** Writes each property twice into its object, which no tree of nodes could have. */
  private void repeatedBelow(JsonNode value, String path, UnaryOperator<String> around) {
    if (value.isArray() && !value.isEmpty()) {
      var texts = new ArrayList<String>();
      value.forEach(each -> texts.add(each.toString()));
      UnaryOperator<String> with =
          text -> {
            texts.set(0, text);
            return "[" + String.join(",", texts) + "]";
          };
      repeatedBelow(value.get(0), path + "[0]", text -> around.apply(with.apply(text)));
    }
    value
        .properties()
        .forEach(
            each -> {
              String name = each.getKey();
              String below = path.isEmpty() ? name : path + "." + name;
              String text = each.getValue().toString();
              String twice = text + "," + TextNode.valueOf(name) + ":" + text;
              all.add(new Invalid(around.apply(with(value, name, twice)), below));
              repeatedBelow(
                  each.getValue(), below, changed -> around.apply(with(value, name, changed)));
            });
  }

  /** Returns the text of an object with another one for a property. */
  private static String with(JsonNode object, String changed, String text) {
    var members = new ArrayList<String>();
    object
        .properties()
        .forEach(
            each ->
                members.add(
                    TextNode.valueOf(each.getKey())
                        + ":"
                        + (each.getKey().equals(changed) ? text : each.getValue().toString())));
    return "{" + String.join(",", members) + "}";
  }

  /** Changes an object of the body; what holds it is copied around each change. */
  private void objectsBelow(
      JsonNode schema, JsonNode object, String prefix, UnaryOperator<JsonNode> around) {
    BiConsumer<JsonNode, String> add =
        (changed, name) -> all.add(new Invalid(around.apply(changed).toString(), prefix + name));
    add.accept(((ObjectNode) object.deepCopy()).put("withoutUse", 0), "withoutUse");
    schemas
        .required(schema)
        .forEach(name -> add.accept(((ObjectNode) object.deepCopy()).without(name), name));
    schemas
        .properties(schema)
        .forEach(
            (name, property) -> {
              UnaryOperator<JsonNode> with =
                  value -> ((ObjectNode) object.deepCopy()).set(name, value);
              schemas.wrongValues(property).forEach(value -> add.accept(with.apply(value), name));
              valuesBelow(
                  property,
                  object.path(name),
                  prefix + name,
                  changed -> around.apply(with.apply(changed)));
            });
    JsonNode others = schemas.resolve(schema).path("additionalProperties");
    if (others.isObject()) {
      object
          .fieldNames()
          .forEachRemaining(
              name ->
                  schemas
                      .wrongValues(others)
                      .forEach(
                          value ->
                              add.accept(((ObjectNode) object.deepCopy()).set(name, value), name)));
    }
  }

  private void valuesBelow(
      JsonNode schema, JsonNode value, String path, UnaryOperator<JsonNode> around) {
    if (value.isObject()) {
      objectsBelow(schema, value, path + ".", around);
    } else if (value.isArray() && !value.isEmpty()) {
      JsonNode items = schemas.resolve(schema).path("items");
      UnaryOperator<JsonNode> with =
          item -> {
            ArrayNode changed = value.deepCopy();
            changed.set(0, item);
            return changed;
          };
      schemas
          .wrongValues(items)
          .forEach(
              wrong ->
                  all.add(new Invalid(around.apply(with.apply(wrong)).toString(), path + "[0]")));
      valuesBelow(items, value.get(0), path + "[0]", changed -> around.apply(with.apply(changed)));
    }
  }
}
