// SPDX-License-Identifier: Apache-2.0
package net.backhaul.web.page;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Sources are shortened, and mean the same; the tests in the browser run the result. */
class CompactSourceTest {
  private static final Path SOURCES = Path.of("src/main/resources/net/backhaul/web/page");

  private static String script(String source) {
    return CompactSource.script(source).strip();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "const a = 1; // one                 | const a=1;",
        "/** Doc. */ export const a = b /* c */ + d; | export const a=b+d;",
        "a + +b                              | a+ +b",
        "a - --b                             | a- --b",
        "a - +b                              | a-+b",
        "return !a && b in c                 | return!a&&b in c",
        "x ? .5 : a                          | x?.5:a",
        "async (a, b) => ({ ...a })          | async(a,b)=>({...a})",
        "import { a } from 'b//c.js';        | import{a}from 'b//c.js';",
        "'/* no */ // comment'               | '/* no */ // comment'",
        "'it\\'s // here'                    | 'it\\'s // here'",
        "\"a  'b'  /*\"                      | \"a  'b'  /*\"",
        "x = /[/'\"]+ \\/ `/.test(y)         | x=/[/'\"]+ \\/ `/.test(y)",
        "return /  a/g                       | return /  a/g",
        "a / b / c // d                      | a / b / c",
        "(a) / 2 + b[1] / 2                  | (a)/ 2+b[1]/ 2",
      })
  void leavesOutWhatSeparatesNothing(String source, String expected) {
    assertEquals(expected, script(source));
  }

  @Test
  void endsStatementsWhereTheSourceDoes() {
    assertEquals("a\nb", script("  a\n\n\n  b\n"));
    assertEquals("a\n++b", script("a\n++b"));
    assertEquals("return\na", script("return\n  a"));
    assertEquals("a\n(b)", script("a\n(b)"));
    assertEquals("a\n[b]\n`c`", script("a\n[b]\n`c`"));
    assertEquals("a\nb", script("a // c\n// d\nb"));
    assertEquals("a\nb", script("a /* c\n d */ b"));
    assertEquals("a(b,c).d()", script("a(\n  b,\n  c\n)\n  .d()"));
    assertEquals("{a}\nb", script("{\n  a\n}\nb"));
    assertEquals("1\n.toString()", script("1\n.toString()"));
    assertEquals("f(a=>{b;});", script("f(a => {\n  b;\n});"));
  }

  @Test
  void keepsTemplates() {
    String text = "`a  // b\n   c ${ d  +  e } 'f  /*`";
    assertEquals("`a  // b\n   c ${d+e} 'f  /*`", script(text));
    assertEquals("`a${`b  ${{c:'}'}}  `}  `", script("`a${ `b  ${ { c: '}' } }  ` }  `"));
    assertEquals("`\\`  ${a}`", script("`\\`  ${ a }`"));
  }

  /** As htm reads them: a text loses blanks with an end of line at its ends, a tag all. */
  @Test
  void leavesOutBlanksOfHtmlThatNobodySees() {
    assertEquals(
        "html`<p class=\"a  b\" id=${c}><b>x y</b> z\nw</p>`",
        script("html`\n  <p class=\"a  b\"\n    id=${ c }>\n    <b>x y</b> z\n    w\n  </p>`"));
    assertEquals("html`${a} <b>${b}</b>${c}`", script("html`${a} <b>${b}</b>\n  ${c}\n`"));
    assertEquals(
        "html`<${A} b=\"x\n  y\" ...${c}>d  e<//>`",
        script("html`<${A} b=\"x\n  y\"   ...${c} >d  e<//>`"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"'a", "`a", "`${a", "/* a", "x = /a", "'a\n'"})
  void rejectsWhatHasNoEnd(String source) {
    assertThrows(IllegalArgumentException.class, () -> CompactSource.script(source));
  }

  @Test
  void shortensStyleSheets() {
    assertEquals(
        "a:hover>b,c d{color:red;width:calc(1px + 2px);margin:0 auto}",
        CompactSource.style(
                """
                /* Links; all */
                a:hover > b,
                c d {
                  color: red; /* not blue */
                  width: calc(1px + 2px);
                  margin: 0  auto;
                }
                """)
            .strip());
    assertEquals(
        "@media (max-width:9px){a :is(b){content:\" /* > */ \"}}",
        CompactSource.style(
                "@media (max-width: 9px) {\n  a :is(b) { content: \" /* > */ \"; }\n}\n")
            .strip());
    assertEquals("a{b:rgb(1 2 3/ 4%)}", CompactSource.style("a { b: rgb(1 2 3 / 4%); }").strip());
  }

  @Test
  void shortensEveryFile() throws IOException {
    List<Path> files;
    try (var tree = Files.walk(SOURCES)) {
      files = tree.filter(each -> each.toString().matches(".*\\.(js|css)")).toList();
    }
    assertTrue(files.size() > 20);
    for (Path file : files) {
      boolean isScript = file.toString().endsWith(".js");
      String source = Files.readString(file);
      String once = isScript ? CompactSource.script(source) : CompactSource.style(source);
      String twice = isScript ? CompactSource.script(once) : CompactSource.style(once);

      assertEquals(once, twice, file::toString);
      assertTrue(once.length() < source.length(), file::toString);
      assertFalse(once.contains("SPDX"), file::toString);
    }
  }
}
