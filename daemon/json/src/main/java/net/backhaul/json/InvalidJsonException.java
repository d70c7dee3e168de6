// SPDX-License-Identifier: Apache-2.0
package net.backhaul.json;

/** A text that is not JSON, or a number out of range; the message is worded as the reference's. */
public final class InvalidJsonException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final String reason;

  private InvalidJsonException(String id, String reason) {
    super("[json.exception." + id + "] " + reason);
    this.reason = reason;
  }

  static InvalidJsonException atPosition(int line, int column, String problem) {
    return new InvalidJsonException(
        "parse_error.101", "parse error at line " + line + ", column " + column + ": " + problem);
  }

  static InvalidJsonException numberOverflow(String digits) {
    return new InvalidJsonException("out_of_range.406", "number overflow parsing '" + digits + "'");
  }

  /** Returns the message without the exception id in brackets that the reference puts first. */
  public String reason() {
    return reason;
  }
}
