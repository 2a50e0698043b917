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
CREATE TABLE `stray_drafts` (
	`id` text PRIMARY KEY NOT NULL,
	`member_id` integer NOT NULL,
	`place` text NOT NULL,
	`fields` text NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `stray_drafts_expires` ON `stray_drafts` (`expires_at`);