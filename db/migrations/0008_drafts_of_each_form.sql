DROP INDEX `drafts_place`;--> statement-breakpoint
CREATE INDEX `drafts_place` ON `drafts` (`member_id`,`place`);