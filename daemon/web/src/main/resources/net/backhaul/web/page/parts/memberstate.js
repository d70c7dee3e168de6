// SPDX-License-Identifier: Apache-2.0
// What is known of a member, in short.
import { html } from 'base/lib.js';
import { ago, compareVersions, plain } from 'base/format.js';
import { t } from 'base/strings.js';

/** Returns how the controller reaches a member, as "direct, 3 ms". */
export function linkText(member) {
  const how = { DIRECT: t('link.direct'), RELAY: t('link.relay'), SELF: t('link.self') }[member.link];
  if (!how) return '';
  return member.latencyMs >= 0 && member.link !== 'SELF' ? t('link.latency', { how, ms: member.latencyMs }) : how;
}

/** blocked, waiting, removed (was authorized once), online or offline. */
export function stateOf(member) {
  if (member.blocked) return 'blocked';
  if (!member.authorized) return member.deauthorizedMs ? 'deauthorized' : 'waiting';
  return member.online ? 'online' : 'offline';
}

export function State({ member }) {
  const state = stateOf(member);
  return html`<span class=${'state ' + state}><span class="dot" aria-hidden="true"></span>${t('state.' + state)}</span>`;
}

/** The version, marked where this controller knows a newer one. */
export function VersionText({ member, status }) {
  if (!member.version) return html`<span class="none">–</span>`;
  const isOld = status?.nodeVersion && compareVersions(member.version, status.nodeVersion) < 0;
  return html`<span class=${isOld ? 'old' : ''} title=${isOld ? t('version.old', { version: status.nodeVersion }) : undefined}>
    ${plain(member.version)}${isOld && html`<span class="mark-old">${t('version.oldShort')}</span>`}</span>`;
}

export const seenText = member => (member.seenMs ? ago(member.seenMs) : t('seen.never'));
