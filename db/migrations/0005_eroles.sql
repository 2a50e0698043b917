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
INSERT INTO `suspensions` (`member_id`, `kind`, `until`, `reason`) SELECT `id`, 'suspended', `suspended_until`, `suspended_reason` FROM `members` WHERE `suspended_until` IS NOT NULL;
