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
CREATE TABLE `mail_stops` (
	`member_id` integer NOT NULL,
	`subject` text NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	PRIMARY KEY(`member_id`, `subject`),
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
ALTER TABLE `members` ADD `listed` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `outbox` ADD `html` text;--> statement-breakpoint
ALTER TABLE `outbox` ADD `headers` text;--> statement-breakpoint
ALTER TABLE `search_documents` ADD `accepted` integer DEFAULT false NOT NULL;