CREATE TABLE `coordinator_areas` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`member_id` integer NOT NULL,
	`forum_id` integer,
	`theme` text,
	`by_id` integer,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`forum_id`) REFERENCES `forums`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`theme`) REFERENCES `themes`(`code`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "coordinator_areas_one" CHECK(("coordinator_areas"."forum_id" is null) <> ("coordinator_areas"."theme" is null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `coordinator_areas_forum` ON `coordinator_areas` (`member_id`,`forum_id`) WHERE forum_id is not null;--> statement-breakpoint
CREATE UNIQUE INDEX `coordinator_areas_theme` ON `coordinator_areas` (`member_id`,`theme`) WHERE theme is not null;--> statement-breakpoint
CREATE INDEX `coordinator_areas_of_forum` ON `coordinator_areas` (`forum_id`) WHERE forum_id is not null;--> statement-breakpoint
CREATE TABLE `suspensions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`member_id` integer NOT NULL,
	`kind` text NOT NULL,
	`until` integer,
	`reason` text NOT NULL,
	`by_id` integer,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "suspensions_kind" CHECK("suspensions"."kind" in ('suspended', 'extended', 'ended')),
	CONSTRAINT "suspensions_until" CHECK(("suspensions"."kind" = 'ended') = ("suspensions"."until" is null)),
	CONSTRAINT "suspensions_reason" CHECK(length(trim("suspensions"."reason")) > 0)
);
--> statement-breakpoint
CREATE INDEX `suspensions_member` ON `suspensions` (`member_id`);--> statement-breakpoint
CREATE TABLE `confirmation_flags` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`post_id` integer NOT NULL,
	`member_id` integer NOT NULL,
	`by_id` integer NOT NULL,
	`reason` text NOT NULL,
	`note` text NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`closed_at` integer,
	FOREIGN KEY (`by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`post_id`,`member_id`) REFERENCES `confirmations`(`post_id`,`member_id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "confirmation_flags_other" CHECK("confirmation_flags"."by_id" <> "confirmation_flags"."member_id"),
	CONSTRAINT "confirmation_flags_reason" CHECK("confirmation_flags"."reason" in ('profane', 'obscene', 'inaccurate', 'off-topic', 'attack', 'spam', 'personal-data'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `confirmation_flags_once` ON `confirmation_flags` (`post_id`,`member_id`,`by_id`) WHERE closed_at is null;--> statement-breakpoint
CREATE TABLE `blocks` (
	`member_id` integer NOT NULL,
	`blocked_id` integer NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	PRIMARY KEY(`member_id`, `blocked_id`),
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`blocked_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "blocks_other" CHECK("blocks"."member_id" <> "blocks"."blocked_id")
);
--> statement-breakpoint
CREATE INDEX `blocks_blocked` ON `blocks` (`blocked_id`);--> statement-breakpoint
CREATE TABLE `former_handles` (
	`hash` text PRIMARY KEY NOT NULL
);
--> statement-breakpoint
CREATE TABLE `letter_posts` (
	`letter_id` integer NOT NULL,
	`post_id` integer NOT NULL,
	PRIMARY KEY(`letter_id`, `post_id`),
	FOREIGN KEY (`letter_id`) REFERENCES `outbox`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `letter_posts_post` ON `letter_posts` (`post_id`);--> statement-breakpoint
ALTER TABLE `outbox` ADD `passing` integer;