// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import net.backhaul.protocol.ethernet.EtherTypes;
import net.backhaul.rules.analysis.TestFlow.Field;

/**
 * The flows that members lose by a change of rules: those whose frames and replies both pass by the
 * rules before it, and do not after it.
 */
public final class LostFlows {
  /** Maximum members, of those that rules can distinguish, that are compared. */
  public static final int MAX_MEMBERS = 40;

  /** Maximum ports that are compared: well-known ones, and those that the rules name. */
  public static final int MAX_PORTS = 64;

  private static final List<Integer> PORTS =
      List.of(22, 53, 80, 123, 139, 389, 443, 445, 631, 993, 2049, 3306, 3389, 5432, 5900, 8080);
  private static final int SYN = 0x02;
  private static final int SYN_ACK = 0x12;
  private static final int ECHO_REPLY = 0;
  private static final int ECHO_REPLY_V6 = 129;
  private static final int NEIGHBOR_SOLICITATION = 135;
  private static final int NEIGHBOR_ADVERTISEMENT = 136;

  private LostFlows() {}

  /**
   * The flows that one member loses to another.
   *
   * @param names such as {@code tcp 22} or {@code arp}
   * @param isAll whether these are all that pass before the change
   */
  public record Lost(
      MemberCredentials from, MemberCredentials to, List<String> names, boolean isAll) {
    public Lost {
      names = List.copyOf(names);
    }
  }

  /** A flow and its reply. */
  private record Conversation(String name, TestFlow request, TestFlow reply) {
    boolean passes(FlowEvaluator evaluator, MemberCredentials from, MemberCredentials to) {
      return evaluator.outcome(new Exchange(from, to, request)).delivers()
          && evaluator.outcome(new Exchange(to, from, reply)).delivers();
    }
  }

  /**
   * Returns what is lost between members, of which the first {@link #MAX_MEMBERS} that the rules
   * can distinguish are compared.
   */
  public static List<Lost> find(
      FlowEvaluator before, FlowEvaluator after, List<MemberCredentials> members) {
    var groups = new ArrayList<MemberGroup>();
    for (MemberGroup each : MemberGroup.of(before.model(), members)) {
      groups.addAll(MemberGroup.of(after.model(), each.members()));
    }
    List<MemberGroup> compared = groups.subList(0, Math.min(MAX_MEMBERS, groups.size()));
    List<Conversation> all = conversations(before, after);
    var lost = new ArrayList<Lost>();
    for (MemberGroup from : compared) {
      for (MemberGroup to : compared) {
        MemberCredentials receiver = to.receiver(from);
        if (receiver.address() != from.first().address()) {
          List<Conversation> passing =
              all.stream().filter(each -> each.passes(before, from.first(), receiver)).toList();
          List<String> names =
              passing.stream()
                  .filter(each -> !each.passes(after, from.first(), receiver))
                  .map(Conversation::name)
                  .toList();
          if (!names.isEmpty()) {
            boolean isAll = names.size() == passing.size();
            lost.add(new Lost(from.first(), receiver, names, isAll));
          }
        }
      }
    }
    return lost;
  }

  private static List<Conversation> conversations(FlowEvaluator before, FlowEvaluator after) {
    var all = new ArrayList<Conversation>();
    TestFlow arp = TestFlow.ANY.with(Field.ETHERTYPE, EtherTypes.ARP);
    all.add(new Conversation("arp", arp, arp.with(Field.CAST, 0)));
    TestFlow v4 = TestFlow.ANY.with(Field.ETHERTYPE, EtherTypes.IPV4);
    TestFlow icmp = v4.with(Field.IPPROTOCOL, TestFlow.ICMP);
    all.add(new Conversation("icmp", icmp, icmp.with(Field.ICMP_TYPE, ECHO_REPLY)));
    TestFlow v6 = TestFlow.ANY.with(Field.ETHERTYPE, EtherTypes.IPV6);
    TestFlow icmp6 = v6.with(Field.IPPROTOCOL, TestFlow.ICMPV6);
    all.add(
        new Conversation(
            "ipv6 neighbour discovery",
            icmp6.with(Field.ICMP_TYPE, NEIGHBOR_SOLICITATION).with(Field.CAST, TestFlow.MULTICAST),
            icmp6.with(Field.ICMP_TYPE, NEIGHBOR_ADVERTISEMENT)));
    all.add(new Conversation("icmp6", icmp6, icmp6.with(Field.ICMP_TYPE, ECHO_REPLY_V6)));
    var ports = new TreeSet<Integer>(PORTS);
    for (FlowEvaluator evaluator : List.of(before, after)) {
      evaluator.model().namedPorts().stream().limit(MAX_PORTS - ports.size()).forEach(ports::add);
    }
    ports.forEach(port -> all.add(tcp(port, v4, "")));
    ports.forEach(port -> all.add(udp(port, v4, "")));
    ports.forEach(port -> all.add(tcp(port, v6, " over ipv6")));
    ports.forEach(port -> all.add(udp(port, v6, " over ipv6")));
    return all;
  }

  private static Conversation tcp(int port, TestFlow ip, String suffix) {
    TestFlow tcp = ip.with(Field.IPPROTOCOL, TestFlow.TCP);
    return new Conversation(
        "tcp " + port + suffix,
        request(tcp, port).with(Field.FLAGS, SYN),
        reply(tcp, port).with(Field.FLAGS, SYN_ACK));
  }

  private static Conversation udp(int port, TestFlow ip, String suffix) {
    TestFlow udp = ip.with(Field.IPPROTOCOL, TestFlow.UDP);
    return new Conversation("udp " + port + suffix, request(udp, port), reply(udp, port));
  }

  private static TestFlow request(TestFlow flow, int port) {
    return flow.with(Field.SPORT, TestFlow.CLIENT_PORT).with(Field.DPORT, port);
  }

  private static TestFlow reply(TestFlow flow, int port) {
    return flow.with(Field.SPORT, port).with(Field.DPORT, TestFlow.CLIENT_PORT);
  }
}
