// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.api;

import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import net.backhaul.engine.Diagnosis;
import net.backhaul.engine.NatObservation;
import net.backhaul.engine.NetworkStatus;
import net.backhaul.engine.Node;
import net.backhaul.engine.PeerReach;
import net.backhaul.engine.PeerStatus;
import net.backhaul.engine.RootReach;
import net.backhaul.json.Json;
import net.backhaul.protocol.Version;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.service.NodeLoop;
import net.backhaul.service.RootClocks;
import net.backhaul.service.http.Request;
import net.backhaul.service.http.Resource;
import net.backhaul.service.http.Response;
import net.backhaul.service.portmapping.PortMapping;
import net.backhaul.service.portmapping.protocol.MappingStatus;
import org.jspecify.annotations.Nullable;

/**
 * Describes how this node, its roots and its peers are reached, at {@code /diagnosis}; the
 * reference has no such path. POST sends a HELLO to all roots first, and waits for their answers.
 */
public final class DiagnosisApi implements Resource {
  private static final String PATH = "/diagnosis";

  /** How long roots have to answer. */
  private static final long ANSWER_WITHIN_MS = 1_500;

  /** How long copies of the identity have to answer after the roots. */
  private static final long COPIES_WITHIN_MS = 500;

  private static final long POLL_EVERY_MS = 50;

  private static final int PERCENT = 100;
  private static final int IPV4_BYTES = 4;

  private final NodeLoop loop;
  private final RootClocks clocks;
  private final Supplier<List<InetSocketAddress>> listening;
  private final PortMapping portMapping;
  private final long startedMs = NodeLoop.nowMs();

  /**
   * Creates it.
   *
   * @param listening returns the addresses of the UDP sockets, on the loop
   */
  public DiagnosisApi(
      NodeLoop loop,
      RootClocks clocks,
      Supplier<List<InetSocketAddress>> listening,
      PortMapping portMapping) {
    this.portMapping = portMapping;
    this.loop = loop;
    this.clocks = clocks;
    this.listening = listening;
  }

  /**
   * What is read on the loop.
   *
   * @param probedMs when roots were probed, 0 if they were not
   */
  private record Snapshot(
      Diagnosis diagnosis,
      Map<Long, String> names,
      Map<Long, Long> aheadMs,
      List<InetSocketAddress> listening,
      MappingStatus portMapping,
      long probedMs,
      long nowMs) {}

  @Override
  public CompletableFuture<Response> answer(Request request) {
    if (!request.path().equals(PATH)) {
      return CompletableFuture.completedFuture(Response.NOT_FOUND);
    }
    return switch (request.method()) {
      case GET -> loop.submit(node -> snapshot(node, 0)).thenApplyAsync(this::response);
      case POST -> probe().thenApplyAsync(this::response);
      case DELETE, OTHER -> CompletableFuture.completedFuture(Response.NOT_FOUND);
    };
  }

  private CompletableFuture<Snapshot> probe() {
    return loop.submit(
            node -> {
              long nowMs = NodeLoop.nowMs();
              node.probeRoots(nowMs);
              return nowMs;
            })
        .thenCompose(this::whenAnswered)
        .thenCompose(this::afterCopies)
        .thenCompose(probedMs -> loop.submit(node -> snapshot(node, probedMs)));
  }

  /** Returns the time of the probe as soon as all roots have answered, or should have. */
  private CompletableFuture<Long> whenAnswered(long probedMs) {
    return loop.submit(
            node ->
                NodeLoop.nowMs() - probedMs >= ANSWER_WITHIN_MS
                    || node.roots(NodeLoop.nowMs()).stream()
                        .allMatch(root -> !root.hasSocket() || root.lastReceiveMs() >= probedMs))
        .thenCompose(
            done -> {
              if (done) {
                return CompletableFuture.completedFuture(probedMs);
              }
              var later = new CompletableFuture<Long>();
              loop.executeAfter(POLL_EVERY_MS, () -> later.complete(probedMs));
              return later.thenCompose(this::whenAnswered);
            });
  }

  /** Leaves copies of the identity the time to answer through a root. */
  private CompletableFuture<Long> afterCopies(long probedMs) {
    var later = new CompletableFuture<Long>();
    loop.executeAfter(COPIES_WITHIN_MS, () -> later.complete(probedMs));
    return later;
  }

  private Snapshot snapshot(Node node, long probedMs) {
    long nowMs = NodeLoop.nowMs();
    return new Snapshot(
        node.diagnosis(nowMs),
        names(node),
        clocks.aheadMs(System.currentTimeMillis()),
        listening.get(),
        portMapping.status(),
        probedMs,
        nowMs);
  }

  /** Returns the names of members by the directories of the joined networks. */
  private static Map<Long, String> names(Node node) {
    Map<Long, String> names = new HashMap<>();
    for (NetworkStatus network : node.networks()) {
      node.directory(network.networkId()).stream()
          .flatMap(directory -> directory.members().stream())
          .filter(member -> !member.name().isEmpty())
          .forEach(member -> names.putIfAbsent(member.address(), member.name()));
    }
    return names;
  }

