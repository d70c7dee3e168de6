// SPDX-License-Identifier: Apache-2.0
package net.backhaul.service;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;

/** Reports synchronized methods, volatile fields, and calls that block. */
final class Locks extends ArchCondition<JavaClass> {
  Locks() {
    super("lock");
  }

  @Override
  public void check(JavaClass owner, ConditionEvents events) {
    owner.getMethods().stream()
        .filter(method -> method.getModifiers().contains(JavaModifier.SYNCHRONIZED))
        .forEach(method -> report(owner, "synchronized " + method.getFullName(), events));
    owner.getFields().stream()
        .filter(field -> field.getModifiers().contains(JavaModifier.VOLATILE))
        .forEach(field -> report(owner, "volatile " + field.getFullName(), events));
    owner.getMethodCallsFromSelf().stream()
        .filter(call -> call.getTargetOwner().isEquivalentTo(Object.class))
        .filter(call -> call.getName().equals("wait") || call.getName().startsWith("notify"))
        .forEach(call -> report(owner, call.getDescription(), events));
  }

  private static void report(JavaClass owner, String what, ConditionEvents events) {
    events.add(SimpleConditionEvent.satisfied(owner, what));
  }
}
