CREATE TABLE `letter_posts` (
	`letter_id` integer NOT NULL,
	`post_id` integer NOT NULL,
	PRIMARY KEY(`letter_id`, `post_id`),
	FOREIGN KEY (`letter_id`) REFERENCES `outbox`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `letter_posts_post` ON `letter_posts` (`post_id`);