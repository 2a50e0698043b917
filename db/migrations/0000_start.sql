CREATE TABLE `attempts` (
	`key` text PRIMARY KEY NOT NULL,
	`count` integer NOT NULL,
	`resets_at` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `citations` (
	`citing_id` text NOT NULL,
	`cited_id` text NOT NULL,
	`position` integer NOT NULL,
	PRIMARY KEY(`citing_id`, `cited_id`),
	FOREIGN KEY (`citing_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`cited_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `citations_cited` ON `citations` (`cited_id`);--> statement-breakpoint
CREATE TABLE `facts` (
	`name` text PRIMARY KEY NOT NULL,
	`value` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `forum_themes` (
	`forum_id` integer NOT NULL,
	`theme` text NOT NULL,
	PRIMARY KEY(`forum_id`, `theme`),
	FOREIGN KEY (`forum_id`) REFERENCES `forums`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`theme`) REFERENCES `themes`(`code`) ON UPDATE cascade ON DELETE no action
);
--> statement-breakpoint
CREATE TABLE `forums` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`slug` text NOT NULL,
	`name` text NOT NULL,
	`description` text NOT NULL,
	`position` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `forums_slug_unique` ON `forums` (`slug`);--> statement-breakpoint
CREATE TABLE `links` (
	`id` text PRIMARY KEY NOT NULL,
	`purpose` text NOT NULL,
	`member_id` integer,
	`expires_at` integer NOT NULL,
	`used_at` integer,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "links_purpose" CHECK("links"."purpose" in ('confirm', 'reset', 'set-up')),
	CONSTRAINT "links_member" CHECK(("links"."purpose" = 'set-up') = ("links"."member_id" is null))
);
--> statement-breakpoint
CREATE TABLE `log` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`actor_id` integer,
	`act` text NOT NULL,
	`object` text NOT NULL,
	`url` text,
	`reason` text,
	FOREIGN KEY (`actor_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `log_at` ON `log` (`at`);--> statement-breakpoint
CREATE TABLE `members` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`email` text NOT NULL,
	`handle` text NOT NULL,
	`name` text NOT NULL,
	`role` text DEFAULT 'member' NOT NULL,
	`job_title` text,
	`place` text,
	`sample` integer DEFAULT false NOT NULL,
	`email_confirmed_at` integer,
	`suspended_until` integer,
	`suspended_reason` text,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	CONSTRAINT "members_role" CHECK("members"."role" in ('member', 'coordinator', 'administrator')),
	CONSTRAINT "members_email" CHECK("members"."email" = lower("members"."email") and "members"."email" like '%_@_%'),
	CONSTRAINT "members_name" CHECK(length(trim("members"."name")) between 1 and 80),
	CONSTRAINT "members_suspension" CHECK(("members"."suspended_until" is null) = ("members"."suspended_reason" is null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `members_email_unique` ON `members` (`email`);--> statement-breakpoint
CREATE UNIQUE INDEX `members_handle_unique` ON `members` (`handle`);--> statement-breakpoint
CREATE TABLE `outbox` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`to` text NOT NULL,
	`subject` text NOT NULL,
	`text` text NOT NULL,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`next_try_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`tries` integer DEFAULT 0 NOT NULL,
	`sent_at` integer,
	`failure` text
);
--> statement-breakpoint
CREATE INDEX `outbox_waiting` ON `outbox` (`next_try_at`) WHERE sent_at is null;--> statement-breakpoint
CREATE TABLE `passwords` (
	`member_id` integer PRIMARY KEY NOT NULL,
	`hash` text NOT NULL,
	`changed_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `post_versions` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`post_id` integer NOT NULL,
	`markdown` text NOT NULL,
	`written_at` integer NOT NULL,
	`replaced_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`replaced_by_id` integer NOT NULL,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`replaced_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `post_versions_post` ON `post_versions` (`post_id`);--> statement-breakpoint
CREATE TABLE `posts` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`thread_id` integer NOT NULL,
	`number` integer NOT NULL,
	`author_id` integer NOT NULL,
	`markdown` text NOT NULL,
	`html` text NOT NULL,
	`rendered_by` integer NOT NULL,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`edited_at` integer,
	`removed_at` integer,
	`removed_by_id` integer,
	`removed_reason` text,
	FOREIGN KEY (`thread_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`author_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`removed_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "posts_text" CHECK(length("posts"."markdown") between 1 and 50000),
	CONSTRAINT "posts_number" CHECK("posts"."number" >= 1),
	CONSTRAINT "posts_removed" CHECK(("posts"."removed_at" is null) = ("posts"."removed_by_id" is null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `posts_place` ON `posts` (`thread_id`,`number`);--> statement-breakpoint
CREATE INDEX `posts_author` ON `posts` (`author_id`,`created_at`);--> statement-breakpoint
CREATE TABLE `reads` (
	`kind` text NOT NULL,
	`ref` text NOT NULL,
	`count` integer NOT NULL,
	PRIMARY KEY(`kind`, `ref`)
);
--> statement-breakpoint
CREATE INDEX `reads_most` ON `reads` (`kind`,`count`);--> statement-breakpoint
CREATE TABLE `resource_themes` (
	`resource_id` text NOT NULL,
	`theme` text NOT NULL,
	PRIMARY KEY(`resource_id`, `theme`),
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`theme`) REFERENCES `themes`(`code`) ON UPDATE cascade ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `resource_themes_theme` ON `resource_themes` (`theme`);--> statement-breakpoint
CREATE TABLE `resources` (
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
	`rights` text,
	`csl` text NOT NULL,
	`details` text DEFAULT '{}' NOT NULL,
	`body` text DEFAULT '' NOT NULL,
	`checked` integer DEFAULT false NOT NULL,
	`provenance` text,
	`review_by` text,
	`withdrawn_reason` text,
	`published_at` integer,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`updated_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	CONSTRAINT "resources_kind" CHECK("resources"."kind" in ('article', 'practice', 'reference')),
	CONSTRAINT "resources_status" CHECK("resources"."status" in ('draft', 'published', 'withdrawn')),
	CONSTRAINT "resources_origin" CHECK("resources"."origin" in ('content', 'hub')),
	CONSTRAINT "resources_title" CHECK(length(trim("resources"."title")) between 1 and 500),
	CONSTRAINT "resources_withdrawn" CHECK("resources"."status" <> 'withdrawn' or "resources"."withdrawn_reason" is not null),
	CONSTRAINT "resources_published" CHECK("resources"."status" <> 'published' or "resources"."published_at" is not null)
);
--> statement-breakpoint
CREATE UNIQUE INDEX `resources_slug_unique` ON `resources` (`slug`);--> statement-breakpoint
CREATE INDEX `resources_list` ON `resources` (`status`,`published_at`);--> statement-breakpoint
CREATE INDEX `resources_type` ON `resources` (`status`,`type`);--> statement-breakpoint
CREATE INDEX `resources_year` ON `resources` (`status`,`year`);--> statement-breakpoint
CREATE INDEX `resources_place` ON `resources` (`status`,`place`);--> statement-breakpoint
CREATE TABLE `search_documents` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`kind` text NOT NULL,
	`ref` text NOT NULL,
	`thread_id` integer,
	`url` text NOT NULL,
	`title` text NOT NULL,
	`people` text DEFAULT '' NOT NULL,
	`summary` text DEFAULT '' NOT NULL,
	`body` text DEFAULT '' NOT NULL,
	`type` text NOT NULL,
	`themes` text DEFAULT ' ' NOT NULL,
	`year` integer,
	`place` text,
	`at` integer NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `search_documents_ref` ON `search_documents` (`kind`,`ref`);--> statement-breakpoint
CREATE INDEX `search_documents_thread` ON `search_documents` (`thread_id`);--> statement-breakpoint
CREATE TABLE `sessions` (
	`id` text PRIMARY KEY NOT NULL,
	`member_id` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`browser` text,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE INDEX `sessions_member` ON `sessions` (`member_id`);--> statement-breakpoint
CREATE TABLE `themes` (
	`code` text PRIMARY KEY NOT NULL,
	`label` text NOT NULL,
	`note` text NOT NULL,
	`position` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `thread_themes` (
	`thread_id` integer NOT NULL,
	`theme` text NOT NULL,
	PRIMARY KEY(`thread_id`, `theme`),
	FOREIGN KEY (`thread_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`theme`) REFERENCES `themes`(`code`) ON UPDATE cascade ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `thread_themes_theme` ON `thread_themes` (`theme`);--> statement-breakpoint
CREATE TABLE `threads` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`forum_id` integer,
	`resource_id` text,
	`kind` text DEFAULT 'discussion' NOT NULL,
	`title` text NOT NULL,
	`slug` text NOT NULL,
	`author_id` integer NOT NULL,
	`pinned` integer DEFAULT false NOT NULL,
	`locked_at` integer,
	`locked_reason` text,
	`removed_at` integer,
	`removed_reason` text,
	`removed_by_id` integer,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`last_post_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`last_poster_id` integer NOT NULL,
	`post_count` integer DEFAULT 0 NOT NULL,
	`last_number` integer DEFAULT 0 NOT NULL,
	FOREIGN KEY (`forum_id`) REFERENCES `forums`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`resource_id`) REFERENCES `resources`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`author_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`removed_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`last_poster_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "threads_kind" CHECK("threads"."kind" in ('discussion', 'question', 'announcement')),
	CONSTRAINT "threads_home" CHECK(("threads"."forum_id" is null) <> ("threads"."resource_id" is null)),
	CONSTRAINT "threads_title" CHECK(length(trim("threads"."title")) between 1 and 500),
	CONSTRAINT "threads_removed" CHECK(("threads"."removed_at" is null) = ("threads"."removed_reason" is null))
);
--> statement-breakpoint
CREATE UNIQUE INDEX `threads_resource_id_unique` ON `threads` (`resource_id`);--> statement-breakpoint
CREATE INDEX `threads_forum` ON `threads` (`forum_id`,`pinned`,`last_post_at`);--> statement-breakpoint
CREATE INDEX `threads_lively` ON `threads` (`last_post_at`);--> statement-breakpoint
CREATE INDEX `threads_newest` ON `threads` (`forum_id`,`removed_at`,`last_post_at`,`post_count`);--> statement-breakpoint
CREATE INDEX `threads_removed` ON `threads` (`removed_at`) WHERE removed_at is not null;--> statement-breakpoint
CREATE INDEX `threads_author` ON `threads` (`author_id`);