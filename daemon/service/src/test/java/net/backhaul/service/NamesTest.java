// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/**
 * A simple name in main code identifies one type: top-level types have names of their own in the
 * whole tree, and no nested type has the name of a top-level one.
 */
class NamesTest {
  private static final Pattern DECLARATION =
      Pattern.compile(
          "(?m)^([ ]*)(?:(?:public|protected|private|static|final|abstract|sealed|non-sealed) )*"
              + "(?:class|interface|enum|record|@interface) (\\w+)");

  private static final Pattern COMMENT_OR_TEXT =
      Pattern.compile("(?s)/\\*.*?\\*/|//[^\\n]*|\"\"\".*?\"\"\"");

  @Test
  void givesEachTypeOfMainCodeOneName() {
    var sources = new HashMap<String, String>();
    for (Path file : Tree.mainJavaFiles()) {
      sources.put(file.toString(), Tree.text(file));
    }

    assertTrue(sources.size() > 200);
    assertEquals(List.of(), clashes(sources));
  }

  @Test
  void findsTypesOfOneName() {
    assertEquals(
        List.of("A.B has the name of x/B.java", "C is in x/C.java and y/C.java"),
        clashes(
            Map.of(
                "x/A.java", "class A {\n  private static final class B {}\n}\n",
                "x/B.java", "public sealed interface B {\n}\n",
                "x/C.java", "record C() {}\n",
                "y/C.java", "/** Not a\nclass A */\npublic final class C {}\n",
                "y/D.java", "enum D {\n}\n",
                "y/E.java", "class E {\n  enum Kind {}\n}\n",
                "y/F.java", "class F {\n  enum Kind {}\n}\n")));
  }

  private static List<String> clashes(Map<String, String> sources) {
    var fileByTopLevelName = new HashMap<String, String>();
    var nested = new ArrayList<String[]>();
    var found = new ArrayList<String>();
    sources.keySet().stream()
        .sorted()
        .forEach(
            file -> {
              String code = COMMENT_OR_TEXT.matcher(sources.get(file)).replaceAll(" ");
              DECLARATION
                  .matcher(code)
                  .results()
                  .forEach(
                      type -> {
                        String name = type.group(2);
                        if (!type.group(1).isEmpty()) {
                          nested.add(new String[] {outerName(file), name});
                          return;
                        }
                        String other = fileByTopLevelName.put(name, file);
                        if (other != null) {
                          found.add(name + " is in " + other + " and " + file);
                        }
                      });
            });
    for (String[] type : nested) {
      String name = type[0] + "." + type[1];
      if (fileByTopLevelName.containsKey(type[1])) {
        found.add(name + " has the name of " + fileByTopLevelName.get(type[1]));
      }
    }
    return found.stream().sorted().toList();
  }

  private static String outerName(String file) {
    return Path.of(file).getFileName().toString().replace(".java", "");
  }
}
