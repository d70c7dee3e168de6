// SPDX-License-Identifier: Apache-2.0
// QR codes (ISO/IEC 18004) of texts in UTF-8: error correction M, versions 1 to 10.

const MAX_VERSION = 10;
/** By version: blocks of codewords, check codewords of each, distance of the alignment patterns. */
const BLOCKS = [1, 1, 1, 2, 2, 4, 4, 4, 5, 5];
const CHECKS = [10, 16, 26, 18, 24, 16, 18, 22, 22, 26];
const ALIGNMENTS = [[], [6, 18], [6, 22], [6, 26], [6, 30], [6, 34], [6, 22, 38], [6, 24, 42], [6, 26, 46], [6, 28, 50]];
const MASKS = [
  (x, y) => (x + y) % 2,
  (x, y) => y % 2,
  x => x % 3,
  (x, y) => (x + y) % 3,
  (x, y) => (Math.floor(x / 3) + Math.floor(y / 2)) % 2,
  (x, y) => ((x * y) % 2) + ((x * y) % 3),
  (x, y) => (((x * y) % 2) + ((x * y) % 3)) % 2,
  (x, y) => (((x + y) % 2) + ((x * y) % 3)) % 2,
];

/** Returns all codewords that a version has room for. */
function room(version) {
  const alignments = Math.floor(version / 7) + 2;
  const patterns = version === 1 ? 0 : (25 * alignments - 10) * alignments - 55 + (version > 6 ? 36 : 0);
  return Math.floor(((16 * version + 128) * version + 64 - patterns) / 8);
}

const dataRoom = version => room(version) - BLOCKS[version - 1] * CHECKS[version - 1];
const lengthBits = version => (version < 10 ? 8 : 16);

/** Multiplies in the field of 256 elements that the codes use. */
function multiply(x, y) {
  let product = 0;
  for (let i = 7; i >= 0; i--) product = (product << 1) ^ ((product >> 7) * 0x11d) ^ (((y >> i) & 1) * x);
  return product;
}

/** Returns the Reed-Solomon check codewords of a block. */
function checkWords(data, length) {
  const divisor = Array(length).fill(0);
  divisor[length - 1] = 1;
  for (let i = 0, root = 1; i < length; i++, root = multiply(root, 2)) {
    for (let j = 0; j < length; j++) divisor[j] = multiply(divisor[j], root) ^ (divisor[j + 1] ?? 0);
  }
  const rest = Array(length).fill(0);
  for (const word of data) {
    const factor = word ^ rest.shift();
    rest.push(0);
    for (let i = 0; i < length; i++) rest[i] ^= multiply(divisor[i], factor);
  }
  return rest;
}

/** Returns a number of some bits, followed by its remainder by a polynomial. */
function withRemainder(value, bits, polynomial) {
  let rest = value;
  for (let i = 0; i < bits; i++) rest = (rest << 1) ^ ((rest >> (bits - 1)) * polynomial);
  return (value << bits) | rest;
}

/** Returns data and check codewords, interleaved by blocks. */
function words(bytes, version) {
  let bits = '0100' + bytes.length.toString(2).padStart(lengthBits(version), '0');
  for (const each of bytes) bits += each.toString(2).padStart(8, '0');
  bits += '0000';
  const data = bits.match(/.{1,8}/g).map(each => parseInt(each.padEnd(8, '0'), 2)).slice(0, dataRoom(version));
  for (let pad = 0xec; data.length < dataRoom(version); pad ^= 0xec ^ 0x11) data.push(pad);
  const blocks = BLOCKS[version - 1];
  const checks = CHECKS[version - 1];
  const short = Math.floor(room(version) / blocks) - checks;
  const shortBlocks = blocks - (room(version) % blocks);
  const parts = [];
  for (let i = 0, at = 0; i < blocks; i++) {
    const length = short + (i < shortBlocks ? 0 : 1);
    parts.push(data.slice(at, at + length));
    at += length;
  }
  const all = [];
  for (let i = 0; i <= short; i++) for (const each of parts) if (i < each.length) all.push(each[i]);
  const rests = parts.map(each => checkWords(each, checks));
  for (let i = 0; i < checks; i++) for (const each of rests) all.push(each[i]);
  return all;
}