  private Response response(Snapshot snapshot) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("node", node(snapshot));
    var nats = new ArrayList<@Nullable Object>();
    snapshot.diagnosis.nats().forEach(nat -> nats.add(object(nat)));
    out.put("nat", nats);
    out.put("portMapping", PortMappingObject.of(snapshot.portMapping, snapshot.nowMs));
    var roots = new ArrayList<@Nullable Object>();
    snapshot.diagnosis.roots().forEach(root -> roots.add(object(root, snapshot)));
    out.put("roots", roots);
    var peers = new ArrayList<@Nullable Object>();
    snapshot.diagnosis.peers().forEach(peer -> peers.add(object(peer, snapshot)));
    out.put("peers", peers);
    var ahead = new ArrayList<@Nullable Object>();
    snapshot.aheadMs.forEach(
        (address, ms) -> {
          Map<String, @Nullable Object> clock = Json.object();
          clock.put("address", Addresses.text(address));
          clock.put("aheadMs", ms);
          ahead.add(clock);
        });
    out.put("rootClocks", ahead);
    return Response.json(Json.write(out));
  }

  private Map<String, @Nullable Object> node(Snapshot snapshot) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("address", Addresses.text(snapshot.diagnosis.node().address()));
    out.put("online", snapshot.diagnosis.node().online());
    out.put("version", Version.backhaul());
    out.put("upMs", snapshot.nowMs - startedMs);
    out.put("listeningOn", texts(snapshot.listening));
    out.put("surfaceAddresses", texts(snapshot.diagnosis.node().surfaceAddresses()));
    InetSocketAddress relay = snapshot.diagnosis.node().relay();
    out.put("tcpRelay", relay == null ? "" : Endpoints.text(relay));
    long copySeenMs = snapshot.diagnosis.copySeenMs();
    out.put("identityCopyAgoMs", copySeenMs < 0 ? -1 : snapshot.nowMs - copySeenMs);
    return out;
  }

  private static Map<String, @Nullable Object> object(NatObservation nat) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("family", family(nat.ipBytes()));
    out.put("kind", nat.kind().name());
    out.put("observed", texts(nat.observed()));
    out.put("reports", nat.reports());
    return out;
  }

  private static Map<String, @Nullable Object> object(RootReach root, Snapshot snapshot) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("address", Addresses.text(root.address()));
    out.put("role", root.role().name());
    out.put("family", family(root.ipBytes()));
    out.put("endpoints", texts(root.endpoints()));
    out.put("socket", root.hasSocket());
    out.put("latency", root.latencyMs());
    out.put("lastReceiveAgo", ago(root.lastReceiveMs(), snapshot));
    if (snapshot.probedMs != 0) {
      out.put("answered", root.lastReceiveMs() >= snapshot.probedMs);
    }
    return out;
  }

  private static Map<String, @Nullable Object> object(PeerReach reach, Snapshot snapshot) {
    PeerStatus peer = reach.peer();
    Map<String, @Nullable Object> out = Json.object();
    out.put("address", Addresses.text(peer.address()));
    out.put("name", snapshot.names.getOrDefault(peer.address(), ""));
    out.put("role", peer.role().name());
    out.put("version", peer.major() + "." + peer.minor() + "." + peer.revision());
    out.put("link", reach.link().name());
    out.put("relay", reach.relay() == 0 ? "" : Addresses.text(reach.relay()));
    out.put(
        "path",
        peer.paths().stream()
            .filter(PeerStatus.PathStatus::preferred)
            .findFirst()
            .map(path -> Endpoints.text(path.endpoint()))
            .orElse(""));
    out.put("latency", peer.latencyMs());
    out.put("probes", reach.probes());
    out.put(
        "lossPercent", reach.probes() == 0 ? -1 : PERCENT * reach.lostProbes() / reach.probes());
    out.put("pathMtu", reach.mtuBytes());
    out.put("cipher", reach.cipher().name());
    out.put("lastReceiveAgo", ago(reach.lastReceiveMs(), snapshot));
    out.put("pathAge", ago(reach.pathSinceMs(), snapshot));
    out.put("obstacle", reach.obstacle().name());
    out.put("why", ReachTexts.obstacle(reach, snapshot.nowMs));
    var candidates = new ArrayList<@Nullable Object>();
    for (PeerReach.Candidate each : reach.candidates()) {
      Map<String, @Nullable Object> candidate = Json.object();
      candidate.put("address", Endpoints.text(each.endpoint()));
      candidate.put("verdict", each.verdict().name());
      candidate.put("tries", each.tries());
      candidate.put("lastTriedAgo", ago(each.lastMs(), snapshot));
      candidates.add(candidate);
    }
    out.put("candidates", candidates);
    return out;
  }

  /** Returns how long ago a time was, in milliseconds; -1 for never. */
  private static long ago(long ms, Snapshot snapshot) {
    return ms == 0 ? -1 : Math.max(0, snapshot.nowMs - ms);
  }

  private static String family(int ipBytes) {
    return ipBytes == IPV4_BYTES ? "IPv4" : "IPv6";
  }

  private static List<String> texts(List<InetSocketAddress> endpoints) {
    return endpoints.stream().map(Endpoints::text).toList();
  }
}
