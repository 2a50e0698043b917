import { defineAction } from 'astro:actions';
import { askAgain, askAgainInput, takeAddressInput, takeNewAddress } from '#domain/library/link-mending.ts';
import { asMember } from './handlers.ts';

export const links = {
  take: defineAction({ accept: 'form', input: takeAddressInput, handler: asMember(takeNewAddress) }),
  askAgain: defineAction({ accept: 'form', input: askAgainInput, handler: asMember(askAgain) }),
};
