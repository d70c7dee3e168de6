// SPDX-License-Identifier: Apache-2.0
package net.backhaul.controller;

import static net.backhaul.controller.ControllerFixture.ALICE;
import static net.backhaul.controller.ControllerFixture.NET;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.backhaul.protocol.address.Endpoints;
import net.backhaul.protocol.network.RequestMetaData;
import net.backhaul.protocol.packet.Bytes;
import org.junit.jupiter.api.Test;

/** The limit of what operators can store in a network. */
class RecordSizeTest {
  private static final String SECRET = "bhj_secret";
  private static final int SEED = 7;

  private final ControllerFixture fixture = new ControllerFixture().withPrivateNetwork();
  private final Controller controller = fixture.controller;

  private Edit edit() {
    return Edit.of("admin", "", fixture.nowMs);
  }

  private static JoinToken token(long id, Annotations annotations, long nowMs) {
    return new JoinToken(
        id,
        NET,
        1,
        JoinToken.hash(SECRET + id),
        "shop",
        nowMs,
        nowMs + 60_000,
        100,
        0,
        new JoinGrant(true, "till", annotations, Map.of(7L, 9L), List.of()));
  }

  private long summed() {
    return RecordSize.of(controller.network(NET).orElseThrow())
        + controller.members(NET).stream().mapToLong(RecordSize::of).sum()
        + controller.bin().latest(NET).stream()
            .mapToLong(each -> RecordSize.of(each.member()))
            .sum()
        + controller.joinTokens(NET).stream().mapToLong(RecordSize::of).sum();
  }

  private void assertCounted() {
    long rest = RecordSize.MAX_OF_NETWORK - summed();
    assertTrue(controller.hasRoom(NET, rest), "counted too much");
    assertFalse(controller.hasRoom(NET, rest + 1), "counted too little");
  }

  private MemberRecord member(long address, String notes) {
    MemberRecord member =
        controller
            .member(NET, address)
            .orElse(MemberRecord.unauthorized(NET, address, fixture.nowMs));
    return member.withAnnotations(new Annotations(notes, List.of("label")));
  }

  @Test
  void countsAllThatIsStored() {
    long empty = summed();
    MemberRecord noted = member(1, "notes");
    MemberRecord named =
        noted.withSettings(
            MemberSettings.NONE.toBuilder()
                .name("name")
                .tags(Map.of(1L, 2L))
                .capabilities(List.of(3L))
                .ipAssignments(List.of(Endpoints.parseIp("10.0.0.1")))
                .build());
    controller.put(named, edit());
    long expected =
        MemberRecord.NO_DOCUMENT.length() + "notes".length() + "label".length() + "name".length();
    assertEquals(empty + expected + 3 * RecordSize.VALUE, summed());
    assertCounted();
  }

  @Test
  void countsEachChange() {
    var random = new Random(SEED);
    for (int i = 0; i < 2_000; i++) {
      long address = 1 + random.nextInt(20);
      switch (random.nextInt(9)) {
        case 0, 1, 2 ->
            controller.put(
                member(address, "x".repeat(random.nextInt(100)))
                    .withAuthorization(
                        Authorization.NONE.authorize(Authorization.BY_API, null, fixture.nowMs)),
                edit());
        case 3 -> controller.bin().remove(NET, address, edit());
        case 4 -> {
          if (controller.member(NET, address).filter(MemberRecord::authorized).isEmpty()) {
            controller.bin().restore(NET, address, edit());
          }
        }
        case 5 -> controller.bin().purge(NET, address, edit());
        case 6 -> controller.deleteMember(NET, address, edit());
        case 7 -> {
          if (controller.joinToken(NET, address).isEmpty()) {
            controller.createJoinToken(
                token(address, new Annotations("y".repeat(50), List.of()), fixture.nowMs), edit());
          } else {
            controller.revokeJoinToken(NET, address, edit());
          }
        }
        default -> {
          if (controller.member(NET, address).isPresent()
              && controller.member(NET, address + 20).isEmpty()) {
            controller.bin().replace(NET, address, address + 20, edit());
            controller.deleteMember(NET, address + 20, edit());
          }
        }
      }
      assertCounted();
    }
    assertTrue(controller.memberCount(NET) > 0);
  }

  @Test
  void tokenGivesNothingBeyondTheLimit() {
    controller.createJoinToken(
        token(5, new Annotations("z".repeat(1_000), List.of()), fixture.nowMs), edit());
    var notes = new ArrayList<MemberRecord>();
    String text = "x".repeat(Annotations.MAX_NOTES_CHARS);
    for (long address = 1; controller.hasRoom(NET, 2L * text.length()); address++) {
      notes.add(controller.put(member(address, text), edit()).record());
    }
    long rest = RecordSize.MAX_OF_NETWORK - summed() - 1_000;
    controller.put(member(0xaaaaaaaaaL, "x".repeat((int) Math.min(rest, 10_000))), edit());
    controller.put(member(0xaaaaaaaabL, "x".repeat((int) Math.max(0, rest - 10_000))), edit());
    fixture.saveAll();
    Bytes metaData =
        Bytes.of(RequestMetaData.withJoinToken(RequestMetaData.ours("linux"), SECRET + 5));
    fixture.advance(1_500);
    fixture.request(ALICE, metaData);
    fixture.saveAll();
    assertFalse(fixture.member(ALICE).authorized());

    controller.put(notes.getFirst().withAnnotations(Annotations.NONE), edit());
    fixture.advance(1_500);
    fixture.request(ALICE, metaData);
    fixture.saveAll();
    assertTrue(fixture.member(ALICE).authorized());
    assertEquals(1_000, fixture.member(ALICE).annotations().notes().length());
  }
}
