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
CREATE TABLE `letter_posts` (
	`letter_id` integer NOT NULL,
	`post_id` integer NOT NULL,
	PRIMARY KEY(`letter_id`, `post_id`),
	FOREIGN KEY (`letter_id`) REFERENCES `outbox`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `letter_posts_post` ON `letter_posts` (`post_id`);