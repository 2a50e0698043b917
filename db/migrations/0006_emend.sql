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
CREATE INDEX `resources_publisher` ON `resources` (`published_by_id`) WHERE published_by_id is not null;--> statement-breakpoint
CREATE INDEX `resources_reviewer` ON `resources` (`reviewer_id`) WHERE reviewer_id is not null;--> statement-breakpoint
CREATE INDEX `resources_owner` ON `resources` (`owner_id`) WHERE owner_id is not null;--> statement-breakpoint
CREATE INDEX `posts_remover` ON `posts` (`removed_by_id`) WHERE removed_by_id is not null;--> statement-breakpoint
CREATE INDEX `threads_remover` ON `threads` (`removed_by_id`) WHERE removed_by_id is not null;--> statement-breakpoint
CREATE INDEX `threads_last_poster` ON `threads` (`last_poster_id`);