import { fastest } from '../people/traps.ts';

/** What is known about whoever wrote a text, and where it was seen before. */
export interface SpamContext {
  /** Their level of trust is the lowest. */
  newcomer: boolean;
  /** Seconds from showing the form to sending it; null when the form carried no stamp that is ours. */
  seconds: number | null;
  /** How often they wrote the same text in other posts, lately. */
  ownRepeats: number;
  /** How many others wrote the same text, lately. */
  othersWithIt: number;
  /** By the words that coordinators decided about, 0 to 1; 0.5 tells nothing. */
  likelihood: number;
}

/** From this score on a text is held for a coordinator. */
export const spamThreshold = 5;

const phrases: readonly [RegExp, number][] = [
  [/\b(?:buy|order|get)\b[^.\n]{0,40}\b(?:now|online|cheap|today|followers|likes|backlinks|essays?|pills|viagra|cialis)\b/i, 2.5],
  [/\b(?:viagra|cialis|xanax|tramadol|oxycontin|kamagra|phentermine|ozempic)\b/i, 3],
  [/\b(?:(?:online|best|new|free)\s+casino|casino[^.\n]{0,30}\b(?:bonus|online|free|win)|sportsbook|slots?\s+(?:game|bonus|online)|betting\s+(?:site|tips)|poker\s+(?:bonus|online)|free\s+spins)\b/i, 3],
  [/\b(?:crypto|bitcoin|forex|binary\s+options?|usdt|nft)\b[^.\n]{0,60}\b(?:profit|invest\w*|trad\w+|earn\w*|returns?|recover\w*|signals?|wallet)\b/i, 3],
  [/\b(?:invest\w*|profit|earn\w*|returns?|recover\w*|double)\b[^.\n]{0,60}\b(?:crypto|bitcoin|forex|binary\s+options?|usdt)\b/i, 3],
  [/\b(?:work|earn|income|money|cash)\b[^.\n]{0,30}\b(?:from\s+home|per\s+(?:day|week)|a\s+(?:day|week)\s+(?:from|with)|guaranteed)\b/i, 2.5],
  [/\b(?:100\s?%\s+(?:free|guaranteed|safe|legit)|risk[- ]free|no\s+credit\s+check|act\s+now|limited\s+time\s+offer|click\s+(?:here|the\s+link|below))\b/i, 2],
  [/\b(?:seo|backlinks?|guest\s+post(?:ing|s)?|rank\s+(?:your|on)|(?:web(?:site)?|domain)\s+traffic|link\s+building)\b/i, 2.5],
  [/\b(?:payday|instant|quick|personal)\s+loans?\b|\bloans?\s+(?:approved|without|in\s+24)\b/i, 3],
  [/\b(?:whats\s?app|telegram|dm|text|contact)\s*(?:me|us|him|her|at|on|now)?\b[^\n]{0,25}(?:\+\d[\d\s().-]{7,}|@\w{4,})/i, 3],
  [/\b(?:spell\s*caster|love\s+spell|black\s+magic|herbal\s+(?:cure|remedy)|lottery\s+winning|illuminati|dr\.?\s+\w+[^.\n]{0,30}(?:cured|spell))\b/i, 4],
  [/\b(?:escorts?|call\s+girls?|hot\s+(?:girls|singles)|adult\s+(?:dating|cams?)|porn|xxx|onlyfans)\b/i, 4],
  [/\b(?:replica|designer)\s+(?:watch(?:es)?|handbags?|sneakers|shoes|jerseys?)\b|\bwholesale\s+jerseys?\b/i, 3],
  [/\b(?:essay|dissertation|assignment|thesis)\s+(?:writing\s+service|help\s+(?:online|service)|writers?\s+for\s+hire)\b/i, 3],
  [/\b(?:lose|shed)\s+(?:\d+\s+)?(?:weight|pounds|lbs|kilos?)\b|\bweight\s+loss\s+(?:gummies|pills?|keto|supplement)\b|\bketo\s+gummies\b/i, 3],
  [/\b(?:hack(?:er|ing)?\s+(?:service|for\s+hire|any|whatsapp|facebook)|hire\s+a\s+hacker|spy\s+on\s+your|clone\s+cards?|fake\s+(?:passports?|diplomas?|ids?))\b/i, 4],
  [/\b(?:coupon|promo|discount)\s+codes?\b|\b\d{2}\s?%\s+off\b|\bbest\s+prices?\b|\bfree\s+shipping\b/i, 2],
  [/\b(?:book|schedule)\s+(?:a\s+|your\s+)?(?:free\s+)?demo\b|\bour\s+(?:award[- ]winning|revolutionary|cutting[- ]edge|leading)\b|\bsign\s+up\s+today\b|\bspecial\s+offer\b|\blimited[- ]time\b/i, 2],
  [/(?:казино|кредит|займ|купить|ставки|заработ|скидк|раскрутка|проститут)/iu, 3],
  [/(?:赌场|贷款|代开|发票|博彩|彩票|加微信|办证)/u, 3],
];

