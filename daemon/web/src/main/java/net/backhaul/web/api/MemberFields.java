// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.backhaul.controller.MemberRecord;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.store.MemberJson;
import net.backhaul.web.http.Fields;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a member in a request, validated, as {@link NetworkFields} are.
 *
 * @param settings as a body of the recorded API
 */
record MemberFields(Map<String, @Nullable Object> settings, AnnotationFields annotations) {
  static final int MAX_NAME_BYTES = 256;
  static final int MAX_ADDRESSES = 32;
  static final int MAX_TAGS = 128;
  static final int MAX_CAPABILITIES = 128;
  static final long MAX_U32 = 0xffff_ffffL;

  /** Reads whether the member is authorized, its name, notes and labels, where present. */
  static MemberFields readAuthorization(Fields fields) {
    Map<String, @Nullable Object> body = Json.object();
    if (fields.has("authorized")) {
      body.put("authorized", fields.bool("authorized"));
    }
    if (fields.has("name")) {
      body.put("name", fields.text("name", MAX_NAME_BYTES));
    }
    return new MemberFields(body, AnnotationFields.read(fields));
  }

  /** Reads all settings that are present. */
  static MemberFields read(Fields fields) {
    MemberFields read = readAuthorization(fields);
    Map<String, @Nullable Object> body = read.settings;
    if (fields.has("bridge")) {
      body.put("activeBridge", fields.bool("bridge"));
    }
    if (fields.has("autoAssign")) {
      body.put("noAutoAssignIps", !fields.bool("autoAssign"));
    }
    if (fields.has("addresses")) {
      body.put("ipAssignments", addresses(fields));
    }
    if (fields.has("tags")) {
      body.put("tags", tags(fields));
    }
    if (fields.has("capabilities")) {
      body.put("capabilities", capabilities(fields));
    }
    return read;
  }

  static List<@Nullable Object> addresses(Fields fields) {
    var out = new ArrayList<@Nullable Object>();
    Set<InetAddress> seen = new HashSet<>();
    List<String> texts = fields.texts("addresses", MAX_ADDRESSES);
    for (int i = 0; i < texts.size(); i++) {
      String name = "addresses[" + i + "]";
      InetAddress ip = IpFields.ofDevice(fields, name, texts.get(i));
      if (ip != null && !seen.add(ip)) {
        fields.reject(name, "expected each address once");
      } else if (ip != null) {
        out.add(Endpoints.ipText(ip));
      }
    }
    return out;
  }

  static List<@Nullable Object> tags(Fields fields) {
    var out = new ArrayList<@Nullable Object>();
    Fields tags = fields.object("tags");
    List<String> ids = tags.names();
    if (ids.size() > MAX_TAGS) {
      fields.reject("tags", "expected at most " + MAX_TAGS + " tags, found " + ids.size());
      return out;
    }
    for (String id : ids) {
      long number = u32(id);
      if (number < 0) {
        tags.reject(id, "expected the id of a tag, a number from 0 to " + MAX_U32);
      } else {
        out.add(List.of(number, tags.number(id, 0, MAX_U32)));
      }
    }
    return out;
  }

  /** Returns the number that digits stand for; -1 where they are none of 32 bits. */
  static long u32(String digits) {
    boolean isNumber =
        !digits.isEmpty()
            && digits.length() <= 10
            && digits.chars().allMatch(each -> each >= '0' && each <= '9');
    long number = isNumber ? Long.parseLong(digits) : -1;
    return number <= MAX_U32 ? number : -1;
  }

  private static List<@Nullable Object> capabilities(Fields fields) {
    var out = new ArrayList<@Nullable Object>();
    List<?> ids = fields.list("capabilities", MAX_CAPABILITIES);
    for (int i = 0; i < ids.size(); i++) {
      if (ids.get(i) instanceof Long id && id >= 0 && id <= MAX_U32) {
        out.add(id);
      } else {
        fields.reject("capabilities[" + i + "]", "expected a number from 0 to " + MAX_U32);
      }
    }
    return out;
  }

  /** Applies settings to a member; what the request does not name stays. */
  MemberRecord apply(MemberRecord member, long nowMs) {
    Map<String, @Nullable Object> body = Json.object();
    body.putAll(settings);
    // An object of the recorded API resets these when it does not name them.
    body.put("remoteTraceLevel", Json.unsigned(member.settings().traceLevel()));
    if (member.settings().traceTarget() != 0) {
      body.put("remoteTraceTarget", Addresses.text(member.settings().traceTarget()));
    }
    return MemberJson.edit(member, body, nowMs)
        .withAnnotations(annotations.apply(member.annotations()));
  }
}
