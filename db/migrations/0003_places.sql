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
ALTER TABLE `members` ADD `vendor` integer DEFAULT false NOT NULL;