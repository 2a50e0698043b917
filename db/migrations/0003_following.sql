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
CREATE TABLE `read_marks` (
	`member_id` integer NOT NULL,
	`forum_id` integer NOT NULL,
	`before` integer NOT NULL,
	PRIMARY KEY(`member_id`, `forum_id`),
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `thread_reads` (
	`member_id` integer NOT NULL,
	`thread_id` integer NOT NULL,
	`number` integer NOT NULL,
	PRIMARY KEY(`member_id`, `thread_id`),
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`thread_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `thread_reads_thread` ON `thread_reads` (`thread_id`);