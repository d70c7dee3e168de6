// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.backhaul.controller.AddressPool;
import net.backhaul.controller.AssignModes;
import net.backhaul.controller.CapabilityDefinition;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.controller.TagDefinition;
import net.backhaul.json.Json;
import net.backhaul.json.Lenient;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.protocol.network.Route;
import net.backhaul.rules.LenientIp;
import net.backhaul.rules.NetworkSource;
import net.backhaul.rules.RuleJson;
import net.backhaul.rules.RuleSet;
import org.jspecify.annotations.Nullable;

/** Converts networks from and to JSON, and applies POST bodies to them (04 section 5.3). */
public final class NetworkJson {
  /** On the wire it has 16 bits. */
  private static final int MAX_METRIC = 0xffff;

  private static final String REVISION = "revision";
  private static final int V4_BITS = 32;
  private static final int V6_BITS = 128;

  /** Object members that are never stored. */
  private static final List<String> NOT_STORED =
      List.of(
          "clock",
          "authorizedMemberCount",
          "activeMemberCount",
          "totalMemberCount",
          "lastModified",
          REVISION);

  private NetworkJson() {}

  /** Creates an unsaved network with default values. */
  public static NetworkRecord create(long id, long nowMs) {
    Map<String, @Nullable Object> json = Json.object();
    json.put("creationTime", nowMs);
    fillDefaults(json, id);
    return record(json, id, 0);
  }

  /**
   * Reads a stored network.
   *
   * @throws IllegalArgumentException if it is not a JSON object or has no valid id
   */
  public static NetworkRecord read(String text) {
    Object value = Json.parse(text);
    if (!(value instanceof Map)) {
      throw new IllegalArgumentException("expected a JSON object");
    }
    Map<String, @Nullable Object> json = Json.asObject(value);
    long id = NetworkIds.parse(Lenient.string(json.get("id"), ""));
    long revision = Lenient.integer(json.get(REVISION), 0);
    NOT_STORED.forEach(json::remove);
    return record(json, id, revision);
  }

  /** Returns the JSON object of a network, as stored and shown. */
  public static Map<String, @Nullable Object> write(NetworkRecord network) {
    Map<String, @Nullable Object> json = Json.asObject(Json.parse(network.document()));
    if (network.revision() != 0) {
      json.put(REVISION, Json.unsigned(network.revision()));
    }
    return json;
  }

  /** Returns the source of rules that is kept with a network; empty without one. */
  public static String rulesSource(NetworkRecord network) {
    return Lenient.string(write(network).get(NetworkSource.MEMBER), "");
  }

  /**
   * Applies the body of a POST.
   *
   * @param body object members to replace; those that cannot be set are ignored
   * @throws IllegalArgumentException if the reference rejects the request
   */
  public static NetworkRecord edit(NetworkRecord network, Map<String, @Nullable Object> body) {
    return edit(network, body, NetworkSource.Sent.read(body));
  }

  /**
   * Applies the body of a POST whose source of rules, if any, has been compiled.
   *
   * @throws IllegalArgumentException if the reference rejects the request
   */
  public static NetworkRecord edit(
      NetworkRecord network, Map<String, @Nullable Object> body, NetworkSource.Sent source) {
    Map<String, @Nullable Object> before = Json.asObject(Json.parse(network.document()));
    fillDefaults(before, network.id());
    Map<String, @Nullable Object> json = Json.object();
    json.putAll(before);
    NOT_STORED.forEach(json::remove);
    // The reference resets the level with each POST that does not set it.
    json.put("remoteTraceLevel", 0L);
    body.forEach((key, value) -> set(json, key, value));
    NetworkSource.update(before, json, source);
    return record(json, network.id(), network.revision())
        .withAnnotations(network.annotations())
        .withDeauthorizeAfterDays(network.deauthorizeAfterDays());
  }

