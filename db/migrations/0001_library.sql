CREATE TABLE `attachments` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`resource_id` text NOT NULL,
	`hash` text NOT NULL,
	`name` text NOT NULL,
	`label` text NOT NULL,
	`media_type` text NOT NULL,
	`size` integer NOT NULL,
	`rights` text NOT NULL,
	`text` text,
	`text_state` text NOT NULL,
	`uploaded_by_id` integer,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`uploaded_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "attachments_rights" CHECK(length("attachments"."rights") > 0),
	CONSTRAINT "attachments_hash" CHECK(length("attachments"."hash") = 64),
	CONSTRAINT "attachments_text_state" CHECK("attachments"."text_state" in ('waiting', 'done', 'none', 'failed'))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `attachments_once` ON `attachments` (`resource_id`,`hash`);--> statement-breakpoint
CREATE INDEX `attachments_hash` ON `attachments` (`hash`);--> statement-breakpoint
CREATE INDEX `attachments_waiting` ON `attachments` (`text_state`) WHERE text_state = 'waiting';--> statement-breakpoint
CREATE TABLE `bookmarks` (
	`member_id` integer NOT NULL,
	`resource_id` text NOT NULL,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	PRIMARY KEY(`member_id`, `resource_id`),
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `bookmarks_resource` ON `bookmarks` (`resource_id`);--> statement-breakpoint
CREATE TABLE `collection_items` (
	`collection_id` integer NOT NULL,
	`resource_id` text NOT NULL,
	`position` integer NOT NULL,
	`note` text DEFAULT '' NOT NULL,
	`added_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	PRIMARY KEY(`collection_id`, `resource_id`),
	FOREIGN KEY (`collection_id`) REFERENCES `collections`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `collection_items_resource` ON `collection_items` (`resource_id`);--> statement-breakpoint
CREATE TABLE `collections` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`owner_id` integer NOT NULL,
	`title` text NOT NULL,
	`slug` text NOT NULL,
	`description` text DEFAULT '' NOT NULL,
	`visibility` text DEFAULT 'private' NOT NULL,
	`featured_at` integer,
	`featured_by_id` integer,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`updated_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`featured_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "collections_title" CHECK(length(trim("collections"."title")) between 1 and 120),
	CONSTRAINT "collections_visibility" CHECK("collections"."visibility" in ('private', 'public')),
	CONSTRAINT "collections_featured" CHECK("collections"."featured_at" is null or "collections"."visibility" = 'public')
);
--> statement-breakpoint
CREATE INDEX `collections_owner` ON `collections` (`owner_id`,`updated_at`);--> statement-breakpoint
CREATE INDEX `collections_public` ON `collections` (`visibility`,`updated_at`);--> statement-breakpoint
CREATE TABLE `former_slugs` (
	`slug` text PRIMARY KEY NOT NULL,
	`resource_id` text NOT NULL,
	`since` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `former_slugs_resource` ON `former_slugs` (`resource_id`);--> statement-breakpoint
CREATE TABLE `import_rows` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`import_id` integer NOT NULL,
	`position` integer NOT NULL,
	`line` integer NOT NULL,
	`finding` text NOT NULL,
	`label` text NOT NULL,
	`problem` text,
	`record` text,
	`match_id` text,
	`match_position` integer,
	`match_by` text,
	`take` integer NOT NULL,
	`resource_id` text,
	FOREIGN KEY (`import_id`) REFERENCES `imports`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`match_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "import_rows_finding" CHECK("import_rows"."finding" in ('new', 'duplicate', 'similar', 'unreadable')),
	CONSTRAINT "import_rows_take" CHECK(not "import_rows"."take" or "import_rows"."record" is not null)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `import_rows_position` ON `import_rows` (`import_id`,`position`);--> statement-breakpoint
CREATE INDEX `import_rows_finding` ON `import_rows` (`import_id`,`finding`);--> statement-breakpoint
CREATE TABLE `imports` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`file_name` text NOT NULL,
	`format` text NOT NULL,
	`state` text NOT NULL,
	`by_id` integer,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`size` integer NOT NULL,
	`read_to` integer DEFAULT 0 NOT NULL,
	`theme` text NOT NULL,
	`rights` text NOT NULL,
	`failure` text,
	`done_at` integer,
	`undone_at` integer,
	FOREIGN KEY (`by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`theme`) REFERENCES `themes`(`code`) ON UPDATE cascade ON DELETE no action,
	CONSTRAINT "imports_format" CHECK("imports"."format" in ('bib', 'ris', 'csl.json', 'csv')),
	CONSTRAINT "imports_state" CHECK("imports"."state" in ('reading', 'ready', 'done', 'undone', 'discarded', 'failed'))
);
--> statement-breakpoint
CREATE TABLE `link_checks` (
	`resource_id` text PRIMARY KEY NOT NULL,
	`url` text NOT NULL,
	`checked_at` integer NOT NULL,
	`outcome` text NOT NULL,
	`status` integer,
	`moved_to` text,
	`failures` integer DEFAULT 0 NOT NULL,
	`next_check_at` integer NOT NULL,
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "link_checks_outcome" CHECK("link_checks"."outcome" in ('works', 'moved', 'broken', 'refused', 'unreachable'))
);
--> statement-breakpoint
CREATE INDEX `link_checks_next` ON `link_checks` (`next_check_at`);--> statement-breakpoint
CREATE INDEX `link_checks_outcome` ON `link_checks` (`outcome`);--> statement-breakpoint
CREATE TABLE `merges` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kept_id` text NOT NULL,
	`merged_id` text NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`by_id` integer,
	`reason` text,
	`moved` text NOT NULL,
	`undone_at` integer,
	`undone_by_id` integer,
	FOREIGN KEY (`kept_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`merged_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`undone_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `merges_kept` ON `merges` (`kept_id`);--> statement-breakpoint
