// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import net.backhaul.json.Json;
import org.jspecify.annotations.Nullable;

/**
 * The source that a controller keeps with a network, so that it can be edited later.
 *
 * <p>It stands for the rules of the network as long as it compiles to them. Rules that were set
 * without it make it outdated; the names that it gives to tags and capabilities still count.
 */
public final class NetworkSource {
  /** The member of a network's object with the source; empty without one. */
  public static final String MEMBER = "rulesSource";

  /** The member that is true where the source is outdated, and absent otherwise. */
  public static final String OUTDATED = "rulesSourceOutdated";

  /** Maximum length of a source that is kept, in characters. */
  public static final int MAX_CHARS = 1 << 18;

  private static final List<String> RULES = List.of("rules", "capabilities", "tags");

  private NetworkSource() {}

  /**
   * A source that a change states.
   *
   * @param rules what it compiles to; null where it does not, or is too long to be kept
   */
  public record Sent(String text, @Nullable RuleSet rules) {
    /** No source. */
    public static final Sent NONE = new Sent("", null);

    /** Compiles what the body of a change states, which takes time: up to half a second. */
    public static Sent read(Map<String, @Nullable Object> body) {
      if (body.get(MEMBER) instanceof String text
          && !text.isEmpty()
          && text.length() <= MAX_CHARS) {
        try {
          return new Sent(text, RuleSet.of(RulesCompiler.compile(text)));
        } catch (RulesException noSource) {
          return new Sent(text, null);
        }
      }
      return NONE;
    }
  }

  /**
   * Updates the source after a change of a network's object.
   *
   * <p>A source that was sent is kept if it compiles to the rules that the network has now: so a
   * client that sends back an older object can neither replace nor remove it. The mark of an
   * outdated one stays until a source is sent: nothing is compiled here.
   *
   * @param before the object before the change
   * @param network the object after it, with the source of before
   */
  public static void update(
      Map<String, @Nullable Object> before, Map<String, @Nullable Object> network, Sent sent) {
    boolean sameRules =
        RULES.stream().allMatch(key -> Objects.equals(before.get(key), network.get(key)));
    if (sent.rules() != null && sent.rules().equals(RuleSet.read(network))) {
      network.put(MEMBER, sent.text());
      network.remove(OUTDATED);
    } else if (!sameRules && network.get(MEMBER) instanceof String kept && !kept.isEmpty()) {
      network.put(OUTDATED, true);
    }
  }

  /** Returns whether a source compiles to the rules of a network, and is not too long to keep. */
  public static boolean standsFor(String source, Map<String, @Nullable Object> network) {
    if (source.length() > MAX_CHARS) {
      return false;
    }
    try {
      return RuleSet.of(RulesCompiler.compile(source)).equals(RuleSet.read(network));
    } catch (RulesException noSource) {
      return false;
    }
  }

  /** Returns whether a network has a source, which does not stand for its rules. */
  public static boolean isOutdated(Map<String, @Nullable Object> network) {
    return network.get(MEMBER) instanceof String kept
        && !kept.isEmpty()
        && !standsFor(kept, network);
  }

  /**
   * Returns the source of a network: the one that was kept, or one that is made of its rules with
   * the names of an outdated one.
   *
   * @throws IllegalArgumentException where the language has no words for its rules
   */
  public static String of(Map<String, @Nullable Object> network) {
    if (network.get(MEMBER) instanceof String kept && !kept.isEmpty()) {
      return standsFor(kept, network) ? kept : RulesDecompiler.decompile(named(network, kept));
    }
    return RulesDecompiler.decompile(withRules(network));
  }

  /** Returns a network whose object has rules: none, where it says nothing about them. */
  private static Map<String, @Nullable Object> withRules(Map<String, @Nullable Object> network) {
    if (network.get("rules") != null) {
      return network;
    }
    Map<String, @Nullable Object> complete = Json.object();
    complete.putAll(network);
    complete.put("rules", List.of());
    return complete;
  }

  /** Returns the rules of a network with the names of a source, where they still fit. */
  private static Map<String, @Nullable Object> named(
      Map<String, @Nullable Object> network, String source) {
    Map<String, @Nullable Object> config = Json.object();
    Map<String, @Nullable Object> complete = withRules(network);
    RULES.forEach(key -> config.put(key, complete.get(key)));
    Map<String, @Nullable Object> named = Json.object();
    try {
      named.putAll(RulesCompiler.compile(source).json());
      rename(named, network);
    } catch (RulesException noNames) {
      named.clear();
    }
    named.put("config", config);
    return named;
  }

  /** Gives tags, which are named by id and default value, the default values of the network. */
  private static void rename(
      Map<String, @Nullable Object> named, Map<String, @Nullable Object> network) {
    for (RuleSet.StoredTag tag : RuleSet.tags(network.get("tags"))) {
      for (Object each : Json.asObject(named.get("tagsByName")).values()) {
        Map<String, @Nullable Object> definition = Json.asObject(each);
        if (Objects.equals(definition.get("id"), tag.id())) {
          definition.put("default", tag.defaultValue());
        }
      }
    }
  }
}
