// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.api;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import net.backhaul.controller.Annotations;
import net.backhaul.controller.MemberRecord;
import net.backhaul.web.http.Fields;
import net.backhaul.web.http.RequestProblem;

/** Labels that members get and lose. */
record LabelChange(List<String> add, List<String> remove) {
  /** Reads the fields {@code add} and {@code remove}, of which one may be absent. */
  static LabelChange read(Fields fields) {
    return new LabelChange(labels(fields, "add"), labels(fields, "remove"));
  }

  private static List<String> labels(Fields fields, String name) {
    return fields.has(name) ? AnnotationFields.labels(fields, name) : List.of();
  }

  /**
   * Returns a member with the labels that result.
   *
   * @throws net.backhaul.web.http.ProblemException if it would have too many
   */
  MemberRecord apply(MemberRecord member) {
    var labels = new LinkedHashSet<>(member.annotations().labels());
    remove.forEach(labels::remove);
    labels.addAll(add);
    if (labels.size() > Annotations.MAX_LABELS) {
      throw RequestProblem.field(
          "add",
          "expected at most %d labels of a member, found %d"
              .formatted(Annotations.MAX_LABELS, labels.size()));
    }
    return member.withAnnotations(
        new Annotations(member.annotations().notes(), new ArrayList<>(labels)));
  }
}
