// SPDX-License-Identifier: Apache-2.0
// Members as files.
import { dateTime, plain } from 'base/format.js';

const COLUMNS = ['id', 'name', 'authorized', 'addresses', 'version', 'endpoint', 'link', 'latencyMs', 'seenMs', 'createdMs', 'notes', 'labels', 'tags', 'capabilities', 'bridge'];

/** A cell that no spreadsheet takes for a formula. */
export function csvCell(value) {
  const text = plain(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? "'" + text : text;
  return '"' + safe.replaceAll('"', '""') + '"';
}

export function csv(members) {
  const cell = (member, column) => {
    const value = member[column];
    if (column.endsWith('Ms') && column !== 'latencyMs') return dateTime(value);
    if (column === 'latencyMs') return value >= 0 ? value : '';
    if (column === 'tags') return Object.entries(value).map(pair => pair.join('=')).join(' ');
    return Array.isArray(value) ? value.join(' ') : value;
  };
  const lines = members.map(each => COLUMNS.map(column => csvCell(cell(each, column))).join(','));
  return [COLUMNS.join(','), ...lines].join('\r\n') + '\r\n';
}

/** A name as hosts files can have it; empty if nothing of it is left. */
export const hostName = name =>
  name
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[\s_.]+/g, '-')
    .replace(/[^a-z0-9-]/g, '')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63);

export function hosts(members) {
  const lines = [];
  for (const each of members) {
    const name = hostName(each.name);
    if (each.authorized && name) for (const ip of each.addresses) lines.push(`${ip} ${name}`);
  }
  return lines.join('\n') + '\n';
}

/** Has the browser save a text as a file. */
export function download(name, type, text) {
  const url = URL.createObjectURL(new Blob([text], { type }));
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
