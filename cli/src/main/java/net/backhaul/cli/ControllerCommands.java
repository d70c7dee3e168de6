// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import org.jspecify.annotations.Nullable;

/** The command {@code controller}: networks of the controller in the daemon (04 section 5). */
final class ControllerCommands {
  static final String SET_RULES = "controller network <network ID> rules set <file>";
  static final String GET_RULES = "controller network <network ID> rules get [<file>]";

  static final String SET_NAME = "controller network <network ID> name <address> <name>";
  static final String SET_DIRECTORY = "controller network <network ID> directory on|off";

  private static final int USAGE = 2;
  private static final int ADDRESS_DIGITS = 10;

  private ControllerCommands() {}

  static int run(Session session) throws CliExit {
    return switch (session.invocation().first()) {
      case "list" -> ControllerActions.list(session);
      case "show" -> ControllerActions.show(session);
      case "create" -> ControllerActions.create(session);
      case "set" -> ControllerActions.set(session);
      case "members" -> ControllerActions.members(session);
      case "authorize" -> ControllerActions.authorize(session);
      case "deauthorize" -> ControllerActions.deauthorize(session);
      case "block" -> ControllerActions.block(session);
      case "unblock" -> ControllerActions.unblock(session);
      case "name" -> ControllerActions.name(session);
      case "delete" -> ControllerActions.delete(session);
      case "bin" -> ControllerBinCommands.list(session);
      case "restore" -> ControllerBinCommands.restore(session);
      case "purge" -> ControllerBinCommands.purge(session);
      case "tag" -> ControllerTagCommands.tag(session);
      case "capability" -> ControllerTagCommands.capability(session);
      case "token" -> JoinTokenCommands.run(session);
      case "log" -> ControllerLogCommands.log(session);
      case "watch" -> ControllerLogCommands.watch(session);
      case "network" -> network(session);
      default ->
          throw CliExit.err("", USAGE)
              .withHint(
                  "controller: expected list, show, create, set, members, authorize, deauthorize,"
                      + " block, unblock, name, delete, bin, restore, purge, tag, capability,"
                      + " token, log, watch or network, found "
                      + found(session.invocation().first())
                      + "; zerotier-cli -h shows how each is used");
    };
  }

  private static int network(Session session) throws CliExit {
    Invocation words = session.invocation();
    int count = words.words().size();
    String idError = HexIds.networkIdError(words.word(2));
    if (idError != null) {
      throw usage(idError);
    }
    return switch (words.word(3)) {
      case "rules" -> rules(session, count);
      case "name" -> name(session, count);
      case "directory" -> directory(session, count);
      default -> throw usage("expected rules, name or directory, found " + found(words.word(3)));
    };
  }

  private static int rules(Session session, int count) throws CliExit {
    Invocation words = session.invocation();
    return switch (words.word(4)) {
      case "set" -> {
        if (count != 6) {
          throw usage("rules set: expected one file");
        }
        yield NetworkRulesCommands.set(session, words.word(2), words.word(5));
      }
      case "get" -> {
        if (count > 6) {
          throw usage("rules get: expected at most one file");
        }
        yield NetworkRulesCommands.get(session, words.word(2), words.word(5));
      }
      default -> throw usage("expected rules set or rules get, found " + found(words.word(4)));
    };
  }

  private static int name(Session session, int count) throws CliExit {
    Invocation words = session.invocation();
    String address = words.word(4);
    if (address.length() != ADDRESS_DIGITS
        || !address.chars().allMatch(each -> Character.digit(each, 16) >= 0)) {
      throw usage("name: expected an address of 10 hexadecimal digits, found " + found(address));
    }
    if (count != 6) {
      throw usage("name: expected one name, in quotes if it has blanks");
    }
    return MemberCommands.name(session, words.word(2), address, words.word(5));
  }

  private static int directory(Session session, int count) throws CliExit {
    Invocation words = session.invocation();
    String wanted = words.word(4);
    if (count != 5 || !(wanted.equals("on") || wanted.equals("off"))) {
      throw usage("directory: expected on or off, found " + found(wanted));
    }
    return MemberCommands.directory(session, words.word(2), wanted.equals("on"));
  }

  private static String found(String word) {
    return word.isEmpty() ? "nothing" : Text.quoted(word);
  }

  private static CliExit usage(@Nullable String wrong) {
    return CliExit.err("", USAGE)
        .withHint(
            "controller: "
                + wrong
                + "; use: "
                + String.join(", or ", SET_RULES, GET_RULES, SET_NAME, SET_DIRECTORY));
  }
}
