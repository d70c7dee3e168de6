// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import net.backhaul.controller.Annotations;
import net.backhaul.controller.Authorization;
import net.backhaul.controller.MemberRecord;
import net.backhaul.controller.MemberSettings;
import net.backhaul.controller.MemberVersion;
import net.backhaul.json.Json;
import net.backhaul.json.Lenient;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.rules.LenientIp;
import org.jspecify.annotations.Nullable;

/** Converts members from and to JSON, and applies POST bodies to them (04 section 5.5). */
public final class MemberJson {
  private static final String REVISION = "revision";
  private static final String REVISION_KEY = "\"revision\":";
  private static final long U32 = 0xffff_ffffL;

  /** Object members that are never stored. */
  private static final List<String> NOT_STORED =
      List.of(
          "clock",
          "physicalAddr",
          "recentLog",
          "lastModified",
          "lastRequestMetaData",
          "authenticationURL",
          "authenticationClientID",
          REVISION);

  private MemberJson() {}

  /**
   * Creates an unauthorized, unsaved member.
   *
   * @param nwid as written in the request; shown so until the member's first config request
   * @param address as written in the request, likewise
   */
  public static MemberRecord create(String nwid, String address, long nowMs) {
    Map<String, @Nullable Object> json = Json.object();
    json.put("id", address);
    json.put("address", address);
    json.put("nwid", nwid);
    json.put("creationTime", nowMs);
    fillDefaults(json, NetworkIds.parse(nwid), Addresses.parse(address));
    return record(json, NetworkIds.parse(nwid), Addresses.parse(address), 0);
  }

  /**
   * Reads a stored member of a network.
   *
   * @throws IllegalArgumentException if it is not a JSON object or has no valid id
   */
  public static MemberRecord read(long networkId, String text) {
    MemberRecord canonical = CanonicalMember.read(networkId, text);
    return canonical == null ? readAny(networkId, text) : canonical;
  }

  private static MemberRecord readAny(long networkId, String text) {
    Object value = Json.parse(text);
    if (!(value instanceof Map)) {
      throw new IllegalArgumentException("expected a JSON object");
    }
    Map<String, @Nullable Object> json = Json.asObject(value);
    long address = Addresses.parse(Lenient.string(json.get("id"), ""));
    long revision = Lenient.integer(json.get(REVISION), 0);
    NOT_STORED.forEach(json::remove);
    return record(json, networkId, address, revision);
  }

  /**
   * Reads a member from the text that {@link #write} made of it. Where it is not canonical, half of
   * the time is saved: the text without its revision is the document.
   *
   * @throws IllegalArgumentException as {@link #read}
   */
  static MemberRecord readStored(long networkId, String text) {
    MemberRecord canonical = CanonicalMember.read(networkId, text);
    return canonical == null ? readStoredAny(networkId, text) : canonical;
  }

  private static MemberRecord readStoredAny(long networkId, String text) {
    int start = text.indexOf(REVISION_KEY);
    int end = start + REVISION_KEY.length();
    while (start >= 0 && end < text.length() && Character.isDigit(text.charAt(end))) {
      end++;
    }
    // Where it is not sure that this is the key of the object itself, the text is made anew.
    boolean isSure =
        start > 0
            && text.indexOf(REVISION_KEY, end) < 0
            && text.indexOf('{', 1) < 0
            && text.charAt(start - 1) == ','
            && end < text.length()
            && (text.charAt(end) == ',' || text.charAt(end) == '}');
    if (!isSure) {
      return readAny(networkId, text);
    }
    Map<String, @Nullable Object> json = Json.asObject(Json.parse(text));
    long address = Addresses.parse(Lenient.string(json.get("id"), ""));
    long revision = Lenient.integer(json.get(REVISION), 0);
    if (NOT_STORED.stream().anyMatch(each -> !each.equals(REVISION) && json.containsKey(each))) {
      return readAny(networkId, text);
    }
    String document = text.substring(0, start - 1) + text.substring(end);
    return withoutDocument(record(json, networkId, address, revision, document));
  }

  /** Returns a record without a document, if that is what is written without it. */
  private static MemberRecord withoutDocument(MemberRecord member) {
    MemberRecord canonical = CanonicalMember.read(member.networkId(), member.document());
    return canonical == null || canonical.address() != member.address()
        ? member
        : canonical.withRevision(member.revision());
  }

