// SPDX-License-Identifier: Apache-2.0
package net.backhaul.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.controller.Authorization;
import net.backhaul.controller.MemberRecord;
import net.backhaul.json.Json;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Canonical members are read as others, and written as they were. */
class CanonicalMemberTest {
  private static final long NET = 0x0b59471541000001L;
  private static final String FULL =
      "{\"activeBridge\":true,\"address\":\"0123456789\",\"authenticationExpiryTime\":0,"
          + "\"authorized\":true,\"capabilities\":[1,7],\"creationTime\":1700000000000,"
          + "\"id\":\"0123456789\",\"identity\":\"0123456789:0:aa\","
          + "\"ipAssignments\":[\"10.0.0.7\",\"fd00::7\"],\"lastAuthorizedCredential\":\"secret\","
          + "\"lastAuthorizedCredentialType\":\"token\",\"lastAuthorizedTime\":5,"
          + "\"lastDeauthorizedTime\":4,\"name\":\"bücher 1\",\"noAutoAssignIps\":true,"
          + "\"nwid\":\"0b59471541000001\",\"objtype\":\"member\",\"remoteTraceLevel\":3,"
          + "\"remoteTraceTarget\":null,\"revision\":9,\"ssoExempt\":false,\"tags\":[[1,2],[3,4]],"
          + "\"vMajor\":1,\"vMinor\":16,\"vProto\":13,\"vRev\":0}";
  private static final List<Object> VALUES =
      List.of(
          true,
          false,
          0L,
          1L,
          -1L,
          1_700_000_000_000L,
          999_999_999_999_999_999L,
          Long.MAX_VALUE,
          Json.unsigned(-1),
          0.5,
          "",
          "0123456789",
          "0123456789".toUpperCase(),
          "012345678A",
          "0b59471541000001",
          "member",
          "api",
          "a\"b",
          "é☃😀",
          "\n",
          List.of(),
          List.of("10.0.0.1"),
          List.of("10.0.0.1/8", "1.2.3", "::1", "::FF", "1:0:0::", 7L),
          List.of(1L, 2L, 0xffff_ffffL),
          List.of(2L, 1L),
          List.of(List.of(1L, 2L), List.of(2L, 0xffff_ffffL)),
          List.of(List.of(2L, 1L), List.of(1L, 2L)),
          List.of(List.of(1L, 0x1_0000_0000L)),
          Map.of());

  private static Map<String, Object> json(String text) {
    return Json.asObject(Json.parse(text));
  }

  /** Reads a member as if it were another implementation's, whose document is kept. */
  private static MemberRecord readWithUnknownKey(String text) {
    Map<String, Object> json = json(text);
    json.put("zzz", true);
    MemberRecord member = MemberJson.read(NET, Json.write(json));
    assertTrue(member.document().contains("zzz"));
    return member;
  }

  /** Returns the JSON without the unknown key, and without a name that is empty. */
  private static Map<String, Object> shown(MemberRecord member) {
    Map<String, Object> json = MemberJson.write(member);
    json.remove("zzz");
    json.remove("name", "");
    return json;
  }

  private static void assertSameButDocument(MemberRecord expected, MemberRecord found) {
    assertEquals(
        new MemberRecord(
            expected.networkId(),
            expected.address(),
            expected.revision(),
            expected.createdMs(),
            expected.identity(),
            expected.authorization(),
            expected.settings(),
            expected.version(),
            found.document(),
            expected.annotations()),
        found);
  }

  /** A member with some other values, also such that are not canonical. */
  private static String text(Random random) {
    Map<String, Object> json =
        random.nextBoolean()
            ? json(FULL)
            : MemberJson.write(MemberRecord.unauthorized(NET, 0x0123456789L, 7));
    List<String> keys = List.copyOf(json(FULL).keySet());
    for (int i = random.nextInt(4); i > 0; i--) {
      String key = keys.get(random.nextInt(keys.size()));
      switch (random.nextInt(8)) {
        case 0 -> json.remove(key);
        case 1 -> json.put(key, null);
        default -> json.put(key, VALUES.get(random.nextInt(VALUES.size())));
      }
    }
    return Json.write(json);
  }

  /** Edits a member; returns it unchanged if the request is rejected. */
  private static MemberRecord edit(MemberRecord member, Map<String, Object> body) {
    try {
      return MemberJson.edit(member, body, 11);
    } catch (IllegalArgumentException rejected) {
      return member;
    }
  }

  @Test
  void readsAllValues() {
    MemberRecord member = CanonicalMember.read(NET, FULL);

    assertNotNull(member);
    assertEquals(MemberRecord.NO_DOCUMENT, member.document());
    assertSame(Authorization.BY_TOKEN, member.authorization().credentialType());
    assertSameButDocument(readWithUnknownKey(FULL), member);
    assertEquals(FULL, Json.write(MemberJson.write(member)));
  }