  private static void fillDefaults(Map<String, @Nullable Object> json, long id) {
    json.put("id", NetworkIds.text(id));
    json.put("nwid", NetworkIds.text(id));
    json.put("objtype", "network");
    Json.putIfMissing(json, "authTokens", noTokens());
    Json.putIfMissing(json, "authorizationEndpoint", "");
    Json.putIfMissing(json, "capabilities", List.of());
    Json.putIfMissing(json, "clientId", "");
    Json.putIfMissing(json, "dns", List.of());
    Json.putIfMissing(json, "enableBroadcast", true);
    Json.putIfMissing(json, "ipAssignmentPools", List.of());
    Json.putIfMissing(json, "mtu", (long) NetworkConfig.DEFAULT_MTU_BYTES);
    Json.putIfMissing(json, "multicastLimit", (long) NetworkRecord.DEFAULT_MULTICAST_LIMIT);
    Json.putIfMissing(json, "name", "");
    Json.putIfMissing(json, "private", true);
    Json.putIfMissing(json, "remoteTraceLevel", 0L);
    Json.putIfMissing(json, "remoteTraceTarget", null);
    Json.putIfMissing(json, "routes", List.of());
    Json.putIfMissing(json, "rules", List.of(acceptEverything()));
    Json.putIfMissing(json, NetworkSource.MEMBER, "");
    Json.putIfMissing(json, "ssoEnabled", false);
    Json.putIfMissing(json, "tags", List.of());
    Json.putIfMissing(json, "v4AssignMode", v4Mode(false));
    Json.putIfMissing(json, "v6AssignMode", v6Mode(List.of()));
  }

  /** The default rule; unlike a parsed action it has {@code not} and {@code or}. */
  private static Map<String, @Nullable Object> acceptEverything() {
    Map<String, @Nullable Object> rule = Json.object();
    rule.put("not", false);
    rule.put("or", false);
    rule.put("type", "ACTION_ACCEPT");
    return rule;
  }

  // Values of a POST.

  private static void set(Map<String, @Nullable Object> json, String key, @Nullable Object value) {
    switch (key) {
      case "name" -> json.put(key, Lenient.string(value, ""));
      case "private" -> json.put(key, Lenient.bool(value, true));
      case "enableBroadcast" -> json.put(key, Lenient.bool(value, false));
      case "multicastLimit" ->
          json.put(
              key, Json.unsigned(Lenient.integer(value, NetworkRecord.DEFAULT_MULTICAST_LIMIT)));
      case "mtu" -> json.put(key, mtu(value));
      case "v4AssignMode" -> json.put(key, v4FromPost(value));
      case "v6AssignMode" -> json.put(key, v6FromPost(value));
      case "directory" -> json.put(key, Lenient.bool(value, false));
      case "remoteTraceTarget" -> json.put(key, TraceTargets.stored(value));
      case "remoteTraceLevel" -> json.put(key, Json.unsigned(Lenient.integer(value, 0)));
      case "authTokens" -> json.put(key, tokens(value));
      case "routes" -> putIfArray(json, key, value, routesJson(routes(value)));
      case "ipAssignmentPools" -> putIfArray(json, key, value, poolsJson(pools(value)));
      case "rules" -> putIfArray(json, key, value, RuleJson.writeAll(RuleJson.readAll(value)));
      case "capabilities" -> putIfArray(json, key, value, capabilitiesJson(capabilities(value)));
      case "tags" -> putIfArray(json, key, value, tagsJson(tags(value)));
      case "dns" -> {
        if (value instanceof Map) {
          json.put(key, dns(Json.asObject(value)));
        }
      }
      default -> {
        // Cannot be set by a POST.
      }
    }
  }

  private static void putIfArray(
      Map<String, @Nullable Object> json,
      String key,
      @Nullable Object value,
      List<@Nullable Object> normalized) {
    if (value instanceof List) {
      json.put(key, normalized);
    }
  }

  private static long mtu(@Nullable Object value) {
    long wanted = Lenient.integer(value, NetworkConfig.DEFAULT_MTU_BYTES) & 0xffff_ffffL;
    return Math.clamp(wanted, NetworkConfig.MIN_MTU_BYTES, NetworkConfig.MAX_MTU_BYTES);
  }

  private static Map<String, @Nullable Object> v4Mode(boolean zt) {
    Map<String, @Nullable Object> mode = Json.object();
    mode.put("zt", zt);
    return mode;
  }

  private static Map<String, @Nullable Object> v4FromPost(@Nullable Object value) {
    return v4Mode(
        value instanceof Map
            ? Lenient.bool(Json.asObject(value).get("zt"), false)
            : "zt".equals(value));
  }

