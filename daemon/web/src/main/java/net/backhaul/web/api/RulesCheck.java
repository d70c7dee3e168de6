// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import net.backhaul.json.Json;
import net.backhaul.protocol.identity.Addresses;
import net.backhaul.rules.CompiledRules;
import net.backhaul.rules.NetworkLimits;
import net.backhaul.rules.NetworkSource;
import net.backhaul.rules.RulesCompiler;
import net.backhaul.rules.RulesException;
import net.backhaul.rules.analysis.FlowEvaluator;
import net.backhaul.rules.analysis.KnownMembers;
import net.backhaul.rules.analysis.LostFlows;
import net.backhaul.rules.analysis.MemberCredentials;
import net.backhaul.rules.analysis.RuleModel;
import net.backhaul.rules.analysis.RuleTests;
import org.jspecify.annotations.Nullable;

/**
 * What a source of rules means for a network: its errors, what it compiles to, which of its tests
 * fail, and what members that are online would lose by it.
 *
 * @param compiled null where it does not compile
 * @param lost empty where it has errors
 * @param notCompared why nothing is known of lost flows; empty if it is known
 */
record RulesCheck(
    List<SourceError> errors,
    @Nullable CompiledRules compiled,
    int passed,
    List<LostFlows.Lost> lost,
    String notCompared) {
  /** Maximum errors, and maximum pairs of members, that an answer has. */
  static final int MAX_SHOWN = 100;

  RulesCheck {
    errors = List.copyOf(errors);
    lost = List.copyOf(lost);
  }

  /**
   * An error at a position as editors count, both from 1; 0 where no line is at fault.
   *
   * @param detail lines that say more; may be empty
   */
  record SourceError(int line, int column, String message, String detail) {
    Map<String, @Nullable Object> object() {
      Map<String, @Nullable Object> out = Json.object();
      out.put("line", line);
      out.put("column", column);
      out.put("message", message);
      out.put("detail", detail);
      return out;
    }

    String text() {
      return line == 0 ? message : "line " + line + ", column " + column + ": " + message;
    }
  }

  /**
   * The network that the rules are for.
   *
   * @param before its object, with the rules that it has
   * @param members those that are authorized
   * @param online those of them that are online
   */
  record Target(
      long id,
      Map<String, @Nullable Object> before,
      List<MemberCredentials> members,
      List<MemberCredentials> online) {
    Target {
      members = List.copyOf(members);
      online = List.copyOf(online);
    }
  }

  /** Checks a source, which takes time: up to a few seconds for the longest ones. */
  static RulesCheck of(String source, Target target) {
    if (source.length() > NetworkSource.MAX_CHARS) {
      return failed(
          new SourceError(
              0,
              0,
              "A source of %d characters; a controller keeps at most %d."
                  .formatted(source.length(), NetworkSource.MAX_CHARS),
              ""));
    }
    CompiledRules compiled;
    try {
      compiled = RulesCompiler.compile(source);
    } catch (RulesException e) {
      return failed(sourceError(source, e));
    }
    String exceeded = NetworkLimits.exceeded(compiled);
    if (!exceeded.isEmpty()) {
      return new RulesCheck(
          List.of(new SourceError(0, 0, exceeded + ".", "")), compiled, 0, List.of(), "");
    }
    return tested(RuleModel.of(source, compiled), compiled, target);
  }

  private static RulesCheck failed(SourceError error) {
    return new RulesCheck(List.of(error), null, 0, List.of(), "");
  }

  private static RulesCheck tested(RuleModel model, CompiledRules compiled, Target target) {
    var evaluator = new FlowEvaluator(model, target.id);
    RuleTests.Results results;
    try {
      results = RuleTests.run(new KnownMembers(model, target.members), evaluator, true);
    } catch (RulesException e) {
      return new RulesCheck(List.of(sourceError(model.source(), e)), compiled, 0, List.of(), "");
    }
    var errors = new ArrayList<SourceError>();
    for (RuleTests.Failure each : results.failures()) {
      if (errors.size() < MAX_SHOWN) {
        errors.add(
            at(
                model.source(),
                each.offset(),
                RuleTests.message(each),
                RuleTests.decisions(model, each)));
      }
    }
    if (!errors.isEmpty()) {
      return new RulesCheck(errors, compiled, results.passed(), List.of(), "");
    }
    try {
      String before = NetworkSource.of(target.before);
      FlowEvaluator old = evaluator.withRules(RuleModel.of(before, RulesCompiler.compile(before)));
      List<LostFlows.Lost> lost = LostFlows.find(old, evaluator, target.online);
      return new RulesCheck(errors, compiled, results.passed(), lost, "");
    } catch (IllegalArgumentException | RulesException e) {
      return new RulesCheck(
          errors, compiled, results.passed(), List.of(), String.valueOf(e.getMessage()));
    }
  }

  private static SourceError sourceError(String source, RulesException e) {
    String message = String.valueOf(e.getMessage());
    return e.line() == 0
        ? new SourceError(0, 0, message, e.hint())
        : at(source, e.offset(), message, e.hint());
  }

  /** Lines end as in editors: with LF, CR or both. */
  private static SourceError at(String source, int offset, String message, String detail) {
    int line = 1;
    int start = 0;
    for (int i = 0; i < Math.min(offset, source.length()); i++) {
      char c = source.charAt(i);
      boolean isEnd =
          c == '\n' || (c == '\r' && (i + 1 == source.length() || source.charAt(i + 1) != '\n'));
      if (isEnd) {
        line++;
        start = i + 1;
      }
    }
    return new SourceError(line, offset - start + 1, message, detail);
  }

  Map<String, @Nullable Object> object() {
    Map<String, @Nullable Object> out = Json.object();
    out.put("errors", errors.stream().map(SourceError::object).toList());
    out.put("compiled", compiled == null ? null : compiled.json());
    out.put("passed", passed);
    out.put("lost", lost.stream().limit(MAX_SHOWN).map(RulesCheck::object).toList());
    out.put("notCompared", notCompared);
    return out;
  }

  private static Map<String, @Nullable Object> object(LostFlows.Lost lost) {
    Map<String, @Nullable Object> out = Json.object();
    out.put("from", Addresses.text(lost.from().address()));
    out.put("fromName", lost.from().name());
    out.put("to", Addresses.text(lost.to().address()));
    out.put("toName", lost.to().name());
    out.put("flows", lost.names());
    out.put("all", lost.isAll());
    return out;
  }
}
