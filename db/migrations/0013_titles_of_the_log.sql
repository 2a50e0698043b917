CREATE TABLE `log_titles` (
	`log_id` integer NOT NULL,
	`thread_id` integer,
	`resource_id` text,
	`owner_id` integer,
	`title` text NOT NULL,
	FOREIGN KEY (`log_id`) REFERENCES `log`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`owner_id`) REFERENCES `members`(`id`) ON UPDATE no action ON DELETE set null
);
--> statement-breakpoint
CREATE INDEX `log_titles_owner` ON `log_titles` (`owner_id`) WHERE owner_id is not null;--> statement-breakpoint
CREATE INDEX `log_titles_log` ON `log_titles` (`log_id`);--> statement-breakpoint
CREATE INDEX `log_titles_thread` ON `log_titles` (`thread_id`) WHERE thread_id is not null;--> statement-breakpoint
CREATE INDEX `log_titles_resource` ON `log_titles` (`resource_id`) WHERE resource_id is not null;--> statement-breakpoint
-- Of the lines that are there, as far as it can be known: of what the address leads to, of where a post stood before, of both threads or works of a merge; under what they are called and were.
INSERT INTO `log_titles` (`log_id`, `thread_id`, `resource_id`, `owner_id`, `title`)
WITH `posted`(`log_id`, `post_id`) AS MATERIALIZED (SELECT id, CAST(substr(url, 8) AS integer) FROM log WHERE url LIKE '/posts/%'),
`moved`(`post_id`, `thread_id`) AS MATERIALIZED (
  SELECT CAST(o.value ->> '$.id' AS integer), side.value FROM thread_acts a CROSS JOIN json_each(a.undo, '$.posts') o CROSS JOIN json_each(json_array(a.thread_id, a.other_id)) side WHERE a.other_id IS NOT NULL
),
`about`(`log_id`, `thread_id`) AS MATERIALIZED (
  SELECT id, CAST(substr(url, 9 + instr(substr(url, 9), '/')) AS integer) FROM log WHERE url LIKE '/forums/%/%'
  UNION SELECT l.log_id, p.thread_id FROM posted l JOIN posts p ON p.id = l.post_id
  UNION SELECT l.log_id, m.thread_id FROM posted l JOIN moved m ON m.post_id = l.post_id
  UNION SELECT l.id, a.thread_id FROM log l JOIN thread_acts a ON a.other_id = CAST(substr(l.url, 9 + instr(substr(l.url, 9), '/')) AS integer) WHERE l.act IN ('merge threads', 'split thread') AND l.url LIKE '/forums/%/%'
),
`works`(`log_id`, `resource_id`) AS MATERIALIZED (
  SELECT b.log_id, t.resource_id FROM about b JOIN threads t ON t.id = b.thread_id WHERE t.resource_id IS NOT NULL
  UNION SELECT l.id, r.id FROM (SELECT r.id, page.column1 || r.slug || page.column2 AS url FROM (SELECT id, slug FROM resources UNION SELECT resource_id, slug FROM former_slugs) r
    CROSS JOIN (VALUES ('/library/', ''), ('/desk/resources/', ''), ('/desk/resources/', '/files')) page) r JOIN log l ON l.url = r.url
),
`called`(`thread_id`, `resource_id`, `title`) AS MATERIALIZED (
  SELECT id, resource_id, title FROM threads
  UNION SELECT thread_id, NULL, title FROM hidden_titles
  UNION SELECT thread_id, NULL, undo ->> '$.before.title' FROM thread_acts WHERE undo ->> '$.before.title' IS NOT NULL
  UNION SELECT thread_id, NULL, undo ->> '$.after.title' FROM thread_acts WHERE undo ->> '$.after.title' IS NOT NULL
  UNION SELECT NULL, id, title FROM resources
  UNION SELECT NULL, resource_id, fields ->> '$.title' FROM resource_versions WHERE fields ->> '$.title' IS NOT NULL
)
SELECT DISTINCT l.id, c.thread_id, c.resource_id, NULL, c.title FROM (
  SELECT b.log_id, c.* FROM about b JOIN called c ON c.thread_id = b.thread_id
  UNION SELECT w.log_id, c.* FROM (SELECT log_id, resource_id FROM works UNION SELECT w.log_id, m.merged_id FROM works w JOIN merges m ON m.kept_id = w.resource_id) w JOIN called c ON c.resource_id = w.resource_id
) c JOIN log l ON l.id = c.log_id
WHERE l.object = c.title OR instr(l.object, c.title || ': ') = 1 OR instr(l.object, '“' || c.title || '”') > 0
UNION ALL SELECT l.id, NULL, NULL, c.owner_id, c.title FROM log l JOIN collections c ON c.id = CAST(substr(l.url, 14) AS integer) WHERE l.url LIKE '/collections/%' AND l.object = c.title;
