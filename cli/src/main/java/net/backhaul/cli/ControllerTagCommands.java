// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/** Tags and capabilities of members, by the names that the rules of their network give them. */
final class ControllerTagCommands {
  static final String TAG = "controller tag <network ID> <address> <tag>=[<value>]";
  static final String CAPABILITY =
      "controller capability <network ID> <address> <capability> on|off";

  private static final int FAILED = 1;

  private ControllerTagCommands() {}

  static int tag(Session session) throws CliExit {
    ControllerActions.requireCount(session, 3, 3, TAG);
    String word = session.invocation().word(4);
    int equals = word.indexOf('=');
    if (equals <= 0) {
      throw ControllerActions.usage(
          TAG, "expected <tag>=<value>, or <tag>= to remove it, found " + Text.quoted(word));
    }
    JsonObject tag = definition(session, TAG, "tags", word.substring(0, equals));
    Map<String, @Nullable Object> tags = new TreeMap<>();
    tags.put(tag.text("id", ""), value(tag, word.substring(equals + 1)));
    return change(session, TAG, "tags", tags);
  }

  /** Returns the value that a number, a name of a value, or names of bits with + stand for. */
  private static @Nullable Long value(JsonObject tag, String text) throws CliExit {
    if (text.isEmpty()) {
      return null;
    }
    if (text.matches("[0-9]{1,10}")) {
      return Long.valueOf(text);
    }
    JsonObject enums = JsonObject.of(tag.get("enums"));
    if (enums.get(text) != null) {
      return enums.number(text, 0);
    }
    JsonObject flags = JsonObject.of(tag.get("flags"));
    long bits = 0;
    for (String name : text.split("[+]", -1)) {
      if (flags.get(name) == null) {
        throw failed(
            "tag %s: expected a number or one of %s%s, found %s"
                .formatted(
                    tag.text("name", ""),
                    enums.members().keySet(),
                    flags.members().isEmpty() ? "" : ", or of " + flags.members().keySet(),
                    Text.quoted(name)));
      }
      bits |= flags.number(name, 0);
    }
    return bits;
  }

  static int capability(Session session) throws CliExit {
    ControllerActions.requireCount(session, 4, 4, CAPABILITY);
    String wanted = session.invocation().word(5);
    if (!wanted.equals("on") && !wanted.equals("off")) {
      throw ControllerActions.usage(CAPABILITY, "expected on or off, found " + Text.quoted(wanted));
    }
    JsonObject capability =
        definition(session, CAPABILITY, "capabilities", session.invocation().word(4));
    Map<String, @Nullable Object> capabilities = new TreeMap<>();
    capabilities.put(capability.text("id", ""), wanted.equals("on"));
    return change(session, CAPABILITY, "capabilities", capabilities);
  }

  /** Returns what has a name or an id in the rules of the network. */
  private static JsonObject definition(Session session, String use, String kind, String name)
      throws CliExit {
    String path = ControllerActions.network(session, use) + "/definitions";
    JsonObject found = ControllerActions.require(session, session.api().get(path));
    List<JsonObject> all = found.objects(kind);
    for (JsonObject each : all) {
      if (each.text("name", "").equals(name) || each.text("id", "").equals(name)) {
        return each;
      }
    }
    throw failed(
        "the rules of the network have no %s %s; they have %s"
            .formatted(
                kind.equals("tags") ? "tag" : "capability",
                Text.quoted(name),
                all.isEmpty() ? "none" : all.stream().map(each -> each.text("name", "")).toList()));
  }

  private static int change(
      Session session, String use, String kind, Map<String, @Nullable Object> changes)
      throws CliExit {
    Map<String, @Nullable Object> body = new TreeMap<>();
    body.put("members", List.of(ControllerActions.address(session, use)));
    body.put(kind, changes);
    String path = ControllerActions.network(session, use) + "/members/bulk/credentials";
    LocalApi.Answer answer = session.api().post(path, Json.write(body));
    JsonObject result = ControllerActions.require(session, answer);
    for (JsonObject row : result.objects("results")) {
      if (row.get("problem") != null) {
        throw failed(JsonObject.of(row.get("problem")).text("detail", "not changed"));
      }
    }
    return ControllerActions.done(session, answer, kind.equals("tags") ? "tag" : "capability");
  }

  private static CliExit failed(String why) {
    return CliExit.err("", FAILED).withHint("controller: " + Text.printable(why));
  }
}
