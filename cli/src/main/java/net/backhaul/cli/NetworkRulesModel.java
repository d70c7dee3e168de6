// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.net.InetAddress;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import net.backhaul.json.Json;
import net.backhaul.json.Lenient;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.rules.NetworkSource;
import net.backhaul.rules.analysis.FlowEvaluator;
import net.backhaul.rules.analysis.KnownMembers;
import net.backhaul.rules.analysis.MemberCredentials;
import net.backhaul.rules.analysis.RuleModel;
import org.jspecify.annotations.Nullable;

/**
 * The rules of a file or of a network, and the members of the network.
 *
 * @param name of the file or network, for messages
 */
record NetworkRulesModel(String name, KnownMembers members, FlowEvaluator evaluator) {
  private static final int FAILED = 1;
  private static final int ID_DIGITS = 16;

  /** Returns the rules of a file, without members. */
  static NetworkRulesModel ofFile(String name, Terminal terminal) throws CliExit {
    String source = RulesFiles.read(name, terminal);
    RuleModel model = RuleModel.of(source, RulesFiles.compile(name, source));
    return new NetworkRulesModel(
        name, new KnownMembers(model, List.of()), new FlowEvaluator(model, 0));
  }

  /** Returns the rules of a network of the controller, and its authorized members. */
  static NetworkRulesModel ofNetwork(Session session, String network) throws CliExit {
    String source = source(network, NetworkRulesCommands.fetch(session, network));
    RuleModel model = RuleModel.of(source, RulesFiles.compile(network, source));
    List<MemberCredentials> members = members(session, network);
    return new NetworkRulesModel(
        network,
        new KnownMembers(model, members),
        new FlowEvaluator(model, NetworkIds.parse(network)));
  }

  /** Returns the source of a network, which may be made of its rules. */
  static String source(String network, Map<String, @Nullable Object> stored) throws CliExit {
    try {
      return NetworkSource.of(stored);
    } catch (IllegalArgumentException e) {
      throw CliExit.err("", FAILED).withHint(network + ": " + e.getMessage());
    }
  }

  /** Returns whether a word names a network, and no file. */
  static boolean isNetwork(String word, Terminal terminal) {
    return word.length() == ID_DIGITS
        && HexIds.networkIdError(word) == null
        && !Files.exists(terminal.directory().resolve(word));
  }

  /** Fetches the authorized members of a network. */
  static List<MemberCredentials> members(Session session, String network) throws CliExit {
    Object answer = session.fetch("/unstable/controller/network/" + network + "/member");
    var members = new ArrayList<MemberCredentials>();
    if (Json.asObject(answer).get("data") instanceof List<?> data) {
      for (Object each : data) {
        Map<String, @Nullable Object> json = Json.asObject(each);
        if (Lenient.bool(json.get("authorized"), false)) {
          members.add(member(json));
        }
      }
    }
    return members;
  }

  private static MemberCredentials member(Map<String, @Nullable Object> json) {
    var tags = new TreeMap<Long, Long>();
    for (Object pair : Lenient.entries(json.get("tags"))) {
      if (pair instanceof List<?> values && values.size() == 2) {
        tags.put(Lenient.integer(values.get(0), 0), Lenient.integer(values.get(1), 0));
      }
    }
    var capabilities = new TreeSet<Long>();
    for (Object id : Lenient.entries(json.get("capabilities"))) {
      capabilities.add(Lenient.integer(id, 0));
    }
    var ips = new ArrayList<InetAddress>();
    for (Object text : Lenient.entries(json.get("ipAssignments"))) {
      try {
        ips.add(Endpoints.parseIp(Lenient.string(text, "")));
      } catch (IllegalArgumentException e) {
        // Not an address: the controller does not use it.
      }
    }
    long address = Lenient.hex(json.get("id"), 0) & Addresses.MASK;
    String name = Text.printable(Lenient.string(json.get("name"), ""));
    return new MemberCredentials(address, name, false, tags, capabilities, ips);
  }
}
