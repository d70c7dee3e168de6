// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Examples and documents name the version of Backhaul that the POM has. */
class VersionTest {
  /** The names of packages and images, and lines of output, with a version. */
  private static final Pattern NAMED =
      Pattern.compile(
          "(?:[Bb]ackhaul(?:[-_:=]| version | |@)|\"version\":"
              + " \")(\\d+\\.\\d+\\.\\d+(?:-SNAPSHOT)?)");

  private static final Pattern REVISION = Pattern.compile("<revision>(.+)</revision>");

  private static String version() {
    return REVISION
        .matcher(Tree.text(Tree.TOP.resolve("pom.xml")))
        .results()
        .findFirst()
        .orElseThrow()
        .group(1);
  }

  private static List<Path> files() {
    return Tree.files(name -> true)
        .filter(file -> file.toString().matches("README\\.md|docs/(?!protocol/).*|scripts/dist/.*"))
        .toList();
  }

  private static List<String> named(String text) {
    return NAMED.matcher(text).results().map((MatchResult found) -> found.group(1)).toList();
  }

  @Test
  void namesTheVersionOfThePom() {
    var others = new ArrayList<String>();
    var naming = new TreeSet<String>();
    for (Path file : files()) {
      for (String version : named(Tree.text(file))) {
        naming.add(file.toString());
        if (!version.equals(version())) {
          others.add(file + " names version " + version);
        }
      }
    }

    assertEquals(List.of(), others, "pom.xml has version " + version());
    assertTrue(
        naming.containsAll(
            List.of(
                "docs/command-line.md",
                "docs/container.md",
                "docs/operating.md",
                "scripts/dist/ansible/site.yml",
                "scripts/dist/cloud-init/user-data",
                "scripts/dist/container/compose.yaml",
                "scripts/dist/container/kubernetes.yaml",
                "scripts/dist/puppet/backhaul/metadata.json",
                "scripts/dist/puppet/site.pp")),
        naming::toString);
  }

  @Test
  void findsVersionsInNames() {
    assertEquals(
        List.of("0.1.0", "0.1.1", "0.1.2", "0.1.3", "0.1.4-SNAPSHOT", "0.1.5"),
        named(
            "backhaul-0.1.0-linux-x86_64.tar.gz, backhaul_0.1.1_all.deb, localhost/backhaul:0.1.2,"
                + " Backhaul version 0.1.3, Backhaul 0.1.4-SNAPSHOT (protocol of ZeroTier 1.14.1),"
                + " \"version\": \"0.1.5\", version 1.14.1"));
  }
}