/** Returns rows of modules: true where dark, false where light, undefined where there is room for data. */
function patterns(version, mask) {
  const size = 17 + 4 * version;
  const rows = Array.from({ length: size }, () => Array(size));
  const set = (x, y, isDark) => {
    if (x >= 0 && y >= 0 && x < size && y < size) rows[y][x] = isDark;
  };
  const square = (centreX, centreY, radius, isLight) => {
    for (let x = -radius; x <= radius; x++) {
      for (let y = -radius; y <= radius; y++) {
        set(centreX + x, centreY + y, !isLight(Math.max(Math.abs(x), Math.abs(y))));
      }
    }
  };
  for (let i = 0; i < size; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  const far = size - 7;
  for (const [x, y] of [[3, 3], [far + 3, 3], [3, far + 3]]) square(x, y, 4, distance => distance === 2 || distance === 4);
  const places = ALIGNMENTS[version - 1];
  for (const x of places) {
    for (const y of places) {
      const isFinder = (x === 6 && (y === 6 || y === far)) || (x === far && y === 6);
      if (!isFinder) square(x, y, 2, distance => distance === 1);
    }
  }
  // The level M is 0.
  const format = withRemainder(mask, 10, 0x537) ^ 0x5412;
  for (let i = 0; i < 15; i++) {
    const isDark = ((format >> i) & 1) === 1;
    set(8, i < 6 ? i : i < 8 ? i + 1 : size - 15 + i, isDark);
    set(i < 8 ? size - 1 - i : i < 9 ? 7 : 14 - i, 8, isDark);
  }
  set(8, size - 8, true);
  const number = withRemainder(version, 12, 0x1f25);
  for (let i = 0; version > 6 && i < 18; i++) {
    const isDark = ((number >> i) & 1) === 1;
    set(Math.floor(i / 3), size - 11 + (i % 3), isDark);
    set(size - 11 + (i % 3), Math.floor(i / 3), isDark);
  }
  return rows;
}

/** Fills in the codewords, masked, in columns of two from the right, up and down in turns. */
function fill(rows, all, mask) {
  const size = rows.length;
  let at = 0;
  for (let right = size - 1; right > 0; right -= right === 8 ? 3 : 2) {
    const isUp = ((right + 1) & 2) === 0;
    for (let step = 0; step < size; step++) {
      const y = isUp ? size - 1 - step : step;
      for (const x of [right, right - 1]) {
        if (rows[y][x] !== undefined) continue;
        const bit = (all[at >> 3] >> (7 - (at & 7))) & 1;
        at++;
        rows[y][x] = (bit === 1) !== (MASKS[mask](x, y) === 0);
      }
    }
  }
  return rows;
}

/** Returns how much a pattern resembles what scanners search for, and how uneven it is. */
function penalty(rows) {
  const lines = [...rows, ...rows.map((_, x) => rows.map(each => each[x]))].map(each => each.map(Number).join(''));
  let sum = 0;
  for (const line of lines) {
    for (const [run] of line.matchAll(/0{5,}|1{5,}/g)) sum += run.length - 2;
    sum += 40 * [...line.matchAll(/(?=10111010000|00001011101)/g)].length;
  }
  let dark = 0;
  rows.forEach((row, y) =>
    row.forEach((isDark, x) => {
      if (isDark) dark++;
      if (x && y && [row[x - 1], rows[y - 1][x], rows[y - 1][x - 1]].every(each => each === isDark)) sum += 3;
    }),
  );
  return sum + 10 * Math.floor(Math.abs((dark / rows.length ** 2) * 20 - 10));
}

/** Returns rows of modules, true where they are dark; null if the text is too long. */
export function qrCode(text) {
  const bytes = [...new TextEncoder().encode(text)];
  let version = 1;
  while (version <= MAX_VERSION && dataRoom(version) * 8 < 4 + lengthBits(version) + bytes.length * 8) version++;
  if (version > MAX_VERSION) return null;
  const all = words(bytes, version);
  const codes = MASKS.map((_, mask) => fill(patterns(version, mask), all, mask));
  const penalties = codes.map(penalty);
  return codes[penalties.indexOf(Math.min(...penalties))];
}
