// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import net.backhaul.controller.Annotations;
import net.backhaul.web.http.Fields;
import net.backhaul.web.http.PlainText;
import org.jspecify.annotations.Nullable;

/**
 * The notes and labels in a request.
 *
 * @param notes null where they are not named
 * @param labels likewise
 */
record AnnotationFields(@Nullable String notes, @Nullable List<String> labels) {
  /** Names none. */
  static final AnnotationFields NONE = new AnnotationFields(null, null);

  private static final int MAX_BYTES_PER_CHAR = 3;

  static AnnotationFields read(Fields fields) {
    return new AnnotationFields(
        fields.has("notes") ? notes(fields) : null,
        fields.has("labels") ? labels(fields, "labels") : null);
  }

  private static String notes(Fields fields) {
    String text = fields.lines("notes", Annotations.MAX_NOTES_CHARS * MAX_BYTES_PER_CHAR);
    if (text.length() > Annotations.MAX_NOTES_CHARS) {
      fields.reject("notes", "expected at most " + Annotations.MAX_NOTES_CHARS + " characters");
      return "";
    }
    return text;
  }

  /** Reads labels, each of which counts once. */
  static List<String> labels(Fields fields, String name) {
    var labels = new LinkedHashSet<String>();
    List<String> texts = fields.texts(name, Annotations.MAX_LABELS);
    for (int i = 0; i < texts.size(); i++) {
      String label = texts.get(i).strip();
      if (label.isEmpty()
          || label.length() > Annotations.MAX_LABEL_CHARS
          || !label.codePoints().allMatch(each -> PlainText.isAllowed(each, false))) {
        fields.reject(
            name + "[" + i + "]",
            "expected 1 to "
                + Annotations.MAX_LABEL_CHARS
                + " characters, without control characters");
      } else {
        labels.add(label);
      }
    }
    return new ArrayList<>(labels);
  }

  /** Returns what a record has after the request; what that does not name stays. */
  Annotations apply(Annotations before) {
    return new Annotations(
        notes == null ? before.notes() : notes, labels == null ? before.labels() : labels);
  }

  /** Writes the annotations of a record. */
  static void put(Map<String, @Nullable Object> out, Annotations annotations) {
    out.put("notes", annotations.notes());
    out.put("labels", new ArrayList<@Nullable Object>(annotations.labels()));
  }
}
