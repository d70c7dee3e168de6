// SPDX-License-Identifier: Apache-2.0
package net.backhaul.crypto;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Wiping a cipher overwrites its keys, including those in arrays of the JDK. */
class WipeTest {
  private final byte[] k0 = new byte[32];
  private final byte[] k1 = new byte[32];
  private final byte[] bytes = new byte[500];
  private final byte[] tag = new byte[16];

  WipeTest() {
    var random = new Random(5);
    random.nextBytes(k0);
    random.nextBytes(k1);
    random.nextBytes(bytes);
  }

  /** Collects all primitive arrays that are reachable from an object through ciphers. */
  private static void collect(Object from, List<Object> arrays, Set<Object> seen) {
    if (from == null || !seen.add(from)) {
      return;
    }
    if (from.getClass().isArray()) {
      if (from instanceof Object[] objects) {
        for (Object each : objects) {
          collect(each, arrays, seen);
        }
      } else {
        arrays.add(from);
      }
      return;
    }
    String home = from.getClass().getPackageName();
    if (!home.equals("net.backhaul.crypto") && !home.equals("com.sun.crypto.provider")) {
      return;
    }
    for (Class<?> type = from.getClass(); type != Object.class; type = type.getSuperclass()) {
      for (Field field : type.getDeclaredFields()) {
        if (!Modifier.isStatic(field.getModifiers()) && !field.getType().isPrimitive()) {
          field.setAccessible(true);
          try {
            collect(field.get(from), arrays, seen);
          } catch (IllegalAccessException e) {
            throw new AssertionError(e);
          }
        }
      }
    }
  }

  private static List<Object> arraysOf(Object from) {
    var arrays = new ArrayList<Object>();
    collect(from, arrays, Collections.newSetFromMap(new IdentityHashMap<>()));
    return arrays;
  }

  private static boolean isZero(Object array) {
    for (int i = 0; i < Array.getLength(array); i++) {
      if (((Number) Array.get(array, i)).longValue() != 0) {
        return false;
      }
    }
    return true;
  }

  private static boolean holds(List<Object> arrays, byte[] key) {
    return arrays.stream().anyMatch(a -> a instanceof byte[] held && Arrays.equals(held, key));
  }

  @Test
  void wipesKeysInIntrinsics() {
    var siv = new AesGmacSiv(k0, k1, true);
    siv.seal(bytes, 0, new byte[16], bytes, 8, 400, tag);
    siv.open(tag, new byte[16], bytes, 8, 401);
    List<Object> arrays = arraysOf(siv);
    assertTrue(holds(arrays, k0) && holds(arrays, k1), "the search finds both keys");

    siv.wipe();

    for (Object array : arrays) {
      assertTrue(isZero(array), () -> array.getClass().getSimpleName() + " is not zero");
    }
  }

  private byte[] sealedBy(AesGmacSiv siv) {
    byte[] copy = bytes.clone();
    siv.seal(copy, 0, new byte[16], copy, 8, 400, tag);
    return copy;
  }

  @Test
  void replacesKeysByZerosInJca() {
    var siv = new AesGmacSiv(k0, k1, false);
    siv.seal(bytes, 0, new byte[16], bytes, 8, 400, tag);
    assertTrue(holds(arraysOf(siv), k0) && holds(arraysOf(siv), k1));

    siv.wipe();

    assertFalse(holds(arraysOf(siv), k0) || holds(arraysOf(siv), k1));
    byte[] zeros = new byte[32];
    assertArrayEquals(sealedBy(new AesGmacSiv(zeros, zeros, false)), sealedBy(siv));
  }

  @Test
  void wipesSalsaAndPoly() {
    var salsa = new Salsa20(12);
    var poly = new Poly1305();
    salsa.start(k0, 0, k1, 0);
    salsa.xor(bytes, 0, 401);
    poly.tag(k0, 0, bytes, 0, 401, tag);

    salsa.wipe();
    poly.wipe();

    for (Object array : arraysOf(salsa)) {
      assertTrue(isZero(array));
    }
    for (Object array : arraysOf(poly)) {
      assertTrue(isZero(array));
    }
  }
}