CREATE UNIQUE INDEX `merges_in_force` ON `merges` (`merged_id`) WHERE undone_at is null;--> statement-breakpoint
CREATE TABLE `post_links` (
	`post_id` integer NOT NULL,
	`path` text NOT NULL,
	PRIMARY KEY(`post_id`, `path`),
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `post_links_path` ON `post_links` (`path`);--> statement-breakpoint
CREATE TABLE `resource_versions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`resource_id` text NOT NULL,
	`number` integer NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`by_id` integer,
	`act` text NOT NULL,
	`reason` text,
	`status` text NOT NULL,
	`fields` text NOT NULL,
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE UNIQUE INDEX `resource_versions_number` ON `resource_versions` (`resource_id`,`number`);--> statement-breakpoint
PRAGMA foreign_keys=OFF;--> statement-breakpoint
CREATE TABLE `__new_resources` (
	`id` text PRIMARY KEY NOT NULL,
	`slug` text NOT NULL,
	`kind` text NOT NULL,
	`type` text NOT NULL,
	`status` text NOT NULL,
	`origin` text NOT NULL,
	`content_hash` text,
	`title` text NOT NULL,
	`summary` text DEFAULT '' NOT NULL,
	`people` text,
	`year` integer,
	`venue` text,
	`place` text,
	`region` text,
	`country` text,
	`population` integer,
	`language` text DEFAULT 'en' NOT NULL,
	`evidence` text,
	`doi` text,
	`url` text,
	`rights` text DEFAULT 'undetermined' NOT NULL,
	`rights_note` text,
	`work_key` text DEFAULT '' NOT NULL,
	`csl` text NOT NULL,
	`details` text DEFAULT '{}' NOT NULL,
	`body` text DEFAULT '' NOT NULL,
	`checked` integer DEFAULT false NOT NULL,
	`provenance` text,
	`review_by` text,
	`owner_id` integer,
	`attested_at` integer,
	`submitted_by_id` integer,
	`submitted_at` integer,
	`suggestion_note` text,
	`reviewer_id` integer,
	`published_by_id` integer,
	`published_alone` integer DEFAULT false NOT NULL,
	`declined_reason` text,
	`retired_reason` text,
	`successor_id` text,
	`merged_into_id` text,
	`import_id` integer,
	`published_at` integer,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`updated_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	FOREIGN KEY (`owner_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`submitted_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`reviewer_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`published_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`successor_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE set null,
	FOREIGN KEY (`merged_into_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`import_id`) REFERENCES `imports`(`id`) ON UPDATE no action ON DELETE set null,
	CONSTRAINT "resources_kind" CHECK("__new_resources"."kind" in ('article', 'practice', 'reference')),
	CONSTRAINT "resources_status" CHECK("__new_resources"."status" in ('draft', 'submitted', 'in-review', 'published', 'retired', 'declined')),
	CONSTRAINT "resources_origin" CHECK("__new_resources"."origin" in ('content', 'hub')),
	CONSTRAINT "resources_title" CHECK(length(trim("__new_resources"."title")) between 1 and 500),
	CONSTRAINT "resources_retired" CHECK("__new_resources"."status" <> 'retired' or "__new_resources"."retired_reason" is not null),
	CONSTRAINT "resources_published" CHECK("__new_resources"."status" <> 'published' or "__new_resources"."published_at" is not null),
	CONSTRAINT "resources_declined" CHECK("__new_resources"."status" <> 'declined' or "__new_resources"."declined_reason" is not null),
	CONSTRAINT "resources_rights" CHECK(length("__new_resources"."rights") > 0),
	CONSTRAINT "resources_merged" CHECK("__new_resources"."merged_into_id" is null or ("__new_resources"."status" = 'retired' and "__new_resources"."merged_into_id" <> "__new_resources"."id")),
	CONSTRAINT "resources_four_eyes" CHECK("__new_resources"."status" <> 'published' or "__new_resources"."published_by_id" is null or "__new_resources"."submitted_by_id" is null or "__new_resources"."published_by_id" <> "__new_resources"."submitted_by_id" or "__new_resources"."published_alone"),
	CONSTRAINT "resources_review_by" CHECK("__new_resources"."review_by" is null or "__new_resources"."review_by" glob '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]')
);
--> statement-breakpoint
INSERT INTO `__new_resources`("id", "slug", "kind", "type", "status", "origin", "content_hash", "title", "summary", "people", "year", "venue", "place", "region", "country", "population", "language", "evidence", "doi", "url", "csl", "details", "body", "checked", "provenance", "review_by", "published_at", "created_at", "updated_at", "retired_reason", "rights_note") SELECT "id", "slug", "kind", "type", case "status" when 'withdrawn' then 'retired' else "status" end, "origin", "content_hash", "title", "summary", "people", "year", "venue", "place", "region", "country", "population", "language", "evidence", "doi", "url", "csl", "details", "body", "checked", "provenance", "review_by", "published_at", "created_at", "updated_at", "withdrawn_reason", "rights" FROM `resources`;--> statement-breakpoint
UPDATE `log` SET `act` = 'retire resource' WHERE `act` = 'withdraw resource';--> statement-breakpoint
DROP TABLE `resources`;--> statement-breakpoint
ALTER TABLE `__new_resources` RENAME TO `resources`;--> statement-breakpoint
PRAGMA foreign_keys=ON;--> statement-breakpoint
CREATE UNIQUE INDEX `resources_slug_unique` ON `resources` (`slug`);--> statement-breakpoint
CREATE INDEX `resources_list` ON `resources` (`status`,`published_at`);--> statement-breakpoint
CREATE INDEX `resources_type` ON `resources` (`status`,`type`);--> statement-breakpoint
CREATE INDEX `resources_year` ON `resources` (`status`,`year`);--> statement-breakpoint
CREATE INDEX `resources_place` ON `resources` (`status`,`place`);--> statement-breakpoint
CREATE INDEX `resources_work` ON `resources` (`work_key`);--> statement-breakpoint
CREATE INDEX `resources_doi` ON `resources` (lower(`doi`)) WHERE doi is not null;--> statement-breakpoint
CREATE INDEX `resources_import` ON `resources` (`import_id`) WHERE import_id is not null;--> statement-breakpoint
CREATE INDEX `resources_submitter` ON `resources` (`submitted_by_id`) WHERE submitted_by_id is not null;--> statement-breakpoint
CREATE INDEX `resources_review_by` ON `resources` (`review_by`) WHERE review_by is not null;--> statement-breakpoint
CREATE INDEX `resources_merged` ON `resources` (`merged_into_id`) WHERE merged_into_id is not null;--> statement-breakpoint
CREATE INDEX `resources_successor` ON `resources` (`successor_id`) WHERE successor_id is not null;--> statement-breakpoint
CREATE INDEX `import_rows_match` ON `import_rows` (`match_id`) WHERE match_id is not null;--> statement-breakpoint
CREATE INDEX `import_rows_resource` ON `import_rows` (`resource_id`) WHERE resource_id is not null;
