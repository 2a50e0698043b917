CREATE TABLE `former_levels` (
	`hash` text PRIMARY KEY NOT NULL,
	`level` text NOT NULL,
	`until` integer NOT NULL,
	CONSTRAINT "former_levels_level" CHECK("former_levels"."level" in ('new', 'member'))
);
