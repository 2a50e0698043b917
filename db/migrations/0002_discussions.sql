CREATE TABLE `accepted_answers` (
	`post_id` integer PRIMARY KEY NOT NULL,
	`thread_id` integer NOT NULL,
	`by_id` integer NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`thread_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `accepted_answers_thread` ON `accepted_answers` (`thread_id`);--> statement-breakpoint
CREATE TABLE `anonymous_posts` (
	`post_id` integer PRIMARY KEY NOT NULL,
	`member_id` integer NOT NULL,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `anonymous_posts_member` ON `anonymous_posts` (`member_id`);--> statement-breakpoint
CREATE TABLE `answer_checks` (
	`post_id` integer PRIMARY KEY NOT NULL,
	`asked_at` integer,
	`asked_by_id` integer,
	`confirmed_at` integer,
	`confirmed_by_id` integer,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`asked_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`confirmed_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "answer_checks_asked" CHECK(("answer_checks"."asked_at" is null) = ("answer_checks"."asked_by_id" is null)),
	CONSTRAINT "answer_checks_confirmed" CHECK(("answer_checks"."confirmed_at" is null) = ("answer_checks"."confirmed_by_id" is null))
);
--> statement-breakpoint
CREATE TABLE `appeals` (
	`decision_id` integer PRIMARY KEY NOT NULL,
	`text` text NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	FOREIGN KEY (`decision_id`) REFERENCES `decisions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `blanked_quotes` (
	`post_id` integer NOT NULL,
	`of_post_id` integer NOT NULL,
	`html` text NOT NULL,
	PRIMARY KEY(`post_id`, `of_post_id`),
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`of_post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `blanked_quotes_of` ON `blanked_quotes` (`of_post_id`);--> statement-breakpoint
CREATE TABLE `case_notes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`case_id` integer NOT NULL,
	`by_id` integer NOT NULL,
	`text` text NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `case_notes_case` ON `case_notes` (`case_id`);--> statement-breakpoint
CREATE TABLE `cases` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`post_id` integer,
	`member_id` integer,
	`held_id` integer,
	`decision_id` integer,
	`opened_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`claimed_by_id` integer,
	`claimed_until` integer,
	`edit_by` integer,
	`closed_at` integer,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`held_id`) REFERENCES `held_posts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`decision_id`) REFERENCES `decisions`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`claimed_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "cases_about" CHECK(("cases"."post_id" is not null) + ("cases"."member_id" is not null) + ("cases"."held_id" is not null) + ("cases"."decision_id" is not null) = 1),
	CONSTRAINT "cases_kind" CHECK(("cases"."kind" = 'appeal') = ("cases"."decision_id" is not null) and ("cases"."kind" = 'held') = ("cases"."held_id" is not null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `cases_decision_id_unique` ON `cases` (`decision_id`);--> statement-breakpoint
CREATE INDEX `cases_open` ON `cases` (`opened_at`) WHERE closed_at is null;--> statement-breakpoint
CREATE INDEX `cases_post` ON `cases` (`post_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `cases_flags_of_post` ON `cases` (`post_id`) WHERE closed_at is null and kind = 'flags';--> statement-breakpoint
CREATE UNIQUE INDEX `cases_flags_of_member` ON `cases` (`member_id`) WHERE closed_at is null and kind = 'flags';--> statement-breakpoint
CREATE TABLE `closed_threads` (
	`thread_id` integer PRIMARY KEY NOT NULL,
	`by_id` integer NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`reason` text NOT NULL,
	FOREIGN KEY (`thread_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "closed_threads_reason" CHECK(length(trim("closed_threads"."reason")) > 0)
);
--> statement-breakpoint
CREATE TABLE `confirmations` (
	`post_id` integer NOT NULL,
	`member_id` integer NOT NULL,
	`place` text NOT NULL,
	`year` integer NOT NULL,
	`note` text,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	PRIMARY KEY(`post_id`, `member_id`),
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "confirmations_place" CHECK(length(trim("confirmations"."place")) between 1 and 80),
	CONSTRAINT "confirmations_note" CHECK("confirmations"."note" is null or length("confirmations"."note") between 1 and 200),
	CONSTRAINT "confirmations_year" CHECK("confirmations"."year" between 2000 and cast(strftime('%Y', "confirmations"."at" / 1000, 'unixepoch') as integer) + 1)
);
--> statement-breakpoint
CREATE TABLE `corrections` (
	`case_id` integer PRIMARY KEY NOT NULL,
	`post_id` integer NOT NULL,
	`wrong` text NOT NULL,
	`source` text NOT NULL,
	`answer` text,
	`answered_at` integer,
	`accepted_at` integer,
	`accepted_by_id` integer,
	`accepted_as` text,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`accepted_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "corrections_accepted" CHECK(("corrections"."accepted_at" is null) = ("corrections"."accepted_by_id" is null) and ("corrections"."accepted_at" is null) = ("corrections"."accepted_as" is null))
);
--> statement-breakpoint
CREATE INDEX `corrections_post` ON `corrections` (`post_id`);--> statement-breakpoint
CREATE TABLE `decisions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`case_id` integer NOT NULL,
	`outcome` text NOT NULL,
	`reason` text NOT NULL,
	`decider_id` integer NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`author_id` integer NOT NULL,
	`first_decider_id` integer,
	`nobody_else` integer DEFAULT false NOT NULL,
	`before` text DEFAULT '{}' NOT NULL,
	`undone_at` integer,
	`undone_by_id` integer,
	`overturned_at` integer,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`decider_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`author_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`first_decider_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`undone_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "decisions_outcome" CHECK("decisions"."outcome" in ('keep', 'remove', 'ask', 'warn', 'move', 'correct', 'approve', 'decline', 'uphold', 'overturn')),
	CONSTRAINT "decisions_appeal" CHECK(("decisions"."outcome" in ('uphold', 'overturn')) = ("decisions"."first_decider_id" is not null)),
	CONSTRAINT "decisions_other" CHECK("decisions"."first_decider_id" is null or "decisions"."first_decider_id" <> "decisions"."decider_id" or "decisions"."nobody_else"),
	CONSTRAINT "decisions_reason" CHECK(length(trim("decisions"."reason")) > 0)
);
--> statement-breakpoint
CREATE INDEX `decisions_case` ON `decisions` (`case_id`);--> statement-breakpoint
CREATE INDEX `decisions_author` ON `decisions` (`author_id`,`outcome`);--> statement-breakpoint
CREATE TABLE `drafts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`member_id` integer NOT NULL,
	`place` text NOT NULL,
	`fields` text NOT NULL,
	`updated_at` integer NOT NULL,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `drafts_place` ON `drafts` (`member_id`,`place`);--> statement-breakpoint
CREATE INDEX `drafts_updated` ON `drafts` (`updated_at`);--> statement-breakpoint
CREATE TABLE `flags` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`case_id` integer NOT NULL,
	`member_id` integer,
	`reason` text NOT NULL,
	`note` text,
	`counts` integer DEFAULT false NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	FOREIGN KEY (`case_id`) REFERENCES `cases`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "flags_reason" CHECK("flags"."reason" in ('profane', 'obscene', 'inaccurate', 'off-topic', 'attack', 'spam', 'personal-data'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `flags_once` ON `flags` (`case_id`,`member_id`);--> statement-breakpoint
CREATE TABLE `follows` (
	`member_id` integer NOT NULL,
	`kind` text NOT NULL,
	`ref` text NOT NULL,
	`level` text NOT NULL,
	`auto` integer DEFAULT false NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	PRIMARY KEY(`member_id`, `kind`, `ref`),
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "follows_kind" CHECK("follows"."kind" in ('thread', 'forum', 'theme', 'member')),
	CONSTRAINT "follows_level" CHECK("follows"."level" in ('muted', 'normal', 'first-post', 'tracking', 'following'))
);
--> statement-breakpoint
CREATE INDEX `follows_of` ON `follows` (`kind`,`ref`,`level`);--> statement-breakpoint
CREATE TABLE `form_tokens` (
	`id` text PRIMARY KEY NOT NULL,
	`member_id` integer NOT NULL,
	`ref` integer NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `form_tokens_at` ON `form_tokens` (`at`);--> statement-breakpoint
CREATE INDEX `form_tokens_member` ON `form_tokens` (`member_id`);--> statement-breakpoint
CREATE TABLE `former_forums` (
	`slug` text PRIMARY KEY NOT NULL,
	`name` text NOT NULL,
	`since` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL
);
--> statement-breakpoint
CREATE TABLE `former_threads` (
	`thread_id` integer PRIMARY KEY NOT NULL,
	`into_id` integer NOT NULL,
	FOREIGN KEY (`thread_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`into_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "former_threads_other" CHECK("former_threads"."thread_id" <> "former_threads"."into_id")
);
--> statement-breakpoint
CREATE INDEX `former_threads_into` ON `former_threads` (`into_id`);--> statement-breakpoint
CREATE TABLE `forum_coordinators` (
	`forum_id` integer NOT NULL,
	`member_id` integer NOT NULL,
	PRIMARY KEY(`forum_id`, `member_id`),
	FOREIGN KEY (`forum_id`) REFERENCES `forums`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `held_posts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`author_id` integer NOT NULL,
	`kind` text NOT NULL,
	`input` text NOT NULL,
	`thread_id` integer,
	`resource_id` text,
	`title` text,
	`markdown` text NOT NULL,
	`why` text NOT NULL,
	`signals` text DEFAULT '[]' NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`state` text DEFAULT 'waiting' NOT NULL,
	`url` text,
	FOREIGN KEY (`author_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`thread_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "held_posts_kind" CHECK("held_posts"."kind" in ('thread', 'post', 'comment')),
	CONSTRAINT "held_posts_state" CHECK("held_posts"."state" in ('waiting', 'approved', 'declined'))
);
--> statement-breakpoint
CREATE INDEX `held_posts_author` ON `held_posts` (`author_id`,`state`);--> statement-breakpoint
CREATE INDEX `held_posts_thread` ON `held_posts` (`thread_id`);--> statement-breakpoint
CREATE TABLE `mail_stops` (
	`member_id` integer NOT NULL,
	`subject` text NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	PRIMARY KEY(`member_id`, `subject`),
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `member_activity` (
	`member_id` integer NOT NULL,
	`day` text NOT NULL,
	`threads_read` integer DEFAULT 0 NOT NULL,
	PRIMARY KEY(`member_id`, `day`),
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `notification_settings` (
	`member_id` integer PRIMARY KEY NOT NULL,
	`started` text NOT NULL,
	`replied` text NOT NULL,
	`mail` text NOT NULL,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "notification_settings_levels" CHECK("notification_settings"."started" in ('normal', 'tracking', 'following') and "notification_settings"."replied" in ('normal', 'tracking', 'following')),
	CONSTRAINT "notification_settings_mail" CHECK("notification_settings"."mail" in ('at-once', 'daily', 'none'))
);
--> statement-breakpoint
CREATE TABLE `notifications` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`member_id` integer NOT NULL,
	`kind` text NOT NULL,
	`reason` text NOT NULL,
	`reason_ref` text,
	`actor_id` integer,
	`thread_id` integer,
	`post_id` integer,
	`words` text,
	`url` text,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`read_at` integer,
	`mailed_at` integer,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`actor_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`thread_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "notifications_subject" CHECK("notifications"."post_id" is not null or ("notifications"."words" is not null and "notifications"."url" is not null))
);
--> statement-breakpoint
CREATE INDEX `notifications_inbox` ON `notifications` (`member_id`,`id`);--> statement-breakpoint
CREATE INDEX `notifications_unread` ON `notifications` (`member_id`,`thread_id`) WHERE read_at is null;--> statement-breakpoint
CREATE INDEX `notifications_unmailed` ON `notifications` (`created_at`) WHERE read_at is null and mailed_at is null;--> statement-breakpoint
CREATE INDEX `notifications_post` ON `notifications` (`post_id`);--> statement-breakpoint
CREATE INDEX `notifications_thread` ON `notifications` (`thread_id`);--> statement-breakpoint
CREATE INDEX `notifications_actor` ON `notifications` (`actor_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `notifications_once` ON `notifications` (`member_id`,`post_id`) WHERE kind in ('mention', 'quote', 'reply', 'new-thread');--> statement-breakpoint
CREATE TABLE `post_files` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`post_id` integer NOT NULL,
	`hash` text NOT NULL,
	`name` text NOT NULL,
	`label` text NOT NULL,
	`media_type` text NOT NULL,
	`size` integer NOT NULL,
	`width` integer,
	`height` integer,
	`text` text,
	`text_state` text NOT NULL,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "post_files_hash" CHECK(length("post_files"."hash") = 64),
	CONSTRAINT "post_files_text_state" CHECK("post_files"."text_state" in ('waiting', 'done', 'none', 'failed')),
	CONSTRAINT "post_files_picture" CHECK(("post_files"."width" is null) = ("post_files"."height" is null) and ("post_files"."width" is not null or length("post_files"."label") > 0))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `post_files_once` ON `post_files` (`post_id`,`hash`);--> statement-breakpoint
CREATE INDEX `post_files_hash` ON `post_files` (`hash`);--> statement-breakpoint
CREATE INDEX `post_files_waiting` ON `post_files` (`text_state`) WHERE text_state = 'waiting';--> statement-breakpoint
CREATE TABLE `post_mentions` (
	`post_id` integer NOT NULL,
	`member_id` integer NOT NULL,
	PRIMARY KEY(`post_id`, `member_id`),
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `post_mentions_member` ON `post_mentions` (`member_id`);--> statement-breakpoint
CREATE TABLE `question_turns` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`thread_id` integer NOT NULL,
	`owner_id` integer NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`by_id` integer,
	`reason` text,
	FOREIGN KEY (`thread_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`owner_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "question_turns_handed" CHECK(("question_turns"."by_id" is null) = ("question_turns"."reason" is null))
);
--> statement-breakpoint
CREATE INDEX `question_turns_thread` ON `question_turns` (`thread_id`);--> statement-breakpoint
CREATE INDEX `question_turns_owner` ON `question_turns` (`owner_id`,`at`);--> statement-breakpoint
CREATE TABLE `reactions` (
	`post_id` integer NOT NULL,
	`member_id` integer NOT NULL,
	`kind` text NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	PRIMARY KEY(`post_id`, `member_id`, `kind`),
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "reactions_kind" CHECK("reactions"."kind" in ('helpful', 'thanks', 'we-do-this-too', 'same-question'))
);
--> statement-breakpoint
CREATE INDEX `reactions_member` ON `reactions` (`member_id`);--> statement-breakpoint
CREATE TABLE `read_marks` (
	`member_id` integer NOT NULL,
	`forum_id` integer NOT NULL,
	`before` integer NOT NULL,
	PRIMARY KEY(`member_id`, `forum_id`),
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `saved_search_hits` (
	`search_id` integer NOT NULL,
	`kind` text NOT NULL,
	`ref` text NOT NULL,
	`mailed_at` integer NOT NULL,
	PRIMARY KEY(`search_id`, `kind`, `ref`),
	FOREIGN KEY (`search_id`) REFERENCES `saved_searches`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `saved_searches` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`member_id` integer NOT NULL,
	`name` text NOT NULL,
	`query` text NOT NULL,
	`mail` integer DEFAULT true NOT NULL,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`last_document_id` integer NOT NULL,
	`last_mailed_at` integer,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "saved_searches_name" CHECK(length(trim("saved_searches"."name")) between 1 and 80),
	CONSTRAINT "saved_searches_query" CHECK(length("saved_searches"."query") between 1 and 2000)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `saved_searches_query` ON `saved_searches` (`member_id`,`query`);--> statement-breakpoint
CREATE TABLE `secrets` (
	`name` text PRIMARY KEY NOT NULL,
	`value` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `spam_words` (
	`word` text PRIMARY KEY NOT NULL,
	`spam` integer DEFAULT 0 NOT NULL,
	`good` integer DEFAULT 0 NOT NULL
);
--> statement-breakpoint
CREATE TABLE `stray_drafts` (
	`id` text PRIMARY KEY NOT NULL,
	`member_id` integer NOT NULL,
	`place` text NOT NULL,
	`fields` text NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `stray_drafts_expires` ON `stray_drafts` (`expires_at`);--> statement-breakpoint
CREATE TABLE `thesaurus_entries` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`term` text NOT NULL,
	`term_key` text NOT NULL,
	`also` text NOT NULL,
	`related` text DEFAULT '[]' NOT NULL,
	`note` text,
	`origin` text NOT NULL,
	`content_key` text,
	`content_hash` text,
	`removed_at` integer,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`updated_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`updated_by_id` integer,
	FOREIGN KEY (`updated_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "thesaurus_entries_term" CHECK(length(trim("thesaurus_entries"."term")) between 1 and 80 and length("thesaurus_entries"."term_key") > 0),
	CONSTRAINT "thesaurus_entries_also" CHECK(json_array_length("thesaurus_entries"."also") between 1 and 20),
	CONSTRAINT "thesaurus_entries_origin" CHECK(("thesaurus_entries"."origin" = 'content' and "thesaurus_entries"."content_key" is not null and "thesaurus_entries"."removed_at" is null) or "thesaurus_entries"."origin" = 'hub')
);
--> statement-breakpoint
CREATE UNIQUE INDEX `thesaurus_entries_content_key_unique` ON `thesaurus_entries` (`content_key`);--> statement-breakpoint
CREATE UNIQUE INDEX `thesaurus_entries_term` ON `thesaurus_entries` (`term_key`) WHERE removed_at is null;--> statement-breakpoint
CREATE TABLE `thesaurus_suggestions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`member_id` integer NOT NULL,
	`words` text NOT NULL,
	`note` text,
	`state` text DEFAULT 'open' NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`decided_at` integer,
	`decided_by_id` integer,
	`reason` text,
	`entry_id` integer,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`decided_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`entry_id`) REFERENCES `thesaurus_entries`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "thesaurus_suggestions_state" CHECK("thesaurus_suggestions"."state" in ('open', 'taken', 'declined') and ("thesaurus_suggestions"."state" = 'open') = ("thesaurus_suggestions"."decided_at" is null)),
	CONSTRAINT "thesaurus_suggestions_reason" CHECK(("thesaurus_suggestions"."state" = 'declined') = ("thesaurus_suggestions"."reason" is not null)),
	CONSTRAINT "thesaurus_suggestions_words" CHECK(json_array_length("thesaurus_suggestions"."words") between 1 and 10)
);
--> statement-breakpoint
CREATE INDEX `thesaurus_suggestions_member` ON `thesaurus_suggestions` (`member_id`);--> statement-breakpoint
CREATE INDEX `thesaurus_suggestions_open` ON `thesaurus_suggestions` (`at`) WHERE state = 'open';--> statement-breakpoint
CREATE TABLE `thread_acts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`act` text NOT NULL,
	`thread_id` integer NOT NULL,
	`other_id` integer,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`by_id` integer,
	`reason` text,
	`undo` text NOT NULL,
	`undone_at` integer,
	`undone_by_id` integer,
	FOREIGN KEY (`thread_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`other_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`undone_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `thread_acts_thread` ON `thread_acts` (`thread_id`);--> statement-breakpoint
CREATE INDEX `thread_acts_other` ON `thread_acts` (`other_id`) WHERE other_id is not null;--> statement-breakpoint
CREATE TABLE `thread_reads` (
	`member_id` integer NOT NULL,
	`thread_id` integer NOT NULL,
	`number` integer NOT NULL,
	PRIMARY KEY(`member_id`, `thread_id`),
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`thread_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `thread_reads_thread` ON `thread_reads` (`thread_id`);--> statement-breakpoint
CREATE TABLE `trust_changes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`member_id` integer NOT NULL,
	`from` text NOT NULL,
	`to` text NOT NULL,
	`reason` text NOT NULL,
	`by_id` integer,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `trust_changes_member` ON `trust_changes` (`member_id`);--> statement-breakpoint
CREATE TABLE `trust_levels` (
	`member_id` integer PRIMARY KEY NOT NULL,
	`level` text NOT NULL,
	`locked` integer DEFAULT false NOT NULL,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "trust_levels_level" CHECK("trust_levels"."level" in ('new', 'member', 'trusted'))
);
--> statement-breakpoint
CREATE TABLE `working_calendar` (
	`id` integer PRIMARY KEY NOT NULL,
	`days` text NOT NULL,
	`opens` integer NOT NULL,
	`closes` integer NOT NULL,
	`time_zone` text NOT NULL,
	`holidays` text NOT NULL,
	`changed_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	CONSTRAINT "working_calendar_one" CHECK("working_calendar"."id" = 1),
	CONSTRAINT "working_calendar_days" CHECK(json_array_length("working_calendar"."days") between 1 and 7),
	CONSTRAINT "working_calendar_hours" CHECK("working_calendar"."opens" >= 0 and "working_calendar"."opens" < "working_calendar"."closes" and "working_calendar"."closes" <= 1440)
);
--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_threads` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`forum_id` integer,
	`resource_id` text,
	`kind` text DEFAULT 'discussion' NOT NULL,
	`title` text NOT NULL,
	`slug` text NOT NULL,
	`author_id` integer NOT NULL,
	`pinned` integer DEFAULT false NOT NULL,
	`locked_at` integer,
	`locked_reason` text,
	`removed_at` integer,
	`removed_reason` text,
	`removed_by_id` integer,
	`hidden` integer DEFAULT false NOT NULL,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`last_post_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`last_poster_id` integer NOT NULL,
	`post_count` integer DEFAULT 0 NOT NULL,
	`last_number` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`forum_id`) REFERENCES `forums`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`author_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`removed_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`last_poster_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "threads_kind" CHECK("__new_threads"."kind" in ('discussion', 'question', 'announcement', 'case-of-the-week')),
	CONSTRAINT "threads_home" CHECK(("__new_threads"."forum_id" is null) <> ("__new_threads"."resource_id" is null)),
	CONSTRAINT "threads_title" CHECK(length(trim("__new_threads"."title")) between 1 and 500),
	CONSTRAINT "threads_removed" CHECK(("__new_threads"."removed_at" is null) = ("__new_threads"."removed_reason" is null))
);
--> statement-breakpoint
INSERT INTO `__new_threads`("id", "forum_id", "resource_id", "kind", "title", "slug", "author_id", "pinned", "locked_at", "locked_reason", "removed_at", "removed_reason", "removed_by_id", "created_at", "last_post_at", "last_poster_id", "post_count", "last_number") SELECT "id", "forum_id", "resource_id", "kind", "title", "slug", "author_id", "pinned", "locked_at", "locked_reason", "removed_at", "removed_reason", "removed_by_id", "created_at", "last_post_at", "last_poster_id", "post_count", "last_number" FROM `threads`;--> statement-breakpoint
DROP TABLE `threads`;--> statement-breakpoint
ALTER TABLE `__new_threads` RENAME TO `threads`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `threads_resource_id_unique` ON `threads` (`resource_id`);--> statement-breakpoint
CREATE INDEX `threads_forum` ON `threads` (`forum_id`,`pinned`,`last_post_at`);--> statement-breakpoint
CREATE INDEX `threads_lively` ON `threads` (`last_post_at`);--> statement-breakpoint
CREATE INDEX `threads_newest` ON `threads` (`forum_id`,`removed_at`,`last_post_at`,`post_count`);--> statement-breakpoint
CREATE INDEX `threads_removed` ON `threads` (`removed_at`) WHERE removed_at is not null;--> statement-breakpoint
CREATE INDEX `threads_author` ON `threads` (`author_id`);--> statement-breakpoint
CREATE INDEX `threads_started` ON `threads` (`created_at`);--> statement-breakpoint
CREATE INDEX `threads_started_in` ON `threads` (`forum_id`,`created_at`);--> statement-breakpoint
ALTER TABLE `forums` ADD `started_by` text DEFAULT 'members' NOT NULL;--> statement-breakpoint
ALTER TABLE `forums` ADD `closed_at` integer;--> statement-breakpoint
ALTER TABLE `forums` ADD `closed_reason` text;--> statement-breakpoint
ALTER TABLE `members` ADD `listed` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `outbox` ADD `html` text;--> statement-breakpoint
ALTER TABLE `outbox` ADD `headers` text;--> statement-breakpoint
ALTER TABLE `posts` ADD `hidden` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `search_documents` ADD `accepted` integer DEFAULT false NOT NULL;