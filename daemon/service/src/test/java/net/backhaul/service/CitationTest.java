// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Citations of the specification name sections of docs/protocol that exist. */
class CitationTest {
  private static final Map<String, Set<String>> SECTIONS =
      Map.of("02", Set.of("1", "1.6", "2.1"), "03", Set.of("4", "4.7", "4.8", "4.9"));

  @Test
  void citesSectionsThatExist() {
    Citations citations = Citations.ofTree();

    Stream.of(Tree.javaFiles(), Tree.scriptFiles(), Tree.markdownFiles())
        .flatMap(List::stream)
        .filter(file -> !isThisTest(file))
        .forEach(file -> citations.check(file.toString(), Tree.text(file)));

    assertEquals("", String.join("\n", citations.problems()));
    assertTrue(citations.resolved() > 250, () -> "only " + citations.resolved());
  }

  @Test
  void namesTheChapterInCodeAndScripts() {
    Citations citations = Citations.ofTree();

    Stream.concat(Tree.javaFiles().stream(), Tree.scriptFiles().stream())
        .filter(file -> !isThisTest(file))
        .forEach(file -> citations.checkForms(file.toString(), Tree.text(file)));

    assertEquals("", String.join("\n", citations.problems()));
  }

  @Test
  void chaptersNameTheirOwnSections() {
    Citations citations = Citations.ofTree();

    for (Path file : Tree.markdownFiles()) {
      if (!Citations.chapterOf(file).isEmpty()) {
        citations.checkOwn(file.toString(), Tree.text(file), Citations.chapterOf(file));
      }
    }

    assertEquals("", String.join("\n", citations.problems()));
    assertTrue(citations.resolved() > 100, () -> "only " + citations.resolved());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          // as 03 section 4.8 has it                    | 1
          /** Chunks (02 sections 1.6 and 2.1). */       | 2
          // 03 sections 4.7 to 4.9                      | 2
          // (03 sections 4.7, 4.8 and 4.9, 02 section 1)| 4
          /* see 02\\n   * section 1.6 */                | 1
          """)
  void resolvesCitations(String text, int sections) {
    var citations = new Citations(SECTIONS);

    citations.check("A.java", text.replace("\\n", "\n"));
    citations.checkForms("A.java", text.replace("\\n", "\n"));

    assertEquals(List.of(), citations.problems());
    assertEquals(sections, citations.resolved());
  }

  @Test
  void reportsUnknownSectionWithItsLine() {
    var citations = new Citations(SECTIONS);

    citations.check("A.java", "class A {\n  // as in 03\n  // section 4.1\n}\n");

    assertEquals(
        List.of("A.java:2: \"03 section 4.1\" names no section: 03 has no 4.1"),
        citations.problems());
  }

  @ParameterizedTest
  @ValueSource(strings = {"// 01 section 1", "// 03 sections 4.8", "// 03 section 4.7 and 4.8"})
  void rejectsUnknownChapterAndWrongNumber(String text) {
    var citations = new Citations(SECTIONS);

    citations.check("A.java", text);

    assertEquals(1, citations.problems().size(), text);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/** Rejects (4.8). */",
        "/** Rejects (4.7, 4.8). */",
        "// see section 4.8",
        "// section 4.8 of chapter 3",
        "// 03 4.8",
        "// 03, 4.8",
        "// §4.8",
        "// chapter 3"
      })
  void rejectsCitationWithoutChapterOrWord(String text) {
    var citations = new Citations(SECTIONS);

    citations.checkForms("A.java", text);

    assertTrue(!citations.problems().isEmpty(), text);
  }

  @ParameterizedTest
  @ValueSource(strings = {"// RFC 1071 section 3", "section(dump, 1)", "Math.max(0.5)"})
  void leavesOtherTextAlone(String text) {
    var citations = new Citations(SECTIONS);

    citations.checkForms("A.java", text);

    assertEquals(List.of(), citations.problems());
  }

  @Test
  void readsHeadings() {
    assertEquals(
        Set.of("0", "0.1", "5.8.1", "10"),
        Citations.headings(
            "# 01 Title\n## 0. Conventions\n### 0.1 Constants\n#### 5.8.1 X\n## 10. Y\ntext 7\n"));
  }

  /** These files hold bad citations on purpose. */
  private static boolean isThisTest(Path file) {
    String name = file.getFileName().toString();
    return name.equals("CitationTest.java") || name.equals("Citations.java");
  }
}
