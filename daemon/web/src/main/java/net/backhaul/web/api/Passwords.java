// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import net.backhaul.web.account.Account;
import net.backhaul.web.account.PasswordHash;
import net.backhaul.web.http.Fields;

/** Reads names and passwords of accounts. */
final class Passwords {
  private Passwords() {}

  /** Reads a new password. */
  static String fresh(Fields fields, String name) {
    String password = fields.secret(name, PasswordHash.MAX_BYTES);
    if (password.codePointCount(0, password.length()) < PasswordHash.MIN_CHARS) {
      fields.reject(name, "expected at least " + PasswordHash.MIN_CHARS + " characters");
    }
    return password;
  }

  /** Reads the password of an account. */
  static String existing(Fields fields) {
    return fields.secret("password", PasswordHash.MAX_BYTES);
  }

  /** Reads the name of a new account. */
  static String newName(Fields fields) {
    String name = fields.text("name", Account.MAX_NAME_BYTES);
    boolean isValid =
        !name.isEmpty()
            && Character.isLetterOrDigit(name.charAt(0))
            && name.chars().allMatch(Passwords::isOfName);
    if (!isValid) {
      fields.reject(
          "name",
          "expected small letters a to z, digits, and after the first character . _ - and @");
    }
    return name;
  }

  private static boolean isOfName(int each) {
    return each >= 'a' && each <= 'z' || each >= '0' && each <= '9' || "._-@".indexOf(each) >= 0;
  }
}
