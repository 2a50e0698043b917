import { forumNames } from '../forum/forums.ts';
import { rulesOfJoining } from '../people/joining-rules.ts';
import { scrubber } from './traces.ts';

/** Where what the hub says of itself names a member, by their whole name, page, handle or address: leaving leaves it as it is. Each with what it is and its page. */
export function hubWordsNaming({ name, handle, email }: { name: string; handle: string; email: string }): { label: string; url: string }[] {
  const scrub = scrubber({ names: [name], handle, emails: [email] }, { anyCase: true });
  const isNamed = (...texts: (string | null)[]) => texts.some((text) => text !== null && scrub(text, true) !== text);
  return [
    ...(isNamed(rulesOfJoining().askWhom) ? [{ label: 'how one joins', url: '/join' }] : []),
    ...forumNames().filter((forum) => isNamed(forum.name, forum.description, forum.closedReason)).map((forum) => ({ label: `the forum “${forum.name}”`, url: `/forums/${forum.slug}` })),
  ];
}
