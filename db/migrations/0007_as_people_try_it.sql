ALTER TABLE `links` ADD `name` text;--> statement-breakpoint
ALTER TABLE `links` ADD `password_hash` text;--> statement-breakpoint
ALTER TABLE `links` ADD `application` text;--> statement-breakpoint
ALTER TABLE `invitations` ADD `quiet_at` integer;--> statement-breakpoint
ALTER TABLE `held_posts` ADD `withdrawn_at` integer;