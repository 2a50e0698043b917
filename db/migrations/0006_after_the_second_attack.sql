CREATE TABLE `refused_confirmations` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`post_id` integer NOT NULL,
	`member_id` integer NOT NULL,
	`place` text NOT NULL,
	`note` text,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `refused_confirmations_of` ON `refused_confirmations` (`post_id`,`member_id`);--> statement-breakpoint
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
--> statement-breakpoint
CREATE TABLE `former_traces` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`member_id` integer NOT NULL,
	`kind` text NOT NULL,
	`sealed` text NOT NULL,
	`until` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "former_traces_kind" CHECK("former_traces"."kind" in ('name', 'email'))
);
--> statement-breakpoint
CREATE INDEX `former_traces_member` ON `former_traces` (`member_id`);