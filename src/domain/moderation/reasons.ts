/** Why something may be flagged: the founding comment policy's reasons, with what the form says about each. */
export const flagReasons = {
  profane: { label: 'Profane or vulgar', hint: 'Swearing at people or for effect, or coarse talk.' },
  obscene: { label: 'Obscene', hint: 'Sexual content, in words, pictures or links.' },
  inaccurate: { label: 'Inaccurate', hint: 'A wrong fact. This opens a correction: the author is asked, and nothing is hidden.' },
  'off-topic': { label: 'Off-topic', hint: 'Not about serving residents, or in the wrong forum.' },
  attack: { label: 'Personal attack', hint: 'Against a person, here or elsewhere, and not against a practice.' },
  spam: { label: 'Spam or selling', hint: 'Advertising, or selling without saying so.' },
  'personal-data': { label: 'A resident’s personal data', hint: 'A name, address, number, plate, case or recording by which a resident can be found. Coordinators look at this first. Where a trusted member says so, it is hidden until they have.' },
} as const;

export type FlagReason = keyof typeof flagReasons;
export const flagReasonCodes = ['profane', 'obscene', 'inaccurate', 'off-topic', 'attack', 'spam', 'personal-data'] as const satisfies readonly FlagReason[];

/** What a reason is called; a code from elsewhere is its own name. */
export function reasonLabel(code: string): string {
  return code in flagReasons ? flagReasons[flagReasonCodes.find((known) => known === code) ?? 'spam'].label : code;
}