  private static Map<String, @Nullable Object> v6Mode(List<String> on) {
    Map<String, @Nullable Object> mode = Json.object();
    for (String name : List.of("6plane", "rfc4193", "zt")) {
      mode.put(name, on.contains(name));
    }
    return mode;
  }

  /** An object keeps only its own names; a string of names sets all three. */
  private static Map<String, @Nullable Object> v6FromPost(@Nullable Object value) {
    if (!(value instanceof Map)) {
      return v6Mode(value instanceof String names ? Arrays.asList(names.split(",")) : List.of());
    }
    Map<String, @Nullable Object> wanted = Json.asObject(value);
    Map<String, @Nullable Object> mode = Json.object();
    for (String name : List.of("6plane", "rfc4193", "zt")) {
      if (wanted.containsKey(name)) {
        mode.put(name, Lenient.bool(wanted.get(name), false));
      }
    }
    return mode;
  }

  private static List<@Nullable Object> noTokens() {
    var none = new ArrayList<@Nullable Object>();
    none.add(null);
    return none;
  }

  private static @Nullable Object tokens(@Nullable Object value) {
    if (!(value instanceof Map)) {
      return noTokens();
    }
    Map<String, @Nullable Object> stored = Json.object();
    Json.asObject(value)
        .forEach(
            (token, until) -> {
              if (until instanceof Number number && number.doubleValue() >= 0) {
                stored.put(token, number);
              }
            });
    return stored.isEmpty() ? null : stored;
  }

  private static Map<String, @Nullable Object> dns(Map<String, @Nullable Object> wanted) {
    Map<String, @Nullable Object> dns = Json.object();
    dns.put("domain", wanted.get("domain"));
    if (wanted.get("servers") instanceof List<?> servers) {
      dns.put("servers", servers);
    }
    return dns;
  }

  private static List<@Nullable Object> routesJson(List<Route> routes) {
    var array = new ArrayList<@Nullable Object>();
    for (Route route : routes) {
      Map<String, @Nullable Object> json = Json.object();
      json.put("target", route.target().toString());
      json.put("via", route.via() == null ? null : Endpoints.ipText(route.via()));
      if (route.metric() != 0) {
        json.put("metric", route.metric());
      }
      array.add(json);
    }
    return array;
  }

  private static List<@Nullable Object> poolsJson(List<AddressPool> pools) {
    var array = new ArrayList<@Nullable Object>();
    for (AddressPool pool : pools) {
      Map<String, @Nullable Object> json = Json.object();
      json.put("ipRangeStart", Endpoints.ipText(pool.start()));
      json.put("ipRangeEnd", Endpoints.ipText(pool.end()));
      array.add(json);
    }
    return array;
  }

  private static List<@Nullable Object> capabilitiesJson(List<CapabilityDefinition> all) {
    var array = new ArrayList<@Nullable Object>();
    for (CapabilityDefinition capability : all) {
      Map<String, @Nullable Object> json = Json.object();
      json.put("default", capability.isDefault());
      json.put("id", Json.unsigned(capability.id()));
      json.put("rules", RuleJson.writeAll(capability.rules()));
      array.add(json);
    }
    return array;
  }

  private static List<@Nullable Object> tagsJson(List<TagDefinition> tags) {
    var array = new ArrayList<@Nullable Object>();
    for (TagDefinition tag : tags) {
      Map<String, @Nullable Object> json = Json.object();
      json.put("default", tag.defaultValue() == null ? null : Json.unsigned(tag.defaultValue()));
      json.put("id", Json.unsigned(tag.id()));
      array.add(json);
    }
    return array;
  }

  // JSON to record.

