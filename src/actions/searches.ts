import { defineAction } from 'astro:actions';
import { resumeMail, stopInput, stopMail } from '#domain/mail/stopping.ts';
import { deleteSearch, mailSearchInput, renameSearch, renameSearchInput, saveSearch, saveSearchInput, searchActInput, setSearchMail } from '#domain/saved-searches/saving.ts';
import { asMember, asVisitor } from './handlers.ts';

export const searches = {
  save: defineAction({ accept: 'form', input: saveSearchInput, handler: asMember(saveSearch) }),
  rename: defineAction({ accept: 'form', input: renameSearchInput, handler: asMember(renameSearch) }),
  setMail: defineAction({ accept: 'form', input: mailSearchInput, handler: asMember(setSearchMail) }),
  delete: defineAction({ accept: 'form', input: searchActInput, handler: asMember(deleteSearch) }),
};

export const mail = {
  stop: defineAction({ accept: 'form', input: stopInput, handler: asVisitor(stopMail) }),
  resume: defineAction({ accept: 'form', input: stopInput, handler: asVisitor(resumeMail) }),
};
