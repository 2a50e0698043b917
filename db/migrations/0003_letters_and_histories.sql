CREATE TABLE `withheld_versions` (
	`post_id` integer PRIMARY KEY NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`by_id` integer NOT NULL,
	`reason` text NOT NULL,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "withheld_versions_reason" CHECK(length(trim("withheld_versions"."reason")) > 0)
);
--> statement-breakpoint
CREATE TABLE `held_files` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`held_id` integer NOT NULL,
	`hash` text NOT NULL,
	`name` text NOT NULL,
	`label` text NOT NULL,
	`media_type` text NOT NULL,
	`size` integer NOT NULL,
	`width` integer,
	`height` integer,
	`text_state` text NOT NULL,
	FOREIGN KEY (`held_id`) REFERENCES `held_posts`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "held_files_hash" CHECK(length("held_files"."hash") = 64),
	CONSTRAINT "held_files_text_state" CHECK("held_files"."text_state" in ('waiting', 'none')),
	CONSTRAINT "held_files_picture" CHECK(("held_files"."width" is null) = ("held_files"."height" is null) and ("held_files"."width" is not null or length("held_files"."label") > 0))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `held_files_once` ON `held_files` (`held_id`,`hash`);--> statement-breakpoint
CREATE INDEX `held_files_hash` ON `held_files` (`hash`);--> statement-breakpoint
CREATE TABLE `letter_notifications` (
	`letter_id` integer NOT NULL,
	`notification_id` integer NOT NULL,
	PRIMARY KEY(`letter_id`, `notification_id`),
	FOREIGN KEY (`letter_id`) REFERENCES `outbox`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`notification_id`) REFERENCES `notifications`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `letter_notifications_notification` ON `letter_notifications` (`notification_id`);--> statement-breakpoint
CREATE TABLE `letter_searches` (
	`letter_id` integer NOT NULL,
	`search_id` integer NOT NULL,
	`mailed_at` integer NOT NULL,
	`last_document_id` integer NOT NULL,
	`last_mailed_at` integer,
	PRIMARY KEY(`letter_id`, `search_id`),
	FOREIGN KEY (`letter_id`) REFERENCES `outbox`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`search_id`) REFERENCES `saved_searches`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `letter_searches_search` ON `letter_searches` (`search_id`);--> statement-breakpoint
CREATE INDEX `posts_length` ON `posts` (length(trim(markdown)),`created_at`);