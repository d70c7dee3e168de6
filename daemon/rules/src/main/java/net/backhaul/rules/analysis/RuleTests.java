// SPDX-License-Identifier: Apache-2.0
package net.backhaul.rules.analysis;

import java.util.ArrayList;
import java.util.List;
import net.backhaul.rules.RulesException;

/** Runs the tests of a source. */
public final class RuleTests {
  /** Maximum frames that are decided on for the tests of a source. */
  public static final int MAX_FRAMES = 200_000;

  private final KnownMembers members;
  private final RuleModel model;
  private final FlowEvaluator evaluator;
  private final List<Failure> failures = new ArrayList<>();
  private int passed;
  private int skipped;
  private int frames;

  /**
   * A test that failed.
   *
   * @param offset of the test in the source
   * @param expected {@code accept} or {@code drop}
   * @param exchange the first frame for which it failed
   */
  public record Failure(int offset, String expected, Exchange exchange, Outcome outcome) {}

  /**
   * What the tests of a source gave.
   *
   * @param skipped those that name members, where there is no network that has them
   */
  public record Results(int passed, int skipped, List<Failure> failures) {
    public Results {
      failures = List.copyOf(failures);
    }
  }

  private RuleTests(KnownMembers members, FlowEvaluator evaluator) {
    this.members = members;
    this.model = members.model();
    this.evaluator = evaluator;
  }

  /**
   * Runs all tests.
   *
   * @param hasNetwork whether the members are those of a network, so that names are known
   * @throws RulesException for a test that is none, or that stands for too many frames
   */
  public static Results run(KnownMembers members, FlowEvaluator evaluator, boolean hasNetwork)
      throws RulesException {
    var tests = new RuleTests(members, evaluator);
    for (RuleTest test : RuleTest.in(members.model())) {
      tests.run(test, hasNetwork);
    }
    return new Results(tests.passed, tests.skipped, tests.failures);
  }

  private void run(RuleTest test, boolean hasNetwork) throws RulesException {
    for (PartyPattern party : List.of(test.from(), test.to())) {
      if (!party.isKnown(members)) {
        if (hasNetwork) {
          throw RulesException.at(
              model.source(),
              test.offset(),
              "The network has no member, or several, with the name \"" + party.text() + "\".",
              "Use the address of the member.");
        }
        skipped++;
        return;
      }
    }
    List<MemberCredentials> senders = test.from().resolve(members, true);
    List<MemberCredentials> receivers = test.to().resolve(members, false);
    List<TestFlow> flows = test.flow().expand(model.ports());
    long count = (long) senders.size() * receivers.size() * flows.size();
    if (frames + count > MAX_FRAMES) {
      throw RulesException.at(
          model.source(),
          test.offset(),
          "The tests stand for more than %d frames: this one for %d senders, %d receivers, %d kinds"
                  .formatted(MAX_FRAMES, senders.size(), receivers.size(), flows.size())
              + " of frames.",
          "Name a tag, a protocol or a port.");
    }
    frames += (int) count;
    for (MemberCredentials from : senders) {
      for (MemberCredentials to : receivers) {
        for (TestFlow flow : from.address() == to.address() ? List.<TestFlow>of() : flows) {
          var exchange = new Exchange(from, to, flow);
          for (Outcome outcome : evaluator.outcomes(exchange)) {
            if (test.accepts() ? !outcome.delivers() : !outcome.drops()) {
              String expected = test.accepts() ? "accept" : "drop";
              failures.add(new Failure(test.offset(), expected, exchange, outcome));
              return;
            }
          }
        }
      }
    }
    passed++;
  }

  /** Returns a failure in lines: the test, and what sender and receiver decide. */
  public static String text(RuleModel model, Failure failure) {
    String test =
        RulesException.at(model.source(), failure.offset(), message(failure), "")
            .show(model.source());
    return test + "\n  " + decisions(model, failure).replace("\n", "\n  ");
  }

  /** Returns what was expected and found, in one line. */
  public static String message(Failure failure) {
    return "Expected %s, found %s.".formatted(failure.expected(), found(failure));
  }

  /** Returns the frame, and what its sender and receiver decide, in four lines. */
  public static String decisions(RuleModel model, Failure failure) {
    Exchange exchange = failure.exchange();
    return exchange.flow().text()
        + "\nfrom "
        + exchange.from().label()
        + " to "
        + exchange.to().label()
        + "\nsender: "
        + failure.outcome().sender().text(model)
        + "\nreceiver: "
        + failure.outcome().receiver().text(model);
  }

  private static String found(Failure failure) {
    return failure.outcome().delivers()
        ? "accept"
        : failure.outcome().drops() ? "drop" : "redirect";
  }
}