/**
 * A plain score of how much a text looks like spam, with what it found in words: links against words, known phrases, shouting, letters
 * of other scripts, repetition, and how fast the form came back. Nothing is asked of anybody outside.
 * @param text as it was typed, in Markdown, with its title
 */
export function spamScore(text: string, context: SpamContext): { score: number; signals: string[] } {
  const found: [number, string][] = [];
  const say = (weight: number, signal: string) => { if (weight > 0) found.push([weight, signal]); };
  const links = (text.match(/https?:\/\/|www\.|\b[\w-]{1,63}\.(?:ru|top|xyz|shop|click|online|site|store|win|bet|vip|icu|biz)\b/gi) ?? []).length;
  const words = text.replace(/https?:\/\/\S+/gi, ' ').match(/[\p{L}\p{N}'’]+/gu) ?? [];
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const foreign = text.match(/[\p{Script=Cyrillic}\p{Script=Han}\p{Script=Hangul}\p{Script=Thai}\p{Script=Arabic}\p{Script=Devanagari}]/gu)?.length ?? 0;
  const capitals = text.match(/\p{Lu}/gu)?.length ?? 0;

  const hits = phrases.filter(([phrase]) => phrase.test(text));
  say(Math.min(7, hits.reduce((sum, [, weight]) => sum + weight, 0)), hits.length === 1 ? 'a phrase known from spam' : `${hits.length} phrases known from spam`);
  if (links > 0) {
    const share = links / Math.max(1, words.length);
    say(share > 0.2 ? 3 : share > 0.08 ? 2 : share > 0.04 ? 1 : 0, 'many links for its length');
    say(hits.length > 0 ? 1.5 : 0, 'a link beside them');
    say(/\b(?:bit\.ly|tinyurl\.com|t\.co|goo\.gl|is\.gd|cutt\.ly|t\.me|wa\.me)\//i.test(text) ? 2 : 0, 'a link that hides where it leads');
    say(/\.(?:ru|top|xyz|shop|click|win|bet|vip|icu)\b/i.test(text) ? 2 : 0, 'a link to where spam often comes from');
  }
  say(letters > 20 && foreign / letters > 0.3 ? 2.5 : 0, 'another script than the rest of the hub');
  // Letters of two scripts inside one word pretend to be another word.
  say(/\p{Script=Latin}\p{Script=Cyrillic}|\p{Script=Cyrillic}\p{Script=Latin}/u.test(text) ? 2.5 : 0, 'words with letters of two scripts');
  say(letters > 30 && capitals / letters > 0.4 ? 1.5 : 0, 'shouting');
  say(/[!?$€£💰🔥✅💊🎰]{3,}/u.test(text) ? 1 : 0, 'rows of exclamation marks');
  say(/(?:\+\d{1,3}[\s.-]?)?(?:\(?\d{3}\)?[\s.-]?){2}\d{4}/.test(text) && hits.length > 1 ? 1 : 0, 'a telephone number beside them');
  say(Math.min(6, 3 * context.othersWithIt), 'the same text by other accounts');
  say(Math.min(5, 2 * context.ownRepeats), 'the same text in other posts');
  say(context.seconds !== null && context.seconds < fastest ? 2 : 0, 'sent faster than anybody types');
  say(context.seconds === null ? 0.5 : 0, 'sent without the form of the hub');
  say(context.likelihood > 0.95 ? 3 : context.likelihood > 0.8 ? 1.5 : 0, 'words of texts that were removed as spam');
  const before = found.reduce((sum, [weight]) => sum + weight, 0);
  say(context.newcomer && before >= 2 ? 1.5 : 0, 'a new account');
  const total = found.reduce((sum, [weight]) => sum + weight, 0) - (context.likelihood < 0.1 ? 1.5 : 0);
  return { score: Math.max(0, total), signals: found.map(([, signal]) => signal) };
}
