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
CREATE TABLE `first_hours` (
	`member_id` integer PRIMARY KEY NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`skipped` text DEFAULT '[]' NOT NULL,
	`dismissed_at` integer,
	`coordinator_id` integer,
	`welcomed_at` integer,
	`welcomed_by_id` integer,
	`note` text,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`coordinator_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`welcomed_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "first_hours_note" CHECK("first_hours"."note" is null or "first_hours"."welcomed_at" is not null)
);
--> statement-breakpoint
CREATE INDEX `first_hours_waiting` ON `first_hours` (`at`) WHERE welcomed_at is null;--> statement-breakpoint
CREATE INDEX `first_hours_coordinator` ON `first_hours` (`coordinator_id`);--> statement-breakpoint
CREATE INDEX `first_hours_welcomed_by` ON `first_hours` (`welcomed_by_id`);--> statement-breakpoint
CREATE TABLE `government_domains` (
	`domain` text PRIMARY KEY NOT NULL,
	`origin` text NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	CONSTRAINT "government_domains_domain" CHECK("government_domains"."domain" = lower("government_domains"."domain") and length("government_domains"."domain") between 2 and 100 and "government_domains"."domain" not like '%@%'),
	CONSTRAINT "government_domains_origin" CHECK("government_domains"."origin" in ('file', 'hub'))
);
--> statement-breakpoint
CREATE TABLE `invitations` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`token` text NOT NULL,
	`email` text NOT NULL,
	`name` text,
	`place` text,
	`note` text,
	`invited_by_id` integer,
	`sent_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer,
	`member_id` integer,
	`withdrawn_at` integer,
	FOREIGN KEY (`invited_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "invitations_email" CHECK("invitations"."email" = lower("invitations"."email") and "invitations"."email" like '%_@_%'),
	CONSTRAINT "invitations_end" CHECK("invitations"."used_at" is null or "invitations"."withdrawn_at" is null),
	CONSTRAINT "invitations_used" CHECK("invitations"."member_id" is null or "invitations"."used_at" is not null)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `invitations_token_unique` ON `invitations` (`token`);--> statement-breakpoint
CREATE UNIQUE INDEX `invitations_open` ON `invitations` (`email`) WHERE used_at is null and withdrawn_at is null;--> statement-breakpoint
CREATE INDEX `invitations_by` ON `invitations` (`invited_by_id`);--> statement-breakpoint
CREATE INDEX `invitations_member` ON `invitations` (`member_id`);--> statement-breakpoint
CREATE TABLE `joining_rules` (
	`id` integer PRIMARY KEY NOT NULL,
	`mode` text NOT NULL,
	`members_invite` integer DEFAULT false NOT NULL,
	`ask_whom` text,
	CONSTRAINT "joining_rules_one" CHECK("joining_rules"."id" = 1),
	CONSTRAINT "joining_rules_mode" CHECK("joining_rules"."mode" in ('open', 'invitation', 'approval'))
);
--> statement-breakpoint
CREATE TABLE `verifications` (
	`member_id` integer PRIMARY KEY NOT NULL,
	`method` text NOT NULL,
	`domain` text,
	`reason` text,
	`by_id` integer,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "verifications_method" CHECK("verifications"."method" in ('domain', 'vouches', 'coordinator', 'denied')),
	CONSTRAINT "verifications_domain" CHECK(("verifications"."method" = 'domain') = ("verifications"."domain" is not null)),
	CONSTRAINT "verifications_reason" CHECK(("verifications"."method" in ('coordinator', 'denied')) = ("verifications"."reason" is not null))
);
--> statement-breakpoint
CREATE INDEX `verifications_by` ON `verifications` (`by_id`);--> statement-breakpoint
CREATE TABLE `vouches` (
	`member_id` integer NOT NULL,
	`by_id` integer NOT NULL,
	`how` text NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	PRIMARY KEY(`member_id`, `by_id`),
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "vouches_other" CHECK("vouches"."member_id" <> "vouches"."by_id"),
	CONSTRAINT "vouches_how" CHECK(length(trim("vouches"."how")) between 10 and 300)
);
--> statement-breakpoint
CREATE INDEX `vouches_by` ON `vouches` (`by_id`);--> statement-breakpoint
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
CREATE TABLE `former_standings` (
	`hash` text NOT NULL,
	`kind` text NOT NULL,
	`until` integer NOT NULL,
	PRIMARY KEY(`hash`, `kind`),
	CONSTRAINT "former_standings_kind" CHECK("former_standings"."kind" in ('suspended', 'denied'))
);
--> statement-breakpoint
CREATE TABLE `leaving_posts` (
	`leaving_id` integer NOT NULL,
	`post_id` integer NOT NULL,
	`what` text NOT NULL,
	PRIMARY KEY(`leaving_id`, `post_id`),
	FOREIGN KEY (`leaving_id`) REFERENCES `leavings`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "leaving_posts_what" CHECK("leaving_posts"."what" in ('emptied', 'kept', 'quoting'))
);
--> statement-breakpoint
CREATE INDEX `leaving_posts_post` ON `leaving_posts` (`post_id`);--> statement-breakpoint
CREATE TABLE `leavings` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`traces` text NOT NULL,
	`tables` text NOT NULL,
	`done_to` integer DEFAULT 0 NOT NULL,
	`purging` integer DEFAULT false NOT NULL
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
ALTER TABLE `outbox` ADD `passing` integer;--> statement-breakpoint
ALTER TABLE `members` ADD `application` text;--> statement-breakpoint
CREATE INDEX `members_by_name` ON `members` (`name`);--> statement-breakpoint
CREATE INDEX `resources_publisher` ON `resources` (`published_by_id`) WHERE published_by_id is not null;--> statement-breakpoint
CREATE INDEX `resources_reviewer` ON `resources` (`reviewer_id`) WHERE reviewer_id is not null;--> statement-breakpoint
CREATE INDEX `resources_owner` ON `resources` (`owner_id`) WHERE owner_id is not null;--> statement-breakpoint
CREATE INDEX `posts_remover` ON `posts` (`removed_by_id`) WHERE removed_by_id is not null;--> statement-breakpoint
CREATE INDEX `threads_remover` ON `threads` (`removed_by_id`) WHERE removed_by_id is not null;--> statement-breakpoint
CREATE INDEX `threads_last_poster` ON `threads` (`last_poster_id`);
--> statement-breakpoint
INSERT INTO `suspensions` (`member_id`, `kind`, `until`, `reason`) SELECT `id`, 'suspended', `suspended_until`, `suspended_reason` FROM `members` WHERE `suspended_until` IS NOT NULL;
--> statement-breakpoint
UPDATE `post_files` SET `name` = 'picture-' || `id` || substr(`name`, instr(`name`, '.')) WHERE `name` LIKE '%_.%' AND `name` NOT LIKE '%.%.%' AND `media_type` LIKE 'image/%' AND `post_id` IN (SELECT `post_id` FROM `anonymous_posts`);
