// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.http;

/** Ends a request with a problem. Without a stack trace: invalid input is normal. */
public final class ProblemException extends RuntimeException {
  private final transient RequestProblem problem;

  public ProblemException(RequestProblem problem) {
    super(problem.code(), null, false, false);
    this.problem = problem;
  }

  public RequestProblem problem() {
    return problem;
  }
}
