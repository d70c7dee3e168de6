// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service.portmapping.protocol;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import net.backhaul.protocol.packet.WireException;
import org.junit.jupiter.api.Test;

class XmlTextsTest {
  private static List<String> read(String document) {
    var ended = new ArrayList<String>();
    XmlTexts.read(
        document.getBytes(StandardCharsets.UTF_8), (name, text) -> ended.add(name + "=" + text));
    return ended;
  }

  @Test
  void readsTextsOfElements() {
    assertEquals(
        List.of("a=x y", "b=", "c=<&>\"'AB", "d=", "root="),
        read(
            "<?xml version=\"1.0\"?><!-- < --><p:root z=\"1\"> <a> x y </a><b/><c q='x'>"
                + "&lt;&amp;&gt;&quot;&apos;&#65;&#x42;</c>\n<d/></p:root>"));
    assertEquals(List.of("a=<x> & y"), read("<a><![CDATA[<x> & y]]></a>"));
  }

  @Test
  void rejectsReferencesToNothing() {
    for (String each :
        List.of("&x;", "&#x110000;", "&#;", "&#xzz;", "&lt", "&verylongreference;")) {
      assertThrows(WireException.class, () -> read("<a>" + each + "</a>"), each);
    }
  }
}
