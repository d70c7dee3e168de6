// SPDX-License-Identifier: Apache-2.0
// Values as text.
import { t } from 'base/strings.js';

/** The server's clock less this one, so that "2 min ago" is right on a host whose clock is wrong. */
let clockOffsetMs = 0;

export function setServerClock(clockMs) {
  clockOffsetMs = clockMs - Date.now();
}

const STEPS = [
  [60, 's'],
  [60, 'min'],
  [24, 'h'],
  [365, 'd'],
];

/** Returns how long ago a time of the server was; an empty text for 0. */
export function ago(ms) {
  if (!ms) return '';
  let amount = Math.max(0, Math.floor((Date.now() + clockOffsetMs - ms) / 1000));
  if (amount < 10) return t('time.now');
  for (const [size, unit] of STEPS) {
    if (amount < size) return t('time.ago', { amount, unit: t('unit.' + unit) });
    amount = Math.floor(amount / size);
  }
  return t('time.ago', { amount, unit: t('unit.y') });
}

export const dateTime = ms =>
  ms ? t('time.utc', { time: new Date(ms).toISOString().replace('T', ' ').slice(0, 19) }) : '';

/**
 * Returns a text that a stranger may have set, fit to be shown in one line: characters that control
 * or reorder the line are replaced by a visible one.
 */
export const plain = text => String(text ?? '').replace(/[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/gu, '\ufffd');

/** Compares versions as numbers; returns less than 0 if the first is older. */
export function compareVersions(one, other) {
  const left = String(one).split('.').map(Number);
  const right = String(other).split('.').map(Number);
  for (let i = 0; i < Math.max(left.length, right.length); i++) {
    const difference = (left[i] || 0) - (right[i] || 0);
    if (difference) return difference;
  }
  return 0;
}

/** Returns an endpoint like 192.0.2.1/9993 as 192.0.2.1:9993, that of IPv6 in brackets. */
export function endpoint(text) {
  const [ip, port] = plain(text).split('/');
  return port === undefined ? ip : (ip.includes(':') ? `[${ip}]` : ip) + ':' + port;
}

export const count = (number, one, many) => t(number === 1 ? one : many, { number: number.toLocaleString('en') });

export const pingLine = ip => (ip.includes(':') ? 'ping -6 ' : 'ping ') + ip;
export const joinLine = network => 'sudo zerotier-cli join ' + network;
