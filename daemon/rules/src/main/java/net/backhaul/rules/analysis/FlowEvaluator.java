// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.ethernet.Macs;
import net.backhaul.protocol.network.OwnershipCertificate;
import net.backhaul.protocol.network.OwnershipCertificate.OwnedAddress;
import net.backhaul.protocol.packet.Bytes;
import net.backhaul.rules.evaluation.CapabilityRules;
import net.backhaul.rules.evaluation.FrameHeader;
import net.backhaul.rules.evaluation.NetworkRules;
import net.backhaul.rules.evaluation.OwnedAddresses;
import net.backhaul.rules.evaluation.Parties;
import net.backhaul.rules.evaluation.Party;
import net.backhaul.rules.evaluation.RuleEvaluator;
import org.jspecify.annotations.Nullable;

/**
 * Decides on flows between members, as sender and receiver do once they have each other's
 * credentials.
 */
public final class FlowEvaluator {
  private static final InetAddress SENDER = Endpoints.parseIp("192.0.2.1");
  private static final InetAddress RECEIVER = Endpoints.parseIp("192.0.2.2");
  private static final InetAddress SENDER_V6 = Endpoints.parseIp("2001:db8::1");
  private static final InetAddress RECEIVER_V6 = Endpoints.parseIp("2001:db8::2");

  private final RuleModel model;
  private final long networkId;
  private final FrameHeader frame = new FrameHeader();
  private final List<RuleEvaluator> evaluators = new ArrayList<>();

  /**
   * Creates an evaluator.
   *
   * @param networkId of the network, which MACs depend on; 0 where it is not known
   */
  public FlowEvaluator(RuleModel model, long networkId) {
    this.model = model;
    this.networkId = networkId;
    evaluators.add(new RuleEvaluator(new Constant(0)));
    if (model.dependsOnChance()) {
      evaluators.add(new RuleEvaluator(new Constant(-1)));
    }
  }

  /** The least or the greatest number, so that matches by chance do or do not match. */
  private record Constant(long value) implements RandomGenerator {
    @Override
    public long nextLong() {
      return value;
    }
  }

  /** Returns the rules by which this decides. */
  public RuleModel model() {
    return model;
  }

  /** Returns what becomes of a frame; the outcomes differ where it depends on chance. */
  public List<Outcome> outcomes(Exchange exchange) {
    return evaluators.stream().map(each -> outcome(each, exchange)).toList();
  }

  /** Returns what becomes of a frame where matches by chance match. */
  public Outcome outcome(Exchange exchange) {
    return outcome(evaluators.getFirst(), exchange);
  }

  /** Returns an evaluator of the same network by other rules. */
  public FlowEvaluator withRules(RuleModel other) {
    return new FlowEvaluator(other, networkId);
  }

  /** A point at which rules are evaluated. */
  enum Side {
    /** The sender, before the recipients of a multicast frame are known. */
    MULTICAST_SENDER,
    SENDER,
    RECEIVER
  }

  /** Returns where the sender decides: a multicast frame is first evaluated as such. */
  Side sendingSide(Exchange exchange) {
    if (FrameBuilder.cast(exchange.flow()) == 0) {
      return Side.SENDER;
    }
    prepare(exchange);
    MemberCredentials from = exchange.from();
    Party sender = party(from, model.capabilities(from), ips(from, exchange.flow()));
    boolean delivers = sendToMany(evaluators.getFirst(), sender).delivers();
    return delivers ? Side.SENDER : Side.MULTICAST_SENDER;
  }