  @Test
  void readsAndWritesAsMembersWithDocument() {
    int canonical = 0;
    for (long seed = 0; seed < 20_000; seed++) {
      var random = new Random(seed);
      String text = text(random);
      MemberRecord found = CanonicalMember.read(NET, text);
      if (found == null) {
        continue;
      }
      canonical++;
      MemberRecord expected = readWithUnknownKey(text);
      assertSameButDocument(expected, found);
      Map<String, Object> written = json(text);
      written.put("revision", found.revision());
      assertEquals(written, MemberJson.write(found), "seed " + seed);

      Map<String, Object> body = json(text(random));
      MemberRecord edited = edit(found, body);
      MemberRecord expectedEdited = edit(expected, body);
      assertEquals(shown(expectedEdited), shown(edited), "edited, seed " + seed);
      assertEquals(
          shown(
              expectedEdited
                  .withSettings(expected.settings())
                  .withAuthorization(Authorization.NONE)),
          shown(edited.withSettings(found.settings()).withAuthorization(Authorization.NONE)),
          "changed back, seed " + seed);
    }
    assertTrue(canonical > 5_000 && canonical < 19_000, "canonical: " + canonical);
  }

  /** So equal records are equal before and after a restart. */
  @Test
  void createdAndEditedMembersHaveNoDocument() {
    MemberRecord created = MemberJson.create("0b59471541000001", "0123456789", 1);
    MemberRecord edited =
        MemberJson.edit(created, json("{\"authorized\":true,\"name\":\"web\"}"), 2);

    assertEquals(MemberRecord.NO_DOCUMENT, created.document());
    assertEquals(MemberRecord.NO_DOCUMENT, edited.document());
    String text = Json.write(MemberJson.write(edited));
    assertEquals(edited, CanonicalMember.read(NET, text));
  }

  @Test
  void readsMembersWithRevisionOfAnyLengthWithoutDocument() {
    String text = FULL.replace("\"revision\":9", "\"revision\":9223372036854775807");

    MemberRecord member = MemberJson.readStored(NET, text);

    assertEquals(Long.MAX_VALUE, member.revision());
    assertEquals(MemberRecord.NO_DOCUMENT, member.document());
  }

  @Test
  void keepsDocumentOfOtherNetwork() {
    String text = FULL.replace("\"identity\":\"0123456789:0:aa\",", "");

    MemberRecord member = MemberJson.readStored(NET + 1, text);

    assertEquals(NET + 1, member.networkId());
    assertEquals(text, Json.write(MemberJson.write(member)));
  }

  @Test
  void rejectsTruncatedText() {
    for (int end = 0; end < FULL.length(); end++) {
      assertNull(CanonicalMember.read(NET, FULL.substring(0, end)), "length " + end);
    }
    assertNull(CanonicalMember.read(NET, FULL + " "));
  }

  @Test
  void rejectsOrReadsTextWithOtherCharacters() {
    var texts = new ArrayList<String>();
    for (int at = 0; at < FULL.length(); at++) {
      for (char c : new char[] {' ', '"', '\\', '0', 'f', 'F', '\n', '\ud800', ',', '[', '}'}) {
        texts.add(FULL.substring(0, at) + c + FULL.substring(at + 1));
        texts.add(FULL.substring(0, at) + c + FULL.substring(at));
      }
    }
    for (String text : texts) {
      MemberRecord found = CanonicalMember.read(NET, text);
      if (found != null) {
        assertSameButDocument(readWithUnknownKey(text), found);
        assertEquals(text, Json.write(MemberJson.write(found)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"authenticationExpiryTime\":0 \"authenticationExpiryTime\":1",
        "\"remoteTraceTarget\":null \"remoteTraceTarget\":\"0123456789\"",
        "\"ssoExempt\":false \"ssoExempt\":true",
        "\"tags\":[[1,2], \"tags\":[[3,2],",
        "\"tags\":[[1,2], \"tags\":[[1,2,3],",
        "\"tags\":[[1,2], \"tags\":[[1,4294967296],",
        "\"capabilities\":[1,7] \"capabilities\":[7,1]",
        "\"capabilities\":[1,7] \"capabilities\":[1,1]",
        "\"capabilities\":[1,7] \"capabilities\":[1,]",
        "\"ipAssignments\":[\"10.0.0.7\", \"ipAssignments\":[\"10.0.0.7/8\",",
        "\"ipAssignments\":[\"10.0.0.7\", \"ipAssignments\":[\"10.0.7\",",
        "\"ipAssignments\":[\"10.0.0.7\", \"ipAssignments\":[7,",
        "\"fd00::7\" \"fd00:0:0::7\"",
        "\"lastAuthorizedTime\":5 \"lastAuthorizedTime\":05",
        "\"lastAuthorizedTime\":5 \"lastAuthorizedTime\":-5",
        "\"lastAuthorizedTime\":5 \"lastAuthorizedTime\":5.0",
        "\"vMinor\":16 \"vMinor\":4294967296",
        "\"vMinor\":16 \"vMinor\":-2",
        "\"name\":\"bücher \"name\":\"b\\u0000",
        "\"vRev\":0 \"vRev\":0,\"zzz\":1",
        "\"id\":\"0123456789\" \"id\":\"012345678A\"",
      })
  void rejectsOtherText(String change) {
    int blank = change.indexOf(' ');
    String text = FULL.replace(change.substring(0, blank), change.substring(blank + 1));

    assertTrue(!text.equals(FULL), text);
    assertNull(CanonicalMember.read(NET, text));
  }

  @Test
  void rejectsLongArrays() {
    var longer = new StringBuilder("0");
    for (int id = 1; id < 20_000; id++) {
      longer.append(',').append(id);
    }
    assertNull(CanonicalMember.read(NET, FULL.replace("[1,7]", "[" + longer + "]")));
  }
}
