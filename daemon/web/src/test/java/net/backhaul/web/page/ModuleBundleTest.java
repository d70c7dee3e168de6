// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Modules become one; the tests in the browser run the result. */
class ModuleBundleTest {
  private static String bundle(Map<String, String> modules) {
    return ModuleBundle.of(
        "main.js", List.copyOf(modules.keySet()), name -> String.valueOf(modules.get(name)));
  }

  @Test
  void putsModulesAfterThoseThatTheyImport() {
    String joined =
        bundle(
            Map.of(
                "main.js", "import { a,\n  b as c } from 'x.js';\nimport htm from 'htm';\na(c);\n",
                "x.js",
                    "export { h } from 'preact';\nexport const a = 1;\nexport function b() {}\n"));

    assertEquals(
        """
        import * as library0 from 'preact';
        import * as library2 from 'htm';
        const module1 = (() => {

        const a = 1;
        function b() {}

        return { h: library0.h, a, b };
        })();
        const module3 = (() => {
        const { a,
          b: c } = module1;
        const htm = library2.default;
        a(c);

        return {  };
        })();
        """,
        joined);
  }

  @Test
  void rejectsCirclesAndOtherForms() {
    Map<String, String> circle =
        Map.of("main.js", "import { a } from 'x.js';\n", "x.js", "import { b } from 'main.js';\n");
    assertTrue(
        assertThrows(IllegalArgumentException.class, () -> bundle(circle))
            .getMessage()
            .contains("main.js, x.js"));
    for (String form : List.of("import 'x.js';", "export default 1;", "import * as a from 'x';")) {
      assertThrows(IllegalArgumentException.class, () -> bundle(Map.of("main.js", form)), form);
    }
  }
}
