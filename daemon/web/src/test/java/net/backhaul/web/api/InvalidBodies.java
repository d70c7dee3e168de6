// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.UnaryOperator;

/** Makes invalid bodies of a valid one: each has one wrong property. */
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
  record Invalid(JsonNode body, String field) {}

  List<Invalid> of(JsonNode schema, JsonNode valid) {
    objectsBelow(schema, valid, "", changed -> changed);
    return all;
  }

  /** Changes an object of the body; what holds it is copied around each change. */
  private void objectsBelow(
      JsonNode schema, JsonNode object, String prefix, UnaryOperator<JsonNode> around) {
    BiConsumer<JsonNode, String> add =
        (changed, name) -> all.add(new Invalid(around.apply(changed), prefix + name));
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
          .forEach(wrong -> all.add(new Invalid(around.apply(with.apply(wrong)), path + "[0]")));
      valuesBelow(items, value.get(0), path + "[0]", changed -> around.apply(with.apply(changed)));
    }
  }
}
