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
ALTER TABLE `forums` ADD `closed_reason` text;