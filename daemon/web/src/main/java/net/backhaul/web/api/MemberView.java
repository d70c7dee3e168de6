// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.Map;
import java.util.Objects;
import java.util.Set;
import net.backhaul.controller.BinnedMember;
import net.backhaul.controller.Controller;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.MemberSettings;
import net.backhaul.controller.MemberVersion;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import org.jspecify.annotations.Nullable;

/**
 * A member as the API shows it.
 *
 * @param seenMs when it last sent a request; 0 for never
 * @param waitingSinceMs since when it requests to be authorized; 0 if it does not
 * @param hostName the name that its host gives; empty for none
 * @param version the one that it stated last
 * @param isOnline whether that is recent
 * @param binned the member of this address that was removed earlier; null for none
 */
record MemberView(
    MemberRecord member,
    long seenMs,
    long waitingSinceMs,
    String hostName,
    MemberVersion version,
    boolean isOnline,
    boolean isBlocked,
    @Nullable BinnedMember binned) {
  private static final Set<String> NOT_SETTINGS =
      Set.of("id", "network", "revision", "authorizedMs", "deauthorizedMs", "createdMs");

  /** Reads a member on the thread of the controller. */
  static MemberView of(Controller controller, MemberRecord member, long nowMs) {
    long seenMs = controller.lastSeenMs(member.networkId(), member.address());
    MemberVersion stated = controller.statedVersion(member.networkId(), member.address());
    return new MemberView(
        member,
        seenMs,
        controller.waitingSinceMs(member.networkId(), member.address()),
        controller.hostName(member.networkId(), member.address()),
        stated.equals(MemberVersion.UNKNOWN) ? member.version() : stated,
        seenMs != 0 && nowMs - seenMs < Controller.ONLINE_MS,
        controller.blocked(member.networkId(), member.address()).isPresent(),
        controller.bin().find(member.networkId(), member.address()).orElse(null));
  }

  /** Returns when it was last seen; at least when it was created or authorized. */
  long countsAsSeenMs() {
    return Math.max(seenMs, Math.max(member.createdMs(), member.authorization().authorizedAtMs()));
  }

  String name() {
    return member.settings().name();
  }

  /** Returns the JSON object of the member, with how this node reaches it. */
  Map<String, @Nullable Object> object(WebHost.MemberLink link) {
    Map<String, @Nullable Object> out = Json.object();
    putSettings(out, member);
    out.put("blocked", isBlocked);
    out.put("removed", removed());
    out.put("version", version(version));
    out.put("hostName", hostName.isEmpty() ? null : hostName);
    out.put("seenMs", seenMs);
    out.put("waitingSinceMs", waitingSinceMs);
    out.put("online", isOnline);
    out.put("link", link.link());
    out.put("latencyMs", link.latencyMs());
    out.put("endpoint", link.endpoint() == null ? null : Endpoints.text(link.endpoint()));
    return out;
  }

  /** Writes the record of a member. */
  static void putSettings(Map<String, @Nullable Object> out, MemberRecord member) {
    MemberSettings settings = member.settings();
    out.put("id", Addresses.text(member.address()));
    out.put("network", NetworkIds.text(member.networkId()));
    out.put("revision", Revisions.of(member));
    out.put("name", settings.name());
    out.put("authorized", member.authorized());
    out.put("authorizedMs", member.authorization().authorizedAtMs());
    out.put("deauthorizedMs", member.authorization().deauthorizedAtMs());
    out.put("createdMs", member.createdMs());
    out.put("addresses", settings.ipAssignments().stream().map(Endpoints::ipText).toList());
    out.put("bridge", settings.activeBridge());
    out.put("autoAssign", !settings.noAutoAssignIps());
    Map<String, @Nullable Object> tags = Json.object();
    settings.tags().forEach((id, value) -> tags.put(Long.toString(id), value));
    out.put("tags", tags);
    out.put("capabilities", settings.capabilities().stream().map(Json::unsigned).toList());
    AnnotationFields.put(out, member.annotations());
  }

  /** Returns the settings of a member that a change has changed, as they were before it. */
  static Map<String, @Nullable Object> before(MemberRecord member, MemberRecord changed) {
    Map<String, @Nullable Object> before = Json.object();
    putSettings(before, member);
    Map<String, @Nullable Object> after = Json.object();
    putSettings(after, changed);
    before.keySet().removeAll(NOT_SETTINGS);
    before.entrySet().removeIf(each -> Objects.equals(each.getValue(), after.get(each.getKey())));
    return before;
  }

  private @Nullable Map<String, @Nullable Object> removed() {
    if (binned == null) {
      return null;
    }
    Map<String, @Nullable Object> out = Json.object();
    out.put("name", binned.member().settings().name());
    out.put("removedMs", binned.removedMs());
    return out;
  }

  private static @Nullable String version(MemberVersion version) {
    return version.major() < 0
        ? null
        : version.major() + "." + version.minor() + "." + version.revision();
  }
}
