// SPDX-License-Identifier: Apache-2.0
// Members as files.
import { dateTime, endpoint, plain } from 'base/format.js';
import { t } from 'base/strings.js';
import { COLUMNS as SHOWN, flags } from 'parts/memberrow.js';
import { linkText, stateOf } from 'parts/memberstate.js';
import { credentialNames } from 'parts/membertags.js';

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
  return table(COLUMNS, members.map(each => COLUMNS.map(column => cell(each, column))));
}

const table = (head, rows) => [head.join(','), ...rows.map(row => row.map(csvCell).join(','))].join('\r\n') + '\r\n';

/** The columns that the table of members shows, under their names and in their order. */
export function csvOfColumns(members, columns, definitions) {
  const texts = {
    address: each => each.id,
    ips: each => each.addresses.join(' '),
    labels: each => (each.labels || []).join(' '),
    notes: each => each.notes,
    tags: each => credentialNames(each, definitions).join(' '),
    bridge: flags,
    link: linkText,
    endpoint: each => endpoint(each.endpoint ?? ''),
    version: each => each.version,
    seen: each => dateTime(each.seenMs),
  };
  const shown = SHOWN.map(each => each.key).filter(each => columns.includes(each));
  const rows = members.map(each => [t('state.' + stateOf(each)), each.name, ...shown.map(key => texts[key](each))]);
  return table(['state', 'name', ...shown].map(key => csvCell(t('column.' + key))), rows);
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
