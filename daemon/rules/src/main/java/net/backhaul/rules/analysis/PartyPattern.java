// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.rules.NamedCapability;
import net.backhaul.rules.NamedTag;
import net.backhaul.rules.RulesException;
import org.jspecify.annotations.Nullable;

/**
 * The sender or receiver in a test: one member, or each of several.
 *
 * @param text as it is written
 * @param base what the first word is
 * @param changes to the credentials of each
 */
record PartyPattern(String text, Base base, List<CredentialChange> changes) {
  PartyPattern {
    changes = List.copyOf(changes);
  }

  /** What the first word of a party is. */
  sealed interface Base {}

  /** Each member that exists, and each example of one that may. */
  record Any() implements Base {}

  /** A member as the controller makes it. */
  record New() implements Base {}

  /** The member with an address. */
  record Address(long address) implements Base {}

  /** The member with a name, which only a network knows. */
  record Name(String name) implements Base {}

  /** A member with a value of a tag: a new one, and those that exist. */
  record Tagged(TagValue tag) implements Base {}

  /** A tag with a value. */
  record TagValue(long id, long value) {}

  /** A change of credentials. */
  sealed interface CredentialChange {}

  /** The member has a tag. */
  record WithTag(TagValue tag) implements CredentialChange {}

  /** The member has a capability, or does not. */
  record WithCapability(long id, boolean has) implements CredentialChange {}

  /** Reads a party: its first word, and with and without. */
  static PartyPattern read(WordReader in, RuleModel model) throws RulesException {
    var text = new StringBuilder();
    Base base = base(in, model, text);
    var changes = new ArrayList<CredentialChange>();
    while (in.peek().equals("with") || in.peek().equals("without")) {
      boolean has = in.next().equals("with");
      text.append(has ? " with" : " without");
      if (in.take("capability")) {
        String name = in.next("the name of a capability");
        changes.add(new WithCapability(capability(in, model, name), has));
        text.append(" capability ").append(name);
      } else if (has && in.take("tag")) {
        String word = in.next("a tag and its value, such as role=2");
        changes.add(new WithTag(tag(in, model, word)));
        text.append(" tag ").append(word);
      } else {
        throw in.wrongNext(has ? "capability or tag" : "capability");
      }
    }
    return new PartyPattern(text.toString(), base, changes);
  }

  private static Base base(WordReader in, RuleModel model, StringBuilder text)
      throws RulesException {
    String word =
        in.next("any, new, an address of 10 hexadecimal digits, a name, or a tag and its value");
    text.append(word);
    if (word.equals("any")) {
      return new Any();
    }
    if (word.equals("new")) {
      return new New();
    }
    if (word.indexOf('=') >= 0) {
      return new Tagged(tag(in, model, word));
    }
    return word.matches("[0-9a-fA-F]{10}") ? new Address(Addresses.parse(word)) : new Name(word);
  }

  private static long capability(WordReader in, RuleModel model, String name)
      throws RulesException {
    NamedCapability named = model.capability(name);
    if (named != null) {
      return named.id();
    }
    throw in.wrongLast("the name of a capability", known(model.capabilityNames()));
  }

  private static String known(List<String> names) {
    return names.isEmpty()
        ? "The source defines none."
        : "The source defines: " + String.join(" ", names) + ".";
  }

  private static TagValue tag(WordReader in, RuleModel model, String word) throws RulesException {
    int equals = word.indexOf('=');
    NamedTag tag = equals < 0 ? null : model.tag(word.substring(0, equals));
    if (tag == null) {
      throw in.wrongLast("a tag and its value, such as role=2", known(model.tagNames()));
    }
    String value = word.substring(equals + 1);
    Long number = tag.enums().get(value);
    if (number == null && value.matches("[0-9]{1,10}")) {
      number = Long.parseLong(value);
    }
    if (number == null) {
      number = flags(tag, value);
    }
    if (number == null || number > 0xffff_ffffL) {
      var names = new ArrayList<>(tag.enums().keySet());
      names.addAll(tag.flags().keySet());
      throw in.wrongLast(
          "a value of tag " + tag.name(),
          "It is a number"
              + (names.isEmpty() ? "." : ", or one of: " + String.join(" ", names) + "."));
    }
    return new TagValue(tag.id(), number);
  }

  /** Returns the bits of a list of flags. */
  private static @Nullable Long flags(NamedTag tag, String list) {
    long bits = 0;
    for (String each : list.split(",", -1)) {
      Long flag = tag.flags().get(each);
      if (flag == null) {
        return null;
      }
      bits |= flag & 0xffff_ffffL;
    }
    return bits;
  }

  /** Returns whether the party is known without the members of a network. */
  boolean isKnown(KnownMembers members) {
    return !(base instanceof Name name) || members.named(name.name()) != null;
  }

  /** Returns the members for which the party stands. */
  List<MemberCredentials> resolve(KnownMembers members, boolean isSender) {
    List<MemberCredentials> found =
        switch (base) {
          case Any any -> members.all(isSender);
          case New created -> List.of(members.created(isSender));
          case Address one -> List.of(members.withAddress(one.address()));
          case Name name -> {
            MemberCredentials member = members.named(name.name());
            yield member == null ? List.of() : List.of(member);
          }
          case Tagged tagged -> members.tagged(tagged.tag(), isSender);
        };
    return found.stream().map(each -> changed(each, members.model())).toList();
  }

  private MemberCredentials changed(MemberCredentials member, RuleModel model) {
    if (changes.isEmpty()) {
      return member;
    }
    MemberCredentials result = member;
    var capabilities = new TreeSet<>(member.capabilities());
    var label = new StringBuilder(member.name());
    for (CredentialChange change : changes) {
      switch (change) {
        case WithTag with -> {
          result = result.withTag(with.tag().id(), with.tag().value());
          label.append(" with ").append(model.tagText(with.tag().id(), with.tag().value()));
        }
        case WithCapability with -> {
          if (with.has()) {
            capabilities.add(with.id());
          } else {
            capabilities.remove(with.id());
          }
          label.append(with.has() ? " with" : " without").append(" capability ");
          label.append(model.capabilityName(with.id()));
        }
      }
    }
    result = result.withCapabilities(capabilities);
    return member.isExample() ? result.withName(label.toString()) : result;
  }
}
