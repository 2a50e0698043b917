CREATE TABLE `hidden_titles` (
	`post_id` integer PRIMARY KEY NOT NULL,
	`thread_id` integer NOT NULL,
	`title` text NOT NULL,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`thread_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE UNIQUE INDEX `hidden_titles_thread_id_unique` ON `hidden_titles` (`thread_id`);--> statement-breakpoint
CREATE TABLE `former_levels` (
	`hash` text PRIMARY KEY NOT NULL,
	`level` text NOT NULL,
	`until` integer NOT NULL,
	CONSTRAINT "former_levels_level" CHECK("former_levels"."level" in ('new', 'member'))
);
