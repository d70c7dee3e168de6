// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import net.backhaul.controller.MemberRecord;
import net.backhaul.json.Json;
import net.backhaul.web.http.Fields;
import net.backhaul.web.http.RequestProblem;
import org.jspecify.annotations.Nullable;

/**
 * Tags and capabilities that members get and lose.
 *
 * @param tags values by id; null for a tag that members lose
 * @param capabilities by id, whether members get or lose them
 */
record BulkCredentials(Map<Long, @Nullable Long> tags, Map<Long, Boolean> capabilities) {
  /** Reads the fields {@code tags} and {@code capabilities}, of which one may be absent. */
  static BulkCredentials read(Fields fields) {
    return new BulkCredentials(
        tags(limited(fields, "tags", MemberFields.MAX_TAGS)),
        capabilities(limited(fields, "capabilities", MemberFields.MAX_CAPABILITIES)));
  }

  private static Map<Long, @Nullable Long> tags(Fields fields) {
    Map<Long, @Nullable Long> tags = new LinkedHashMap<>();
    for (String id : fields.names()) {
      long number = id(fields, id);
      tags.put(number, fields.isSet(id) ? fields.number(id, 0, MemberFields.MAX_U32) : null);
    }
    return tags;
  }

  private static Map<Long, Boolean> capabilities(Fields fields) {
    Map<Long, Boolean> capabilities = new LinkedHashMap<>();
    for (String id : fields.names()) {
      capabilities.put(id(fields, id), fields.bool(id));
    }
    return capabilities;
  }

  /** Returns an object of a request; an empty one if it is absent or has too many members. */
  private static Fields limited(Fields fields, String name, int most) {
    Fields object = fields.has(name) ? fields.object(name) : Fields.of(Json.object());
    int found = object.names().size();
    if (found > most) {
      fields.reject(name, "expected at most " + most + ", found " + found);
      return Fields.of(Json.object());
    }
    return object;
  }

  private static long id(Fields fields, String text) {
    long id = MemberFields.u32(text);
    if (id < 0) {
      fields.reject(text, "expected an id, a number from 0 to " + MemberFields.MAX_U32);
    }
    return id;
  }

  /**
   * Returns a member with the tags and capabilities that result.
   *
   * @throws net.backhaul.web.http.ProblemException if it would have too many
   */
  MemberRecord apply(MemberRecord member, long nowMs) {
    var allTags = new TreeMap<>(member.settings().tags());
    tags.forEach(
        (id, value) -> {
          if (value == null) {
            allTags.remove(id);
          } else {
            allTags.put(id, value);
          }
        });
    var allCapabilities = new TreeSet<>(member.settings().capabilities());
    capabilities.forEach(
        (id, gets) -> {
          if (gets) {
            allCapabilities.add(id);
          } else {
            allCapabilities.remove(id);
          }
        });
    if (allTags.size() > MemberFields.MAX_TAGS
        || allCapabilities.size() > MemberFields.MAX_CAPABILITIES) {
      throw RequestProblem.field(
          allTags.size() > MemberFields.MAX_TAGS ? "tags" : "capabilities",
          "expected at most %d of a member".formatted(MemberFields.MAX_TAGS));
    }
    Map<String, @Nullable Object> body = Json.object();
    var pairs = new ArrayList<@Nullable Object>();
    allTags.forEach((id, value) -> pairs.add(List.of(id, value)));
    body.put("tags", pairs);
    body.put("capabilities", new ArrayList<@Nullable Object>(allCapabilities));
    return new MemberFields(body, AnnotationFields.NONE).apply(member, nowMs);
  }
}
