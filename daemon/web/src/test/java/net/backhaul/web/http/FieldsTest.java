// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.http;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class FieldsTest {
  private static List<String> errors(String name, @Nullable Object value) {
    Map<String, @Nullable Object> object = Json.object();
    object.put(name, value);
    Fields fields = Fields.of(object);
    if (fields.has("mtu")) {
      fields.number("mtu", 1, 10);
    }
    if (fields.isSet("name")) {
      fields.text("name", 10);
    }
    ProblemException rejected = assertThrows(ProblemException.class, fields::done);
    return rejected.problem().fields().stream().map(RequestProblem.Field::detail).toList();
  }

  @Test
  void namesTheFieldsThereAre() {
    assertEquals(List.of("expected no such field, but mtu, name"), errors("nme", "x"));
  }

  @Test
  void repeatsWhatWasFoundIfItIsShortAndPlain() {
    String number = "expected a whole number from 1 to 10, found ";
    assertEquals(List.of(number + "\"abc\""), errors("mtu", "abc"));
    assertEquals(List.of(number + "a string"), errors("mtu", "a\u001b[31m"));
    assertEquals(List.of(number + "a string"), errors("mtu", "x".repeat(41)));
    assertEquals(List.of(number + "null"), errors("mtu", null));
  }
}
