// SPDX-License-Identifier: Apache-2.0
// The lines for the shell of a device that joins by a token; a token is shown once.
import { html } from 'base/lib.js';
import { joinLine } from 'base/format.js';
import { t } from 'base/strings.js';
import { CopyLine } from 'parts/ui.js';

/**
 * Shows the line for devices that have Backhaul, and that for those that may not have it.
 *
 * @param token the answer that has made it
 * @param copy whether the better one is copied at once
 */
export function TokenLines({ network, token, copy }) {
  const { line, problem } = token.install;
  return html`<${CopyLine} label=${t('join.tokenLine')} text=${`${joinLine(network)} --token ${token.token}`} now=${copy && problem} />
    ${line && html`<p class="hint">${t('install.text')}</p>
      <${CopyLine} label=${t('install.line')} text=${line} now=${copy && !problem} />`}
    ${problem && html`<p class="hint">${t('install.' + problem)}</p>`}`;
}