  private static NetworkRecord record(Map<String, @Nullable Object> json, long id, long revision) {
    Map<String, @Nullable Object> v6 = Json.asObject(json.get("v6AssignMode"));
    Map<String, @Nullable Object> dns = Json.asObject(json.get("dns"));
    return NetworkRecord.builder(id)
        .revision(revision)
        .createdMs(Lenient.integer(json.get("creationTime"), 0))
        .name(Lenient.string(json.get("name"), ""))
        .isPrivate(Lenient.bool(json.get("private"), true))
        .broadcast(Lenient.bool(json.get("enableBroadcast"), true))
        .multicastLimit(
            Lenient.integer(json.get("multicastLimit"), NetworkRecord.DEFAULT_MULTICAST_LIMIT))
        .mtuBytes((int) mtu(json.get("mtu")))
        .assign(
            new AssignModes(
                Lenient.bool(Json.asObject(json.get("v4AssignMode")).get("zt"), false),
                Lenient.bool(v6.get("zt"), false),
                Lenient.bool(v6.get("6plane"), false),
                Lenient.bool(v6.get("rfc4193"), false)))
        .routes(routes(json.get("routes")))
        .pools(pools(json.get("ipAssignmentPools")))
        .rules(RuleJson.readAll(json.get("rules")))
        .capabilities(capabilities(json.get("capabilities")))
        .tags(tags(json.get("tags")))
        .dnsDomain(Lenient.string(dns.get("domain"), ""))
        .dnsServers(LenientIp.ips(dns.get("servers")))
        .authTokens(tokenExpiries(json.get("authTokens")))
        .traceTarget(TraceTargets.address(json.get("remoteTraceTarget")))
        .traceLevel(Lenient.integer(json.get("remoteTraceLevel"), 0))
        .ssoEnabled(Lenient.bool(json.get("ssoEnabled"), false))
        .credentialWindowMs(
            Lenient.integer(
                json.get("certificateTimeoutWindowSize"),
                NetworkRecord.DEFAULT_CREDENTIAL_WINDOW_MS))
        .directory(Lenient.bool(json.get("directory"), false))
        .document(Json.write(json))
        .build();
  }

  private static List<Route> routes(@Nullable Object array) {
    var routes = new ArrayList<Route>();
    for (Object entry : Lenient.entries(array)) {
      Map<String, @Nullable Object> json = Json.asObject(entry);
      IpPrefix target = json.get("target") instanceof String text ? LenientIp.prefix(text) : null;
      if (target != null && target.bits() <= maxBits(target.address())) {
        InetAddress via = json.get("via") instanceof String text ? LenientIp.ip(text) : null;
        boolean fits = via != null && maxBits(via) == maxBits(target.address());
        routes.add(new Route(target, fits ? via : null, 0, metric(json.get("metric"))));
      }
    }
    return routes;
  }

  /** Returns the metric of a route; 0, which the reference always sends, for the usual one. */
  private static int metric(@Nullable Object value) {
    return value instanceof Number number
            && number.longValue() >= 0
            && number.longValue() <= MAX_METRIC
        ? number.intValue()
        : 0;
  }

  private static List<AddressPool> pools(@Nullable Object array) {
    var pools = new ArrayList<AddressPool>();
    for (Object entry : Lenient.entries(array)) {
      Map<String, @Nullable Object> json = Json.asObject(entry);
      InetAddress start = LenientIp.ip(Lenient.string(json.get("ipRangeStart"), ""));
      InetAddress end = LenientIp.ip(Lenient.string(json.get("ipRangeEnd"), ""));
      if (start != null && end != null && maxBits(start) == maxBits(end)) {
        pools.add(new AddressPool(start, end));
      }
    }
    return pools;
  }

  private static int maxBits(InetAddress ip) {
    return ip.getAddress().length == 4 ? V4_BITS : V6_BITS;
  }

  private static List<CapabilityDefinition> capabilities(@Nullable Object array) {
    return RuleSet.capabilities(array).stream()
        .map(each -> new CapabilityDefinition(each.id(), each.isDefault(), each.rules()))
        .toList();
  }

  private static List<TagDefinition> tags(@Nullable Object array) {
    return RuleSet.tags(array).stream()
        .map(each -> new TagDefinition(each.id(), each.defaultValue()))
        .toList();
  }

  private static Map<String, Long> tokenExpiries(@Nullable Object tokens) {
    var expiries = new HashMap<String, Long>();
    Json.asObject(tokens)
        .forEach(
            (token, until) -> {
              if (until instanceof Number) {
                expiries.put(token, Lenient.integer(until, 0));
              }
            });
    return expiries;
  }
}
