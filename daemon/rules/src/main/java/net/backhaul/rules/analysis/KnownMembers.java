// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedSet;
import java.util.TreeSet;
import net.backhaul.rules.RulesException;
import org.jspecify.annotations.Nullable;

/**
 * The members of a network, and examples of those that it may have: what rules can distinguish.
 *
 * <p>Examples are a new member, one with each value of each tag that the source states, each of
 * these with each capability, and the members whose addresses the source states.
 */
public final class KnownMembers {
  /** Maximum examples; with more, capabilities and tags are not combined. */
  static final int MAX_EXAMPLES = 200;

  private final RuleModel model;
  private final List<MemberCredentials> existing;

  /**
   * Creates them.
   *
   * @param existing the authorized members of a network; none without one
   */
  public KnownMembers(RuleModel model, List<MemberCredentials> existing) {
    this.model = model;
    this.existing = List.copyOf(existing);
  }

  RuleModel model() {
    return model;
  }

  /** Returns the members of the network. */
  public List<MemberCredentials> existing() {
    return existing;
  }

  /**
   * Returns the one member for which a text stands.
   *
   * @throws RulesException where it is no party, or stands for several members
   */
  public MemberCredentials one(String text, boolean isSender) throws RulesException {
    var words = new WordReader(text, 0, text.length());
    PartyPattern party = PartyPattern.read(words, model);
    if (words.hasNext()) {
      throw words.wrongNext("with, without or the end");
    }
    List<MemberCredentials> found = party.resolve(this, isSender);
    if (found.isEmpty()) {
      throw RulesException.at(
          text, 0, "No member, or several, with this name.", "Use the address of the member.");
    }
    if (found.size() > 1 && party.base() instanceof PartyPattern.Any) {
      throw RulesException.at(
          text,
          0,
          "Expected one member, found any.",
          "Name new, an address, a name, or a tag and its value.");
    }
    return found.getFirst();
  }

  /** Returns the member with a name; null without one, or with several. */
  @Nullable MemberCredentials named(String name) {
    List<MemberCredentials> found =
        existing.stream().filter(each -> each.name().equals(name)).toList();
    return found.size() == 1 ? found.getFirst() : null;
  }

  /** Returns the member with an address, or what it would be as a new one. */
  MemberCredentials withAddress(long address) {
    for (MemberCredentials each : existing) {
      if (each.address() == address) {
        return each;
      }
    }
    MemberCredentials created = model.newMember(address);
    return new MemberCredentials(
        address, "", false, created.tags(), created.capabilities(), List.of());
  }

  /** Returns a new member; sender and receiver are two of them. */
  MemberCredentials created(boolean isSender) {
    return model.newMember(model.unnamedAddress(isSender ? 1 : 2));
  }

  /** Returns a new member with a tag, and the members of the network that have it. */
  List<MemberCredentials> tagged(PartyPattern.TagValue tag, boolean isSender) {
    var found = new ArrayList<MemberCredentials>();
    found.add(withTag(created(isSender), tag.id(), tag.value()));
    for (MemberCredentials each : existing) {
      if (Objects.equals(model.tags(each).get(tag.id()), tag.value())) {
        found.add(each);
      }
    }
    return found;
  }

  private MemberCredentials withTag(MemberCredentials member, long id, long value) {
    return member.withTag(id, value).withName("a member with " + model.tagText(id, value));
  }

  /** Returns the examples, and one member of the network of each kind. */
  List<MemberCredentials> all(boolean isSender) {
    List<MemberCredentials> all = examples(isSender);
    for (long address : model.memberAddresses()) {
      if (existing.stream().noneMatch(each -> each.address() == address)) {
        all.add(withAddress(address));
      }
    }
    MemberGroup.of(model, existing).forEach(group -> all.addAll(group.firstTwo(isSender)));
    return all;
  }

  /** Returns the examples. */
  List<MemberCredentials> examples(boolean isSender) {
    MemberCredentials created = created(isSender);
    var tagged = new ArrayList<MemberCredentials>();
    tagged.add(created);
    for (Map.Entry<Long, SortedSet<Long>> tag : model.tagValues().entrySet()) {
      for (long value : tag.getValue()) {
        tagged.add(withTag(created, tag.getKey(), value));
      }
    }
    SortedSet<Long> capabilities = model.capabilityIds();
    boolean combined = (long) tagged.size() * (capabilities.size() + 1) <= MAX_EXAMPLES;
    var all = new ArrayList<MemberCredentials>(tagged);
    for (MemberCredentials each : combined ? tagged : List.of(created)) {
      for (long capability : capabilities) {
        if (!each.capabilities().contains(capability)) {
          var more = new TreeSet<>(each.capabilities());
          more.add(capability);
          String and = each.name().startsWith("a member") ? " and" : " with";
          String name = each.name() + and + " capability " + model.capabilityName(capability);
          all.add(each.withCapabilities(more).withName(name));
        }
      }
    }
    return all;
  }
}
