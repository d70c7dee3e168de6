// SPDX-License-Identifier: Apache-2.0
package net.backhaul.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A manual page as a list of blocks, read from and written to the subset of Markdown that such a
 * page uses: headings, paragraphs, indented code and bullets, of which one that begins with code
 * and a colon defines a term.
 */
record ManualPage(List<Block> blocks) {
  private static final int COLUMNS = 120;
  private static final Pattern DEFINITION =
      Pattern.compile("((?:`[^`]+`(?:, )?)+[^`:]*): (.*)", Pattern.DOTALL);

  ManualPage {
    blocks = List.copyOf(blocks);
  }

  /** A part of a page. */
  sealed interface Block {}

  /** A heading of level 1 (the page), 2 or 3. */
  record Heading(int level, String text) implements Block {}

  /** A paragraph, without line breaks. */
  record Paragraph(String text) implements Block {}

  /** Lines that are shown as they are. */
  record Code(List<String> lines) implements Block {}

  /** A bullet; the first block is a paragraph. */
  record Item(List<Block> blocks) implements Block {
    /** Returns the term that it defines, with its marks; empty if it defines none. */
    String term() {
      Matcher definition = DEFINITION.matcher(text());
      return definition.matches() ? definition.group(1) : "";
    }

    /** Returns its first paragraph without the term. */
    String definition() {
      Matcher definition = DEFINITION.matcher(text());
      return definition.matches() ? definition.group(2) : text();
    }

    private String text() {
      return ((Paragraph) blocks.getFirst()).text();
    }
  }

  /**
   * The definition of a term that is declared elsewhere.
   *
   * @param term with its marks
   * @param text without the last full stop
   * @param extended whether the page may continue it; then the text is one sentence
   */
  record Declared(String term, String text, boolean extended) {}

  static ManualPage read(String markdown) {
    return new ManualPage(read(markdown.lines().toList()));
  }

  private static List<Block> read(List<String> lines) {
    var blocks = new ArrayList<Block>();
    int at = 0;
    while (at < lines.size()) {
      String line = lines.get(at);
      int from = at;
      if (line.isEmpty()) {
        at++;
      } else if (line.startsWith("#")) {
        String text = line.replaceFirst("^#+ ", "");
        blocks.add(new Heading(line.length() - text.length() - 1, text));
        at++;
      } else if (line.startsWith("    ")) {
        at = endOfIndented(lines, at, "    ");
        blocks.add(new Code(lines.subList(from, at).stream().map(l -> cut(l, 4)).toList()));
      } else if (line.startsWith("* ")) {
        at = endOfIndented(lines, at + 1, "  ");
        blocks.add(new Item(read(lines.subList(from, at).stream().map(l -> cut(l, 2)).toList())));
      } else {
        while (at < lines.size() && !lines.get(at).isEmpty() && !lines.get(at).startsWith("* ")) {
          at++;
        }
        blocks.add(new Paragraph(String.join(" ", lines.subList(from, at))));
      }
    }
    return blocks;
  }

  /** Returns the end of the lines that are indented so, without the empty ones at their end. */
  private static int endOfIndented(List<String> lines, int from, String indent) {
    int end = from;
    for (int i = from; i < lines.size(); i++) {
      if (lines.get(i).startsWith(indent)) {
        end = i + 1;
      } else if (!lines.get(i).isEmpty()) {
        break;
      }
    }
    return end;
  }

  private static String cut(String line, int columns) {
    return line.substring(Math.min(columns, line.length()));
  }

  /**
   * Returns the page with the synopsis and the terms that the program declares, by the heading
   * under which they stand. The words after the first sentence of a definition are kept.
   */
  ManualPage with(Code synopsis, Map<String, List<Declared>> declared) {
    var result = new ArrayList<Block>();
    String section = "";
    for (Block block : blocks) {
      boolean replaced =
          block instanceof Item && declared.containsKey(section)
              || block instanceof Code && section.equals("Synopsis");
      if (!replaced) {
        result.add(block);
      }
      if (block instanceof Heading heading) {
        section = heading.text();
        if (section.equals("Synopsis")) {
          result.add(synopsis);
        }
      }
    }
    declared.forEach((heading, terms) -> insert(result, heading, terms));
    return new ManualPage(result);
  }

  /** Inserts definitions behind the first paragraph of a section. */
  private void insert(List<Block> result, String heading, List<Declared> terms) {
    int at = result.indexOf(new Heading(2, heading)) + 1;
    if (at == 0) {
      throw new IllegalStateException("no section " + heading);
    }
    at += at < result.size() && result.get(at) instanceof Paragraph ? 1 : 0;
    for (Declared term : terms) {
      result.add(at++, define(term));
    }
  }

  private Item define(Declared declared) {
    String first = declared.term() + ": " + declared.text() + ".";
    for (Block block : declared.extended() ? blocks : List.<Block>of()) {
      if (block instanceof Item item && item.term().equals(declared.term())) {
        var parts = new ArrayList<>(item.blocks());
        parts.set(0, new Paragraph(first + afterSentence(item.definition())));
        return new Item(parts);
      }
    }
    return new Item(List.of(new Paragraph(first)));
  }

  private static String afterSentence(String text) {
    int end = text.indexOf(". ");
    return end < 0 ? "" : text.substring(end + 1);
  }

  String markdown() {
    return markdown(blocks, COLUMNS);
  }

  private static String markdown(List<Block> blocks, int columns) {
    var text = new StringBuilder();
    Block previous = null;
    for (Block block : blocks) {
      if (previous != null
          && !(block instanceof Item
              && previous instanceof Item before
              && before.blocks().size() == 1)) {
        text.append('\n');
      }
      switch (block) {
        case Heading heading ->
            text.append("#".repeat(heading.level()))
                .append(' ')
                .append(heading.text())
                .append('\n');
        case Paragraph paragraph -> text.append(wrap(paragraph.text(), columns));
        case Code code -> code.lines().forEach(line -> text.append(indent("    ", line)));
        case Item item -> {
          List<String> lines = markdown(item.blocks(), columns - 2).lines().toList();
          text.append("* ").append(lines.getFirst()).append('\n');
          lines.stream().skip(1).forEach(line -> text.append(indent("  ", line)));
        }
      }
      previous = block;
    }
    return text.toString();
  }

  private static String indent(String indent, String line) {
    return (line.isEmpty() ? "" : indent + line) + "\n";
  }

  /** Breaks a text at blanks into lines that are no longer than this, if its words are not. */
  static String wrap(String text, int columns) {
    var lines = new StringBuilder();
    int column = 0;
    for (String word : text.split(" ")) {
      if (column > 0 && column + 1 + word.length() > columns) {
        lines.append('\n');
        column = 0;
      }
      lines.append(column > 0 ? " " : "").append(word);
      column += (column > 0 ? 1 : 0) + word.length();
    }
    return lines.append('\n').toString();
  }
}
