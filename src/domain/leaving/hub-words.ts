import { forumNames } from '../forum/forums.ts';
import { canAdminister, canModerate } from '../people/permissions.ts';
import { rulesOfJoining } from '../people/joining-rules.ts';
import type { Member } from '../people/types.ts';
import { scrubber } from './traces.ts';

/** Where what the hub says of itself names somebody. */
export interface HubWords {
  /** Each with what it is and where whoever may change it goes; null for others where no page shows it. */
  places: { label: string; url: string | null }[];
  /** Who can change all of them. */
  by: 'the member' | 'coordinators' | 'administrators';
}

/** Where what the hub says of itself names a member, by their page, handle, address or a whole name of several words, for one word may be any: leaving leaves it as it is. */
export function hubWordsNaming(member: Member): HubWords {
  const scrub = scrubber({ names: /\S\s+\S/.test(member.name) ? [member.name] : [], handle: member.handle, emails: [member.email] });
  const isNamed = (...texts: (string | null)[]) => texts.some((text) => text !== null && scrub(text, true) !== text);
  const rules = isNamed(rulesOfJoining().askWhom) ? [{ label: 'whom to ask for an invitation', url: canAdminister(member) ? '/desk/settings' : null }] : [];
  const forums = forumNames().filter((forum) => isNamed(forum.name, forum.description, forum.closedReason)).map((forum) => ({ label: `the forum “${forum.name}”`, url: `/forums/${forum.slug}` }));
  const mayChange = canAdminister(member) || (rules.length === 0 && canModerate(member));
  return { places: [...rules, ...forums], by: mayChange ? 'the member' : rules.length > 0 ? 'administrators' : 'coordinators' };
}
