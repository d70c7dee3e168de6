// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

/**
 * The result of one check of {@code doctor}.
 *
 * @param check what was checked, in one word
 * @param ok whether there is nothing to do
 * @param text what was found, and what to do
 */
record Finding(String check, boolean ok, String text) {
  static Finding ok(String check, String text) {
    return new Finding(check, true, text);
  }

  static Finding toDo(String check, String text) {
    return new Finding(check, false, text);
  }
}
