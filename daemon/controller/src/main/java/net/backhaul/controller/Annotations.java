// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import java.util.List;

/**
 * What operators write about a network or a member, beside its recorded settings: neither shown nor
 * changed by the recorded API (04 section 5), and without effect on members.
 *
 * @param notes any text, lines included
 * @param labels words to find records by, in the order given
 */
public record Annotations(String notes, List<String> labels) {
  public static final int MAX_NOTES_CHARS = 10_000;
  public static final int MAX_LABELS = 32;
  public static final int MAX_LABEL_CHARS = 64;
  public static final Annotations NONE = new Annotations("", List.of());

  /** Creates annotations; throws {@link IllegalArgumentException} where they exceed a limit. */
  public Annotations {
    labels = List.copyOf(labels);
    if (notes.length() > MAX_NOTES_CHARS) {
      throw new IllegalArgumentException(
          "notes of %d characters; at most %d".formatted(notes.length(), MAX_NOTES_CHARS));
    }
    if (labels.size() > MAX_LABELS) {
      throw new IllegalArgumentException(
          "%d labels; at most %d".formatted(labels.size(), MAX_LABELS));
    }
    for (String label : labels) {
      if (label.isBlank() || label.length() > MAX_LABEL_CHARS) {
        throw new IllegalArgumentException(
            "a label of %d characters; expected 1 to %d, not only blanks"
                .formatted(label.length(), MAX_LABEL_CHARS));
      }
    }
  }
}
