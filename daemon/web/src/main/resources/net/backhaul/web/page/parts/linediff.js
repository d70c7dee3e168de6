// SPDX-License-Identifier: Apache-2.0
// The difference of two texts, by lines.
const CONTEXT = 2;
const MAX_CELLS = 4e6;

/** Returns pairs of a sign (-, + or a blank) and a line: what differs, with some lines around. */
export function lineDiff(before, after) {
  const one = before.split('\n');
  const other = after.split('\n');
  let start = 0;
  while (start < one.length && start < other.length && one[start] === other[start]) start++;
  let end = 0;
  while (end < one.length - start && end < other.length - start && one.at(-1 - end) === other.at(-1 - end)) end++;
  const left = one.slice(start, one.length - end);
  const right = other.slice(start, other.length - end);
  return [
    ...one.slice(Math.max(0, start - CONTEXT), start).map(line => [' ', line]),
    ...changes(left, right),
    ...one.slice(one.length - end).slice(0, CONTEXT).map(line => [' ', line]),
  ];
}

/** Keeps the longest common subsequence; of very long texts, nothing. */
function changes(left, right) {
  const all = [];
  const width = right.length + 1;
  const isLong = left.length * right.length > MAX_CELLS;
  const lengths = isLong ? [] : new Uint32Array((left.length + 1) * width);
  for (let i = isLong ? -1 : left.length - 1; i >= 0; i--) {
    for (let j = right.length - 1; j >= 0; j--) {
      lengths[i * width + j] =
        left[i] === right[j] ? lengths[(i + 1) * width + j + 1] + 1 : Math.max(lengths[(i + 1) * width + j], lengths[i * width + j + 1]);
    }
  }
  let i = 0;
  let j = 0;
  while (i < left.length || j < right.length) {
    if (!isLong && i < left.length && j < right.length && left[i] === right[j]) {
      all.push([' ', left[i++]]);
      j++;
    } else if (i < left.length && (isLong || j === right.length || lengths[(i + 1) * width + j] >= lengths[i * width + j + 1])) {
      all.push(['-', left[i++]]);
    } else {
      all.push(['+', right[j++]]);
    }
  }
  return all;
}