  /** Decides at one point by other rules than those of the network, without capabilities. */
  SideDecision probe(NetworkRules rules, Side side, Exchange exchange) {
    prepare(exchange);
    Party sender = party(exchange.from(), List.of(), ips(exchange.from(), exchange.flow()));
    Party receiver = party(exchange.to(), List.of(), ips(exchange.to(), null));
    RuleEvaluator evaluator = evaluators.getFirst();
    return switch (side) {
      case RECEIVER -> receive(evaluator, new Parties(rules, receiver, sender), sender, receiver);
      case SENDER -> {
        frame.outbound(sender.address(), receiver.address());
        yield SideDecision.of(evaluator.evaluate(frame, new Parties(rules, sender, receiver)));
      }
      case MULTICAST_SENDER -> {
        frame.outbound(sender.address(), 0);
        yield SideDecision.of(evaluator.evaluate(frame, new Parties(rules, sender, null)));
      }
    };
  }

  private Outcome outcome(RuleEvaluator evaluator, Exchange exchange) {
    prepare(exchange);
    MemberCredentials from = exchange.from();
    MemberCredentials to = exchange.to();
    Party sender = party(from, model.capabilities(from), ips(from, exchange.flow()));
    Party receiver = party(to, model.capabilities(to), ips(to, null));
    boolean isUnicast = FrameBuilder.cast(exchange.flow()) == 0;
    SideDecision sent = isUnicast ? null : sendToMany(evaluator, sender);
    if (sent == null || sent.delivers()) {
      sent = send(evaluator, sender, receiver);
    }
    var inbound = new Parties(model.rules(), receiver, sender);
    return new Outcome(sent, receive(evaluator, inbound, sender, receiver));
  }

  /** The sender decides on a multicast frame as such, then for each recipient (03 section 7.7). */
  private SideDecision sendToMany(RuleEvaluator evaluator, Party sender) {
    frame.outbound(sender.address(), 0);
    return SideDecision.of(evaluator.evaluate(frame, new Parties(model.rules(), sender, null)));
  }

  private SideDecision send(RuleEvaluator evaluator, Party sender, Party receiver) {
    frame.outbound(sender.address(), receiver.address());
    return SideDecision.of(evaluator.evaluate(frame, new Parties(model.rules(), sender, receiver)));
  }

  private SideDecision receive(
      RuleEvaluator evaluator, Parties inbound, Party sender, Party receiver) {
    frame.inbound(sender.address(), receiver.address());
    return SideDecision.of(evaluator.evaluate(frame, inbound));
  }

  private void prepare(Exchange exchange) {
    FrameBuilder.Endpoint sender = endpoint(exchange.from(), SENDER, SENDER_V6);
    FrameBuilder.Frame built =
        FrameBuilder.build(exchange.flow(), sender, endpoint(exchange.to(), RECEIVER, RECEIVER_V6));
    frame.wrap(built.bytes(), 0, built.bytes().length);
    frame.ethernet(built.destinationMac(), sender.mac(), built.etherType());
  }

  private FrameBuilder.Endpoint endpoint(MemberCredentials member, InetAddress v4, InetAddress v6) {
    InetAddress four = v4;
    InetAddress six = v6;
    for (int i = member.ips().size() - 1; i >= 0; i--) {
      InetAddress ip = member.ips().get(i);
      if (ip.getAddress().length == 4) {
        four = ip;
      } else {
        six = ip;
      }
    }
    return new FrameBuilder.Endpoint(Macs.of(member.address(), networkId), four, six);
  }

  /** Where the addresses of a member are not known, it owns those that its frames have. */
  private static List<InetAddress> ips(MemberCredentials member, @Nullable TestFlow sent) {
    if (!member.ips().isEmpty() || sent == null) {
      return member.ips();
    }
    InetAddress stated = sent.source();
    return stated == null ? List.of(SENDER, SENDER_V6) : List.of(stated);
  }

  private Party party(
      MemberCredentials member, List<CapabilityRules> capabilities, List<InetAddress> ips) {
    List<OwnedAddress> owned = ips.stream().map(OwnedAddress::of).toList();
    var certificate =
        new OwnershipCertificate(networkId, 0, 0, 0, owned, member.address(), 0, Bytes.EMPTY);
    Map<Long, Long> tags = model.tags(member);
    return new Party(
        member.address(), tags, capabilities, List.of(new OwnedAddresses(certificate)));
  }
}
