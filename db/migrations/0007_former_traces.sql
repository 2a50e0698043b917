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