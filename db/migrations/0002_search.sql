CREATE TABLE `accepted_answers` (
	`post_id` integer PRIMARY KEY NOT NULL,
	`thread_id` integer NOT NULL,
	`by_id` integer NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`thread_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `accepted_answers_thread` ON `accepted_answers` (`thread_id`);--> statement-breakpoint
CREATE TABLE `search_changes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`document_id` integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE `members` ADD `listed` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `search_documents` ADD `accepted` integer DEFAULT false NOT NULL;