  /** Returns the JSON object of a member, as stored and shown. */
  public static Map<String, @Nullable Object> write(MemberRecord member) {
    Map<String, @Nullable Object> json = Json.asObject(Json.parse(member.document()));
    MemberRecord read =
        record(json, member.networkId(), member.address(), 0, MemberRecord.NO_DOCUMENT);
    fillDefaults(json, member.networkId(), member.address());
    if (member.createdMs() != read.createdMs()) {
      json.put("creationTime", Json.unsigned(member.createdMs()));
    }
    if (member.identity() != null) {
      json.put("identity", member.identity());
      json.put("id", Addresses.text(member.address()));
      json.put("address", Addresses.text(member.address()));
      json.put("nwid", NetworkIds.text(member.networkId()));
    }
    writeAuthorization(json, member.authorization(), read.authorization());
    writeSettings(json, member.settings(), read.settings());
    if (!member.version().equals(read.version())) {
      json.put("vMajor", (long) member.version().major());
      json.put("vMinor", (long) member.version().minor());
      json.put("vRev", (long) member.version().revision());
      json.put("vProto", (long) member.version().protocol());
    }
    json.put(REVISION, Json.unsigned(member.revision()));
    return json;
  }

  private static void writeAuthorization(
      Map<String, @Nullable Object> json, Authorization now, Authorization read) {
    if (now.equals(read)) {
      return;
    }
    json.put("authorized", now.authorized());
    json.put("lastAuthorizedTime", now.authorizedAtMs());
    json.put("lastDeauthorizedTime", now.deauthorizedAtMs());
    json.put("lastAuthorizedCredentialType", now.credentialType());
    json.put("lastAuthorizedCredential", now.credential());
  }

  /**
   * Writes the settings that were not set by JSON: by the controller, or taken over from another.
   */
  private static void writeSettings(
      Map<String, @Nullable Object> json, MemberSettings now, MemberSettings read) {
    if (!now.ipAssignments().equals(read.ipAssignments())) {
      json.put("ipAssignments", ipsJson(now.ipAssignments()));
    }
    if (!now.tags().equals(read.tags())) {
      json.put("tags", tagsJson(now.tags()));
    }
    if (!now.capabilities().equals(read.capabilities())) {
      json.put("capabilities", capabilitiesJson(now.capabilities()));
    }
    if (now.traceLevel() != read.traceLevel()) {
      json.put("remoteTraceLevel", Json.unsigned(now.traceLevel()));
    }
    if (!now.name().equals(read.name())) {
      json.put("name", now.name());
    }
    if (now.activeBridge() != read.activeBridge()) {
      json.put("activeBridge", now.activeBridge());
    }
    if (now.noAutoAssignIps() != read.noAutoAssignIps()) {
      json.put("noAutoAssignIps", now.noAutoAssignIps());
    }
  }

  /**
   * Applies the body of a POST; returns the same record if nothing changes.
   *
   * @param body object members to replace; those that cannot be set are ignored
   * @throws IllegalArgumentException if the reference rejects the request
   */
  public static MemberRecord edit(
      MemberRecord member, Map<String, @Nullable Object> body, long nowMs) {
    Map<String, @Nullable Object> before = write(member);
    Map<String, @Nullable Object> json = write(member);
    // The reference resets the level with each POST that does not set it.
    json.put("remoteTraceLevel", 0L);
    body.forEach((key, value) -> set(json, key, value));
    if (json.equals(before)) {
      return member;
    }
    NOT_STORED.forEach(json::remove);
    Authorization authorization = member.authorization();
    boolean authorized = Lenient.bool(json.get("authorized"), false);
    writeAuthorization(
        json,
        authorized
            ? authorization.authorize(Authorization.BY_API, null, nowMs)
            : authorization.deauthorize(nowMs),
        authorization);
    return record(json, member.networkId(), member.address(), member.revision())
        .withAnnotations(member.annotations());
  }

  private static void set(Map<String, @Nullable Object> json, String key, @Nullable Object value) {
    switch (key) {
      case "authorized", "activeBridge", "noAutoAssignIps" ->
          json.put(key, Lenient.bool(value, false));
      case "name" -> json.put(key, Lenient.string(value, ""));
      case "remoteTraceTarget" -> json.put(key, TraceTargets.stored(value));
      case "remoteTraceLevel", "authenticationExpiryTime" ->
          json.put(key, Json.unsigned(Lenient.integer(value, 0)));
      case "ipAssignments" -> {
        if (value instanceof List) {
          Lenient.entries(value).forEach(Lenient::mustBeString);
          json.put(key, ipsJson(LenientIp.ips(value)));
        }
      }
      case "tags" -> {
        if (value instanceof List) {
          json.put(key, tagsJson(tags(value)));
        }
      }
      case "capabilities" -> {
        if (value instanceof List) {
          json.put(key, capabilitiesJson(capabilities(value)));
        }
      }
      default -> {
        // Cannot be set by a POST.
      }
    }
  }

