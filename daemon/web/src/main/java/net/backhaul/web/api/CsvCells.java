// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

/** Cells of CSV (RFC 4180), which no spreadsheet takes for formulas. */
final class CsvCells {
  private static final String FORMULA_STARTS = "=+-@\t\r";

  private CsvCells() {}

  /** Returns a text as a cell; where it would begin a formula, an apostrophe precedes it. */
  static String cell(String text) {
    boolean isFormula = !text.isEmpty() && FORMULA_STARTS.indexOf(text.charAt(0)) >= 0;
    String safe = isFormula ? "'" + text : text;
    return '"' + safe.replace("\"", "\"\"") + '"';
  }
}
