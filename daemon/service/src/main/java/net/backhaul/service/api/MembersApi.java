// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import net.backhaul.engine.NetworkDirectory;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.Node;
import net.backhaul.engine.PeerStatus;
import net.backhaul.json.Json;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.protocol.network.DirectoryEntry;
import net.backhaul.protocol.network.NetworkConfig;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.dns.LocalResolver;
import net.backhaul.service.http.Request;
import net.backhaul.service.http.Resource;
import net.backhaul.service.http.Response;
import org.jspecify.annotations.Nullable;

/**
 * Lists the members of a joined network, at {@code /network/<network id>/members}; the reference
 * has no such path. 404 for a network that is not joined.
 */
final class MembersApi implements Resource {
  /** The end of the path. */
  static final String PATH = "/members";

  private static final String NETWORK = "/network";

  private final NodeLoop loop;
  private final LocalResolver resolver;
  private final long self;

  MembersApi(NodeLoop loop, LocalResolver resolver, long self) {
    this.loop = loop;
    this.resolver = resolver;
    this.self = self;
  }

  private record Found(
      NetworkStatus network, Optional<NetworkDirectory> directory, List<PeerStatus> peers) {}

  @Override
  public CompletableFuture<Response> answer(Request request) {
    String network = request.path().substring(0, request.path().length() - PATH.length());
    String digits = PathIds.below(NETWORK, network, NetworkIds.DIGITS);
    if (request.method() != Request.Method.GET || digits == null) {
      return CompletableFuture.completedFuture(Response.NOT_FOUND);
    }
    long id = HexFormat.fromHexDigitsToLong(digits);
    return loop.submit(node -> find(node, id))
        .thenApplyAsync(
            found ->
                found
                    .map(each -> Response.json(Json.write(object(each))))
                    .orElse(Response.NOT_FOUND));
  }

  private static Optional<Found> find(Node node, long id) {
    return node.network(id)
        .map(network -> new Found(network, node.directory(id), node.peers(NodeLoop.nowMs())));
  }

  private Map<String, @Nullable Object> object(Found found) {
    long id = found.network.networkId();
    NetworkConfig config = found.network.config();
    Map<String, @Nullable Object> out = Json.object();
    out.put("nwid", NetworkIds.text(id));
    out.put("directory", found.directory.isPresent());
    out.put("complete", found.directory.map(NetworkDirectory::isComplete).orElse(false));
    out.put("revision", found.directory.map(NetworkDirectory::revision).orElse(0L));
    String domain = config == null ? "" : config.dnsDomain();
    out.put("domain", domain);
    InetAddress address = resolver.address(id);
    out.put("resolver", address == null ? "" : Endpoints.ipText(address));
    Map<Long, PeerStatus> peers = new HashMap<>();
    found.peers.forEach(peer -> peers.put(peer.address(), peer));
    var members = new ArrayList<@Nullable Object>();
    found.directory.stream()
        .flatMap(directory -> directory.members().stream())
        .forEach(member -> members.add(object(member, peers.get(member.address()))));
    out.put("members", members);
    return out;
  }

  private Map<String, @Nullable Object> object(DirectoryEntry member, @Nullable PeerStatus peer) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("address", Addresses.text(member.address()));
    out.put("name", member.name());
    out.put("label", member.label());
    out.put("ipAssignments", member.addresses().stream().map(Endpoints::ipText).toList());
    out.put("link", link(member.address(), peer));
    out.put("latency", peer == null ? -1 : peer.latencyMs());
    return out;
  }

  /** Returns how packets to a member travel; without an exchange of packets so far, NONE. */
  private String link(long address, @Nullable PeerStatus peer) {
    if (address == self) {
      return "SELF";
    }
    if (peer == null) {
      return "NONE";
    }
    return peer.paths().isEmpty() ? "RELAY" : "DIRECT";
  }
}
