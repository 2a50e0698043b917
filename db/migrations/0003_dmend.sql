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
CREATE INDEX `letter_searches_search` ON `letter_searches` (`search_id`);