CREATE TABLE `former_standings` (
	`hash` text NOT NULL,
	`kind` text NOT NULL,
	`until` integer NOT NULL,
	PRIMARY KEY(`hash`, `kind`),
	CONSTRAINT "former_standings_kind" CHECK("former_standings"."kind" in ('suspended', 'denied'))
);
