CREATE TABLE `anonymous_posts` (
	`post_id` integer PRIMARY KEY NOT NULL,
	`member_id` integer NOT NULL,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action
);
--> statement-breakpoint
CREATE INDEX `anonymous_posts_member` ON `anonymous_posts` (`member_id`);--> statement-breakpoint
CREATE TABLE `answer_checks` (
	`post_id` integer PRIMARY KEY NOT NULL,
	`asked_at` integer,
	`asked_by_id` integer,
	`confirmed_at` integer,
	`confirmed_by_id` integer,
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`asked_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`confirmed_by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "answer_checks_asked" CHECK(("answer_checks"."asked_at" is null) = ("answer_checks"."asked_by_id" is null)),
	CONSTRAINT "answer_checks_confirmed" CHECK(("answer_checks"."confirmed_at" is null) = ("answer_checks"."confirmed_by_id" is null))
);
--> statement-breakpoint
CREATE TABLE `confirmations` (
	`post_id` integer NOT NULL,
	`member_id` integer NOT NULL,
	`place` text NOT NULL,
	`year` integer NOT NULL,
	`note` text,
	`created_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	PRIMARY KEY(`post_id`, `member_id`),
	FOREIGN KEY (`post_id`) REFERENCES `posts`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade,
	CONSTRAINT "confirmations_place" CHECK(length(trim("confirmations"."place")) between 1 and 80),
	CONSTRAINT "confirmations_note" CHECK("confirmations"."note" is null or length("confirmations"."note") between 1 and 200),
	CONSTRAINT "confirmations_year" CHECK("confirmations"."year" between 2000 and cast(strftime('%Y', "confirmations"."at" / 1000, 'unixepoch') as integer) + 1)
);
--> statement-breakpoint
CREATE TABLE `forum_coordinators` (
	`forum_id` integer NOT NULL,
	`member_id` integer NOT NULL,
	PRIMARY KEY(`forum_id`, `member_id`),
	FOREIGN KEY (`forum_id`) REFERENCES `forums`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`member_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE cascade
);
--> statement-breakpoint
CREATE TABLE `question_turns` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`thread_id` integer NOT NULL,
	`owner_id` integer NOT NULL,
	`at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	`by_id` integer,
	`reason` text,
	FOREIGN KEY (`thread_id`) REFERENCES `threads`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`owner_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	FOREIGN KEY (`by_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE no action,
	CONSTRAINT "question_turns_handed" CHECK(("question_turns"."by_id" is null) = ("question_turns"."reason" is null))
);
--> statement-breakpoint
CREATE INDEX `question_turns_thread` ON `question_turns` (`thread_id`);--> statement-breakpoint
CREATE INDEX `question_turns_owner` ON `question_turns` (`owner_id`,`at`);--> statement-breakpoint
CREATE TABLE `working_calendar` (
	`id` integer PRIMARY KEY NOT NULL,
	`days` text NOT NULL,
	`opens` integer NOT NULL,
	`closes` integer NOT NULL,
	`time_zone` text NOT NULL,
	`holidays` text NOT NULL,
	`changed_at` integer DEFAULT (unixepoch('subsec') * 1000) NOT NULL,
	CONSTRAINT "working_calendar_one" CHECK("working_calendar"."id" = 1),
	CONSTRAINT "working_calendar_days" CHECK(json_array_length("working_calendar"."days") between 1 and 7),
	CONSTRAINT "working_calendar_hours" CHECK("working_calendar"."opens" >= 0 and "working_calendar"."opens" < "working_calendar"."closes" and "working_calendar"."closes" <= 1440)
);
