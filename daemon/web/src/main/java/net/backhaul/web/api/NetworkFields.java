// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.backhaul.controller.AssignModes;
import net.backhaul.controller.NetworkRecord;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.address.IpPrefix;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.store.NetworkJson;
import net.backhaul.web.http.Fields;
import org.jspecify.annotations.Nullable;

/**
 * The settings of a network in a request: validated, and translated to the object of the recorded
 * API, through which all changes of a record's document go.
 *
 * @param settings as a body of the recorded API
 * @param deauthorizeAfterDays null where it is not named
 */
record NetworkFields(
    Map<String, @Nullable Object> settings,
    AutoAssign assign,
    AnnotationFields annotations,
    @Nullable Long deauthorizeAfterDays) {
  static final int MAX_NAME_BYTES = 127;
  static final int MAX_DOMAIN_BYTES = 127;
  static final int MAX_MULTICAST_LIMIT = 65_535;
  static final int MAX_ROUTES = 128;
  static final int MAX_POOLS = 64;
  static final int MAX_DNS_SERVERS = 4;
  static final int MAX_METRIC = 0xffff;

  /** Reads the fields that are present. */
  static NetworkFields read(Fields fields) {
    Map<String, @Nullable Object> body = Json.object();
    if (fields.has("name")) {
      body.put("name", fields.text("name", MAX_NAME_BYTES));
    }
    if (fields.has("private")) {
      body.put("private", fields.bool("private"));
    }
    if (fields.has("broadcast")) {
      body.put("enableBroadcast", fields.bool("broadcast"));
    }
    if (fields.has("directory")) {
      body.put("directory", fields.bool("directory"));
    }
    if (fields.has("mtu")) {
      body.put(
          "mtu", fields.number("mtu", NetworkConfig.MIN_MTU_BYTES, NetworkConfig.MAX_MTU_BYTES));
    }
    if (fields.has("multicastLimit")) {
      body.put("multicastLimit", fields.number("multicastLimit", 0, MAX_MULTICAST_LIMIT));
    }
    if (fields.has("routes")) {
      body.put("routes", routes(fields));
    }
    if (fields.has("pools")) {
      body.put("ipAssignmentPools", pools(fields));
    }
    if (fields.has("dns")) {
      body.put("dns", dns(fields.object("dns")));
    }
    Long days =
        fields.has("deauthorizeAfterDays")
            ? (Long)
                fields.number("deauthorizeAfterDays", 0, NetworkRecord.MAX_DEAUTHORIZE_AFTER_DAYS)
            : null;
    return new NetworkFields(body, AutoAssign.read(fields), AnnotationFields.read(fields), days);
  }

  private static List<@Nullable Object> routes(Fields fields) {
    var out = new ArrayList<@Nullable Object>();
    for (Fields route : fields.objects("routes", MAX_ROUTES)) {
      Map<String, @Nullable Object> json = Json.object();
      IpPrefix target = IpFields.prefix(route, "target");
      json.put("target", String.valueOf(target));
      InetAddress via = route.isSet("via") ? IpFields.ip(route, "via") : null;
      if (via != null && target != null && !IpFields.sameFamily(via, target.address())) {
        route.reject("via", "expected an address of the family of the target");
      }
      json.put("via", via == null ? null : Endpoints.ipText(via));
      if (route.has("metric")) {
        json.put("metric", route.number("metric", 0, MAX_METRIC));
      }
      out.add(json);
    }
    return out;
  }

  private static List<@Nullable Object> pools(Fields fields) {
    var out = new ArrayList<@Nullable Object>();
    for (Fields pool : fields.objects("pools", MAX_POOLS)) {
      InetAddress start = IpFields.ip(pool, "start");
      InetAddress end = IpFields.ip(pool, "end");
      if (start == null || end == null) {
        continue;
      }
      if (!IpFields.sameFamily(start, end)
          || Arrays.compareUnsigned(start.getAddress(), end.getAddress()) > 0) {
        pool.reject("end", "expected an address of the same family, not before the start");
      }
      Map<String, @Nullable Object> json = Json.object();
      json.put("ipRangeStart", Endpoints.ipText(start));
      json.put("ipRangeEnd", Endpoints.ipText(end));
      out.add(json);
    }
    return out;
  }

  private static Map<String, @Nullable Object> dns(Fields dns) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("domain", dns.has("domain") ? dns.text("domain", MAX_DOMAIN_BYTES) : "");
    var servers = new ArrayList<@Nullable Object>();
    if (dns.has("servers")) {
      List<String> texts = dns.texts("servers", MAX_DNS_SERVERS);
      for (int i = 0; i < texts.size(); i++) {
        InetAddress ip = IpFields.ip(dns, "servers[" + i + "]", texts.get(i));
        servers.add(ip == null ? null : Endpoints.ipText(ip));
      }
    }
    out.put("servers", servers);
    return out;
  }

  /** The kinds of automatic addresses that a request sets; null for those it leaves. */
  record AutoAssign(
      @Nullable Boolean v4,
      @Nullable Boolean v6,
      @Nullable Boolean rfc4193,
      @Nullable Boolean sixPlane) {
    static final AutoAssign UNCHANGED = new AutoAssign(null, null, null, null);

    static AutoAssign read(Fields fields) {
      if (!fields.has("autoAssign")) {
        return UNCHANGED;
      }
      Fields modes = fields.object("autoAssign");
      return new AutoAssign(
          bool(modes, "ipv4"), bool(modes, "ipv6"), bool(modes, "rfc4193"), bool(modes, "6plane"));
    }

    /** Returns these with IPv4 addresses, unless the request has decided that. */
    AutoAssign withIpv4() {
      return v4 == null ? new AutoAssign(true, v6, rfc4193, sixPlane) : this;
    }

    private static @Nullable Boolean bool(Fields fields, String name) {
      return fields.has(name) ? (Boolean) fields.bool(name) : null;
    }

    private void putInto(Map<String, @Nullable Object> body, AssignModes before) {
      if (equals(UNCHANGED)) {
        return;
      }
      Map<String, @Nullable Object> forV4 = Json.object();
      forV4.put("zt", v4 == null ? before.v4() : v4);
      Map<String, @Nullable Object> forV6 = Json.object();
      forV6.put("zt", v6 == null ? before.v6() : v6);
      forV6.put("rfc4193", rfc4193 == null ? before.rfc4193() : rfc4193);
      forV6.put("6plane", sixPlane == null ? before.sixPlane() : sixPlane);
      body.put("v4AssignMode", forV4);
      body.put("v6AssignMode", forV6);
    }
  }

  /** Returns whether the request states which addresses members get. */
  boolean hasAddresses() {
    return settings.containsKey("routes") || settings.containsKey("ipAssignmentPools");
  }

  /** Returns these with IPv4 addresses, unless the request has decided that. */
  NetworkFields withIpv4() {
    return new NetworkFields(settings, assign.withIpv4(), annotations, deauthorizeAfterDays);
  }

  /** Applies settings to a network; what the request does not name stays. */
  NetworkRecord apply(NetworkRecord network) {
    Map<String, @Nullable Object> body = Json.object();
    body.putAll(settings);
    // An object of the recorded API resets these when it does not name them.
    body.put("remoteTraceLevel", Json.unsigned(network.traceLevel()));
    if (network.traceTarget() != 0) {
      body.put("remoteTraceTarget", Addresses.text(network.traceTarget()));
    }
    assign.putInto(body, network.assign());
    NetworkRecord changed =
        NetworkJson.edit(network, body).withAnnotations(annotations.apply(network.annotations()));
    return deauthorizeAfterDays == null
        ? changed
        : changed.withDeauthorizeAfterDays((int) (long) deauthorizeAfterDays);
  }
}