  private static void fillDefaults(
      Map<String, @Nullable Object> json, long networkId, long address) {
    Json.putIfMissing(json, "id", Addresses.text(address));
    Json.putIfMissing(json, "address", Addresses.text(address));
    Json.putIfMissing(json, "nwid", NetworkIds.text(networkId));
    json.put("objtype", "member");
    Json.putIfMissing(json, "activeBridge", false);
    Json.putIfMissing(json, "authenticationExpiryTime", 0L);
    Json.putIfMissing(json, "authorized", false);
    Json.putIfMissing(json, "capabilities", List.of());
    Json.putIfMissing(json, "creationTime", 0L);
    Json.putIfMissing(json, "ipAssignments", List.of());
    Json.putIfMissing(json, "lastAuthorizedTime", 0L);
    Json.putIfMissing(json, "lastDeauthorizedTime", 0L);
    Json.putIfMissing(json, "noAutoAssignIps", false);
    Json.putIfMissing(json, "remoteTraceLevel", 0L);
    Json.putIfMissing(json, "ssoExempt", false);
    Json.putIfMissing(json, "tags", List.of());
    for (String part : List.of("vMajor", "vMinor", "vRev", "vProto")) {
      Json.putIfMissing(json, part, -1L);
    }
    for (String nullable :
        List.of("lastAuthorizedCredential", "lastAuthorizedCredentialType", "remoteTraceTarget")) {
      Json.putIfMissing(json, nullable, null);
    }
  }

  private static List<@Nullable Object> ipsJson(List<InetAddress> ips) {
    var array = new ArrayList<@Nullable Object>();
    ips.forEach(ip -> array.add(Endpoints.ipText(ip)));
    return array;
  }

  private static List<@Nullable Object> tagsJson(Map<Long, Long> tags) {
    var array = new ArrayList<@Nullable Object>();
    tags.forEach((id, value) -> array.add(List.of(id, value)));
    return array;
  }

  private static List<@Nullable Object> capabilitiesJson(List<Long> ids) {
    var array = new ArrayList<@Nullable Object>();
    ids.forEach(id -> array.add(Json.unsigned(id)));
    return array;
  }

  // JSON to record.

  private static MemberRecord record(
      Map<String, @Nullable Object> json, long networkId, long address, long revision) {
    return withoutDocument(record(json, networkId, address, revision, Json.write(json)));
  }

  private static MemberRecord record(
      Map<String, @Nullable Object> json,
      long networkId,
      long address,
      long revision,
      String document) {
    return new MemberRecord(
        networkId,
        address,
        revision,
        Lenient.integer(json.get("creationTime"), 0),
        json.get("identity") instanceof String text && !text.isEmpty() ? text : null,
        new Authorization(
            Lenient.bool(json.get("authorized"), false),
            Lenient.integer(json.get("lastAuthorizedTime"), 0),
            Lenient.integer(json.get("lastDeauthorizedTime"), 0),
            text(json.get("lastAuthorizedCredentialType")),
            text(json.get("lastAuthorizedCredential"))),
        new MemberSettings(
            Lenient.bool(json.get("activeBridge"), false),
            Lenient.bool(json.get("noAutoAssignIps"), false),
            LenientIp.ips(json.get("ipAssignments")),
            tags(json.get("tags")),
            capabilities(json.get("capabilities")),
            TraceTargets.address(json.get("remoteTraceTarget")),
            Lenient.integer(json.get("remoteTraceLevel"), 0),
            Lenient.bool(json.get("ssoExempt"), false),
            Lenient.integer(json.get("authenticationExpiryTime"), 0),
            Lenient.string(json.get("name"), "")),
        new MemberVersion(
            (int) Lenient.integer(json.get("vMajor"), -1),
            (int) Lenient.integer(json.get("vMinor"), -1),
            (int) Lenient.integer(json.get("vRev"), -1),
            (int) Lenient.integer(json.get("vProto"), -1)),
        document,
        Annotations.NONE);
  }

  private static @Nullable String text(@Nullable Object value) {
    return value instanceof String text ? text : null;
  }

  private static Map<Long, Long> tags(@Nullable Object array) {
    var tags = new TreeMap<Long, Long>();
    for (Object entry : Lenient.entries(array)) {
      if (entry instanceof List<?> pair && pair.size() == 2) {
        tags.put(Lenient.integer(pair.get(0), 0) & U32, Lenient.integer(pair.get(1), 0) & U32);
      }
    }
    return tags;
  }

  private static List<Long> capabilities(@Nullable Object array) {
    var ids = new TreeSet<Long>(Long::compareUnsigned);
    Lenient.entries(array).forEach(entry -> ids.add(Lenient.integer(entry, 0)));
    return List.copyOf(ids);
  }
}
