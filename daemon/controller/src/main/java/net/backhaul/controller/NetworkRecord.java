// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;
import net.backhaul.protocol.network.Route;
import net.backhaul.protocol.network.Rule;

/**
 * What an operator has laid down for a network (04 section 5.3).
 *
 * @param revision how often it was changed; 0 before it is kept for the first time
 * @param multicastLimit unsigned, not clamped
 * @param authTokens until when a token lets members in, in ms; 0 is for ever
 * @param traceTarget 0 is nobody
 * @param credentialWindowMs unsigned, as wanted; configurations clamp it
 * @param document the text that this was read from, opaque, without the revision
 */
public record NetworkRecord(
    long id,
    long revision,
    String name,
    boolean isPrivate,
    boolean broadcast,
    long multicastLimit,
    int mtuBytes,
    AssignModes assign,
    List<Route> routes,
    List<AddressPool> pools,
    List<Rule> rules,
    List<CapabilityDefinition> capabilities,
    List<TagDefinition> tags,
    String dnsDomain,
    List<InetAddress> dnsServers,
    Map<String, Long> authTokens,
    long traceTarget,
    long traceLevel,
    boolean ssoEnabled,
    long credentialWindowMs,
    String document) {
  public static final long DEFAULT_CREDENTIAL_WINDOW_MS = 1_800_000;

  public NetworkRecord {
    routes = List.copyOf(routes);
    pools = List.copyOf(pools);
    rules = List.copyOf(rules);
    capabilities = List.copyOf(capabilities);
    tags = List.copyOf(tags);
    dnsServers = List.copyOf(dnsServers);
    authTokens = Map.copyOf(authTokens);
  }

  public NetworkRecord withRevision(long changed) {
    return new NetworkRecord(
        id,
        changed,
        name,
        isPrivate,
        broadcast,
        multicastLimit,
        mtuBytes,
        assign,
        routes,
        pools,
        rules,
        capabilities,
        tags,
        dnsDomain,
        dnsServers,
        authTokens,
        traceTarget,
        traceLevel,
        ssoEnabled,
        credentialWindowMs,
        document);
  }
}
