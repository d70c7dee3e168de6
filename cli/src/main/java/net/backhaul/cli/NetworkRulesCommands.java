// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.NetworkIds;
import net.backhaul.rules.CompiledRules;
import net.backhaul.rules.NetworkSource;
import net.backhaul.rules.RuleSet;
import net.backhaul.rules.RulesCompiler;
import net.backhaul.rules.RulesException;
import net.backhaul.rules.analysis.FlowEvaluator;
import net.backhaul.rules.analysis.KnownMembers;
import net.backhaul.rules.analysis.MemberCredentials;
import net.backhaul.rules.analysis.RuleModel;
import org.jspecify.annotations.Nullable;

/** Sets and prints the source of the rules of a network at the controller. */
final class NetworkRulesCommands {
  private static final int FAILED = 1;
  private static final int NOT_FOUND = 404;

  private NetworkRulesCommands() {}

  static int set(Session session, String network, String file) throws CliExit {
    String source = RulesFiles.read(file, session.terminal());
    CompiledRules compiled = RulesFiles.compile(file, source);
    if (source.length() > NetworkSource.MAX_CHARS) {
      throw CliExit.err("", FAILED)
          .withHint(
              "%s: a source of %d characters; a controller keeps at most %d"
                  .formatted(file, source.length(), NetworkSource.MAX_CHARS));
    }
    Map<String, @Nullable Object> before = fetch(session, network);
    RuleModel model = RuleModel.of(source, compiled);
    var evaluator = new FlowEvaluator(model, NetworkIds.parse(network));
    List<MemberCredentials> members = NetworkRulesModel.members(session, network);
    RuleTestRun.ofNetwork(file, new KnownMembers(model, members), evaluator);
    if (!session.invocation().options().containsKey("--force")) {
      verifyNothingIsLost(session, before, evaluator, members);
    }
    LocalApi.Answer answer =
        session.api().post("/controller/network/" + network, body(compiled, source));
    session.require(answer, "the controller rejected the rules");
    verify(session, Json.parseLeniently(answer.body()), compiled, source);
    return session.confirm("rules set", answer, null);
  }

  /** Rules for which the language has no words cannot be compared. */
  private static void verifyNothingIsLost(
      Session session,
      Map<String, @Nullable Object> before,
      FlowEvaluator after,
      List<MemberCredentials> members)
      throws CliExit {
    RuleModel old;
    try {
      String source = NetworkSource.of(before);
      old = RuleModel.of(source, RulesCompiler.compile(source));
    } catch (IllegalArgumentException | RulesException e) {
      session.terminal().hint("the rules before are not compared with these: " + e.getMessage());
      return;
    }
    LostFlowsCheck.verify(session, after.withRules(old), after, members);
  }

  private static String body(CompiledRules compiled, String source) {
    Map<String, @Nullable Object> body = Json.object();
    body.putAll(Json.asObject(compiled.json().get("config")));
    body.put(NetworkSource.MEMBER, source);
    return Json.write(body);
  }

  /** Compares what the controller has stored with what was sent. */
  private static void verify(
      Session session, Map<String, @Nullable Object> stored, CompiledRules sent, String source)
      throws CliExit {
    if (!RuleSet.read(stored).equals(RuleSet.of(sent))) {
      throw CliExit.err("", FAILED)
          .withHint("the controller has stored other rules than these; its version may be older");
    }
    if (!source.equals(stored.get(NetworkSource.MEMBER))) {
      session
          .terminal()
          .hint(
              "the rules are set, but this daemon, which is not Backhaul, keeps no source: keep the"
                  + " file, or have one made of the rules by controller network <network ID> rules"
                  + " get");
    }
  }

  static int get(Session session, String network, String file) throws CliExit {
    Map<String, @Nullable Object> stored = fetch(session, network);
    String source = NetworkRulesModel.source(network, stored);
    if (NetworkSource.isOutdated(stored)) {
      session
          .terminal()
          .hint(
              "the rules were set without their source, which is outdated: this source is made of"
                  + " the rules; the outdated one is "
                  + NetworkSource.MEMBER
                  + " in zerotier-cli /controller/network/"
                  + network);
    }
    String output = session.json() ? json(source) : source;
    if (!file.isEmpty()) {
      write(session, file, output);
    } else if (session.terminal().host().outIsTerminal()) {
      session.out().print(RulesFiles.printable(output.replace("\r\n", "\n")));
    } else {
      session.out().print(output);
    }
    return 0;
  }

  /** Returns what {@code rules check -j} prints, and the source. */
  private static String json(String source) throws CliExit {
    try {
      Map<String, @Nullable Object> json = RulesCompiler.compile(source).json();
      json.put("source", source);
      return RulesCommands.escaped(Json.writeIndented(json, 1));
    } catch (RulesException e) {
      throw RulesFiles.error("source", source, e);
    }
  }

  private static void write(Session session, String file, String text) throws CliExit {
    try {
      byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
      Files.write(session.terminal().directory().resolve(file), bytes);
    } catch (IOException | InvalidPathException e) {
      throw CliExit.err("", FAILED).withHint(FileErrors.cannot("write", file, e));
    }
  }

  /** Fetches a network of the controller. */
  static Map<String, @Nullable Object> fetch(Session session, String network) throws CliExit {
    LocalApi.Answer answer = session.api().get("/controller/network/" + network);
    session.require(
        answer,
        answer.status() == NOT_FOUND
            ? "the controller of this daemon has no network "
                + network
                + "; it has those in: zerotier-cli /controller/network"
            : null);
    return Json.asObject(session.parse(answer, null));
  }
}
