import { defineAction } from 'astro:actions';
import {
  addForum, closeForum, closeForumInput, deleteForum, editForum, editForumInput, forumActInput, newForumInput, openForum, placeForum, placeForumInput,
} from '#domain/forum/keeping-forums.ts';
import { asMember } from './handlers.ts';

export const forums = {
  add: defineAction({ accept: 'form', input: newForumInput, handler: asMember(addForum) }),
  edit: defineAction({ accept: 'form', input: editForumInput, handler: asMember(editForum) }),
  place: defineAction({ accept: 'form', input: placeForumInput, handler: asMember(placeForum) }),
  close: defineAction({ accept: 'form', input: closeForumInput, handler: asMember(closeForum) }),
  open: defineAction({ accept: 'form', input: forumActInput, handler: asMember(openForum) }),
  remove: defineAction({ accept: 'form', input: forumActInput, handler: asMember(deleteForum) }),
};
