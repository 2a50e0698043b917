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
ALTER TABLE `members` ADD `application` text;