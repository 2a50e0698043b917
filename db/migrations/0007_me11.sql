ALTER TABLE `links` ADD `name` text;--> statement-breakpoint
ALTER TABLE `links` ADD `password_hash` text;--> statement-breakpoint
ALTER TABLE `links` ADD `application` text;--> statement-breakpoint
ALTER TABLE `invitations` ADD `quiet_at` integer;