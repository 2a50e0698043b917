CREATE TABLE `agency_accounts` (
	`issuer` text NOT NULL,
	`subject` text NOT NULL,
	`member_id` integer NOT NULL,
	`email` text NOT NULL,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`last_used_at` integer,
	PRIMARY KEY(`issuer`, `subject`),
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `agency_accounts_member` ON `agency_accounts` (`member_id`);--> statement-breakpoint
CREATE TABLE `authenticators` (
	`member_id` integer PRIMARY KEY NOT NULL,
	`secret` text NOT NULL,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`last_step` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `email_changes` (
	`id` text PRIMARY KEY NOT NULL,
	`member_id` integer NOT NULL,
	`old_email` text NOT NULL,
	`new_email` text NOT NULL,
	`expires_at` integer NOT NULL,
	`confirmed_at` integer,
	`undo_id` text,
	`undone_at` integer,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "email_changes_addresses" CHECK("email_changes"."new_email" = lower("email_changes"."new_email") and "email_changes"."new_email" <> "email_changes"."old_email"),
	CONSTRAINT "email_changes_undo" CHECK(("email_changes"."confirmed_at" is null) = ("email_changes"."undo_id" is null) and ("email_changes"."undone_at" is null or "email_changes"."confirmed_at" is not null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `email_changes_undo_id_unique` ON `email_changes` (`undo_id`);--> statement-breakpoint
CREATE INDEX `email_changes_member` ON `email_changes` (`member_id`);--> statement-breakpoint
CREATE TABLE `known_browsers` (
	`member_id` integer NOT NULL,
	`browser` text NOT NULL,
	`last_used_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	PRIMARY KEY(`member_id`, `browser`),
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `passkeys` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`member_id` integer NOT NULL,
	`credential_id` text NOT NULL,
	`public_key` blob NOT NULL,
	`counter` integer NOT NULL,
	`transports` text NOT NULL,
	`name` text NOT NULL,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`last_used_at` integer,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "passkeys_name" CHECK(length(trim("passkeys"."name")) between 1 and 60)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `passkeys_credential_id_unique` ON `passkeys` (`credential_id`);--> statement-breakpoint
CREATE INDEX `passkeys_member` ON `passkeys` (`member_id`);--> statement-breakpoint
CREATE TABLE `recovery_codes` (
	`id` text PRIMARY KEY NOT NULL,
	`member_id` integer NOT NULL,
	`used_at` integer,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `recovery_codes_member` ON `recovery_codes` (`member_id`);--> statement-breakpoint
CREATE TABLE `sign_in_links` (
	`id` text PRIMARY KEY NOT NULL,
	`member_id` integer NOT NULL,
	`session_id` text,
	`browser` text NOT NULL,
	`next` text DEFAULT '/' NOT NULL,
	`expires_at` integer NOT NULL,
	`used_at` integer,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`session_id`) REFERENCES `sessions`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `sign_in_links_member` ON `sign_in_links` (`member_id`);--> statement-breakpoint
CREATE TABLE `sign_in_steps` (
	`id` text PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`member_id` integer,
	`data` text NOT NULL,
	`expires_at` integer NOT NULL,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "sign_in_steps_purpose" CHECK("sign_in_steps"."purpose" in ('second', 'passkey', 'agency', 'agency-link', 'authenticator'))
);
--> statement-breakpoint
CREATE TABLE `place_changes` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`place_id` integer NOT NULL,
	`by_id` integer,
	`what` text NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	FOREIGN KEY (`place_id`) REFERENCES `places`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `place_changes_place` ON `place_changes` (`place_id`,`at`);--> statement-breakpoint
CREATE TABLE `place_channels` (
	`place_id` integer NOT NULL,
	`channel` text NOT NULL,
	PRIMARY KEY(`place_id`, `channel`),
	FOREIGN KEY (`place_id`) REFERENCES `places`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `place_systems` (
	`place_id` integer NOT NULL,
	`role` text NOT NULL,
	`name` text NOT NULL,
	PRIMARY KEY(`place_id`, `role`, `name`),
	FOREIGN KEY (`place_id`) REFERENCES `places`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "place_systems_name" CHECK(length(trim("place_systems"."name")) between 1 and 80)
);
--> statement-breakpoint
CREATE INDEX `place_systems_name` ON `place_systems` (`name`);--> statement-breakpoint
CREATE TABLE `places` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL,
	`label` text NOT NULL,
	`folded` text NOT NULL,
	`legal_type` text DEFAULT '' NOT NULL,
	`kind` text NOT NULL,
	`region` text,
	`country` text NOT NULL,
	`population` integer,
	`population_year` integer,
	`population_source` text,
	`latitude` real,
	`longitude` real,
	`form` text,
	`stage` text,
	`line` text,
	`launched` integer,
	`origin` text NOT NULL,
	`sample` integer DEFAULT false NOT NULL,
	`updated_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	CONSTRAINT "places_name" CHECK(length(trim("places"."name")) between 1 and 100),
	CONSTRAINT "places_country" CHECK("places"."country" glob '[A-Z][A-Z]'),
	CONSTRAINT "places_population" CHECK("places"."population" is null or ("places"."population" >= 0 and "places"."population_year" is not null and "places"."population_source" is not null)),
	CONSTRAINT "places_position" CHECK(("places"."latitude" is null) = ("places"."longitude" is null)),
	CONSTRAINT "places_line" CHECK("places"."line" is null or "places"."line" in ('311', 'other-number', 'none')),
	CONSTRAINT "places_origin" CHECK("places"."origin" in ('file', 'hub'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `places_slug_unique` ON `places` (`slug`);--> statement-breakpoint
CREATE INDEX `places_region` ON `places` (`country`,`region`);--> statement-breakpoint
CREATE INDEX `places_name` ON `places` (`folded`);--> statement-breakpoint
CREATE TABLE `member_traits` (
	`member_id` integer NOT NULL,
	`kind` text NOT NULL,
	`value` text NOT NULL,
	PRIMARY KEY(`member_id`, `kind`, `value`),
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "member_traits_kind" CHECK("member_traits"."kind" in ('hat', 'language', 'channel', 'theme'))
);
--> statement-breakpoint
CREATE INDEX `member_traits_value` ON `member_traits` (`kind`,`value`);--> statement-breakpoint
CREATE TABLE `profiles` (
	`member_id` integer PRIMARY KEY NOT NULL,
	`pronouns` text,
	`job_title` text,
	`place_id` integer,
	`place_text` text,
	`ask_me` text,
	`looking_for` text,
	`photo_hash` text,
	`photo_size` integer,
	`visibility` text DEFAULT '{}' NOT NULL,
	`updated_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`place_id`) REFERENCES `places`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "profiles_photo" CHECK(("profiles"."photo_hash" is null) = ("profiles"."photo_size" is null)),
	CONSTRAINT "profiles_place" CHECK("profiles"."place_id" is null or "profiles"."place_text" is null)
);
--> statement-breakpoint
CREATE INDEX `profiles_place` ON `profiles` (`place_id`) WHERE place_id is not null;--> statement-breakpoint
CREATE INDEX `profiles_photo` ON `profiles` (`photo_hash`) WHERE photo_hash is not null;--> statement-breakpoint
ALTER TABLE `members` ADD `vendor` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `sessions` ADD `last_used_at` integer;--> statement-breakpoint
ALTER TABLE `sessions` ADD `proved_at` integer;