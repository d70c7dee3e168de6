// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The chains of a firewall, and what they do with a datagram of the node. A rule with a condition
 * that cannot be decided, such as a source address, is skipped.
 */
final class FirewallRules {
  private static final int MAX_DEPTH = 16;

  private final Map<String, Chain> chains = new LinkedHashMap<>();

  /** A datagram of the node. */
  record Datagram(boolean inbound, int port, boolean established) {}

  /** Whether a datagram meets a condition. */
  enum Match {
    YES,
    NO,
    UNKNOWN;

    Match and(Match other) {
      return this == NO || other == NO ? NO : this == YES ? other : UNKNOWN;
    }

    static Match of(boolean meets) {
      return meets ? YES : NO;
    }
  }

  /** What a rule does with a datagram that meets its conditions. */
  enum Action {
    NOTHING,
    ACCEPT,
    DROP,
    RETURN,
    JUMP
  }

  /** A condition of a rule. */
  @FunctionalInterface
  interface Condition {
    Match matches(Datagram datagram);
  }

  /**
   * A rule.
   *
   * @param target the chain to jump to, or empty
   */
  record FirewallRule(List<Condition> conditions, Action action, String target) {
    Match matches(Datagram datagram) {
      Match all = Match.YES;
      for (Condition each : conditions) {
        all = all.and(each.matches(datagram));
      }
      return all;
    }
  }

  /** A chain, and the direction of the datagrams that begin there; null for none. */
  private static final class Chain {
    final String name;
    final @Nullable Boolean inbound;
    final boolean dropsByDefault;
    final List<FirewallRule> rules = new ArrayList<>();

    Chain(String name, @Nullable Boolean inbound, boolean dropsByDefault) {
      this.name = name;
      this.inbound = inbound;
      this.dropsByDefault = dropsByDefault;
    }
  }

  /**
   * Adds a chain.
   *
   * @param key unique, and what rules jump to
   * @param name as messages name it
   * @param inbound the direction of the datagrams that begin there; null for none
   */
  void addChain(String key, String name, @Nullable Boolean inbound, boolean dropsByDefault) {
    chains.put(key, new Chain(name, inbound, dropsByDefault));
  }

  /** Adds a rule to a chain that exists. */
  void addRule(String key, FirewallRule rule) {
    Chain chain = chains.get(key);
    if (chain != null) {
      chain.rules.add(rule);
    }
  }

  /** Returns the name of the chain that drops a datagram, and how; null if none does. */
  @Nullable String dropper(Datagram datagram) {
    for (Chain chain : chains.values()) {
      if (chain.inbound == null || chain.inbound != datagram.inbound()) {
        continue;
      }
      Action action = run(chain, datagram, 0);
      if (action == Action.DROP) {
        return chain.name + " drops it by a rule";
      }
      if (action == Action.NOTHING && chain.dropsByDefault) {
        return chain.name + " drops what no rule accepts";
      }
    }
    return null;
  }

  private Action run(Chain chain, Datagram datagram, int depth) {
    for (FirewallRule rule : depth > MAX_DEPTH ? List.<FirewallRule>of() : chain.rules) {
      if (rule.matches(datagram) != Match.YES) {
        continue;
      }
      Chain target = rule.action == Action.JUMP ? chains.get(rule.target) : null;
      Action action = target == null ? rule.action : run(target, datagram, depth + 1);
      if (action == Action.ACCEPT || action == Action.DROP) {
        return action;
      }
      if (target == null && action == Action.RETURN) {
        return Action.NOTHING;
      }
    }
    return Action.NOTHING;
  }
}
