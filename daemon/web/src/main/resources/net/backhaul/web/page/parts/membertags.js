// SPDX-License-Identifier: Apache-2.0
// Tags and capabilities by the names that the rules of their network give them.
import { html, useEffect, useState } from 'base/lib.js';
import { api } from 'base/api.js';
import { useChanges } from 'base/events.js';
import { plain } from 'base/format.js';
import { t } from 'base/strings.js';
import { attempt } from 'parts/notices.js';
import { SavedField, Select, Switch } from 'parts/ui.js';

/** Returns {tags, capabilities} of a network; null until they are known. */
export function useDefinitions(network) {
  const [definitions, setDefinitions] = useState(null);
  const load = () => api.get(`/networks/${network}/definitions`).then(setDefinitions, () => {});
  useEffect(() => {
    load();
  }, [network]);
  useChanges(change => (change.type === 'reset' || (change.type === 'network' && change.network === network)) && load());
  return definitions;
}

/** Returns the tags and capabilities of a member, as "department=sales" and "superuser". */
export function credentialNames(member, definitions) {
  const find = (list, id) => definitions?.[list].find(each => each.id === Number(id));
  const tags = Object.entries(member.tags).map(([id, value]) => {
    const tag = find('tags', id);
    return tag ? `${tag.name}=${valueText(tag, value)}` : `${id}=${value}`;
  });
  return [...tags, ...member.capabilities.map(id => find('capabilities', id)?.name ?? String(id))];
}

/** Returns the words for a value: a name, names of bits with +, or the number. */
export function valueText(tag, value) {
  const name = Object.keys(tag.enums).find(each => tag.enums[each] === value);
  if (name) return name;
  const bits = Object.keys(tag.flags).filter(each => value & tag.flags[each]);
  const sum = bits.reduce((all, each) => all + tag.flags[each], 0);
  return bits.length && sum === value ? bits.join('+') : String(value);
}

/** Returns the value of words; a text that is none is left to the controller to reject. */
export function parseValue(tag, text) {
  const word = text.trim();
  if (!word) return null;
  if (/^\d+$/.test(word)) return Number(word);
  if (word in tag.enums) return tag.enums[word];
  const parts = word.split('+').map(each => tag.flags[each.trim()]);
  return parts.includes(undefined) ? word : parts.reduce((all, each) => all | each, 0);
}

/** Returns what may be written as the value of a tag; undefined where that is a number alone. */
export function tagHint(tag, key = 'tags.words') {
  const words = [...Object.keys(tag.enums), ...Object.keys(tag.flags)].map(plain).join(', ');
  return words ? t(key, { words }) : undefined;
}

/** A choice where a tag names all its values, or else a field. */
export function TagValue({ tag, value, save, ...rest }) {
  const names = Object.keys(tag.enums);
  const isNamed = value === undefined || names.some(each => tag.enums[each] === value);
  if (names.length && isNamed && !Object.keys(tag.flags).length) {
    const options = [['', t('tags.none')], ...names.map(each => [String(tag.enums[each]), each])];
    return html`<${Select} label=${plain(tag.name)} value=${value === undefined ? '' : String(value)} options=${options} ...${rest}
      onChange=${event => attempt(() => save(event.target.value === '' ? null : Number(event.target.value)))} />`;
  }
  return html`<${SavedField} label=${plain(tag.name)} value=${value === undefined ? '' : valueText(tag, value)} fieldName="tags"
    hint=${tagHint(tag)} save=${text => save(parseValue(tag, text))} ...${rest} />`;
}

/** Returns the definitions, and after them ids that a member has and that the rules do not define. */
const withOthers = (defined, ids) => [
  ...defined,
  ...ids.filter(id => !defined.some(each => each.id === id)).map(id => ({ id, name: String(id), enums: {}, flags: {} })),
];

/** The tags and capabilities of one member. */
export function Credentials({ member, definitions, change, disabled }) {
  const tags = member.tags;
  const setTag = id => value => {
    const next = { ...tags };
    if (value === null) delete next[id];
    else next[id] = value;
    return change({ tags: next });
  };
  const setCapability = id => has =>
    attempt(() => change({ capabilities: [...member.capabilities.filter(each => each !== id), ...(has ? [id] : [])] }));
  return html`${withOthers(definitions.tags, Object.keys(tags).map(Number)).map(
    each => html`<${TagValue} key=${'t' + each.id} tag=${each} value=${tags[each.id]} save=${setTag(each.id)} disabled=${disabled} />`,
  )}
  ${withOthers(definitions.capabilities, member.capabilities).map(
    each => html`<${Switch} key=${'c' + each.id} label=${plain(each.name)} hint=${t('member.capability')}
      checked=${member.capabilities.includes(each.id)} disabled=${disabled} onChange=${setCapability(each.id)} />`,
  )}`;
}
