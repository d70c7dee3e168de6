// SPDX-License-Identifier: Apache-2.0
// IPv4 subnets.

const SUBNET = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})\/(\d{1,2})$/;

const number = text => text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
const text = value => [24, 16, 8, 0].map(bits => (Math.floor(value / 2 ** bits) % 256)).join('.');

/** Returns the subnet's own text and its pool of host addresses; null if it is none. */
export function subnet(input) {
  const parts = SUBNET.exec(input.trim());
  if (!parts) return null;
  const bits = Number(parts[5]);
  if (bits < 8 || bits > 30 || parts.slice(1, 5).some(each => Number(each) > 255)) return null;
  const size = 2 ** (32 - bits);
  const start = Math.floor(number(input.trim().split('/')[0]) / size) * size;
  return {
    target: `${text(start)}/${bits}`,
    pool: { start: text(start + 1), end: text(start + size - 2) },
  };
}
