// SPDX-License-Identifier: Apache-2.0
package net.backhaul.tap.macos;

/**
 * Parses the output of route, whose exit status is 0 also where the kernel has rejected a change.
 */
final class RouteOutput {
  private static final String REJECTED = "writing to routing socket: ";
  private static final String PRESENT = "File exists";
  private static final String ABSENT = "not in table";

  private RouteOutput() {}

  /** Returns the kernel's reason for rejecting a change, empty if it has made the change. */
  static String failure(String printed) {
    for (String line : printed.split("\n")) {
      int at = line.indexOf(REJECTED);
      if (at >= 0) {
        return line.substring(at + REJECTED.length()).strip();
      }
    }
    for (String reason : new String[] {PRESENT, ABSENT}) {
      if (printed.contains(": " + reason)) {
        return reason;
      }
    }
    return "";
  }

  /** Returns whether a failure means that there is a route to the target already. */
  static boolean isPresent(String failure) {
    return failure.equals(PRESENT);
  }

  /** Returns whether a failure means that there is no route to the target. */
  static boolean isAbsent(String failure) {
    return failure.equals(ABSENT) || failure.equals("No such process");
  }

  /** Returns a field of the output of {@code route get}, such as interface; empty without it. */
  static String field(String printed, String name) {
    for (String line : printed.split("\n")) {
      int colon = line.indexOf(':');
      if (colon > 0 && line.substring(0, colon).strip().equals(name)) {
        return line.substring(colon + 1).strip();
      }
    }
    return "";
  }
}
