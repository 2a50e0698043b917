ALTER TABLE `log` ADD `about_id` integer REFERENCES members(id) ON DELETE set null;--> statement-breakpoint
CREATE INDEX `log_about` ON `log` (`about_id`) WHERE about_id is not null;--> statement-breakpoint
-- Of the lines that are there, those that lead nowhere or to somebody else's post, by who decided it or took it back, when and why, where only one decision can be meant; never of what had no name. Other lines are found by what they lead to.
WITH `decided`(`decision_id`, `author_id`) AS MATERIALIZED (
  SELECT d.id, CASE WHEN coalesce(h.nameless, false) THEN NULL ELSE d.author_id END
  FROM decisions d JOIN cases c ON c.id = d.case_id LEFT JOIN decisions f ON f.id = c.decision_id JOIN cases o ON o.id = coalesce(f.case_id, c.id) LEFT JOIN held_posts h ON h.id = o.held_id
  WHERE o.kind IN ('confirmation', 'held')
),
`acted`(`by_id`, `at`, `reason`, `author_id`) AS (
  SELECT d.decider_id, d.at, d.reason, w.author_id FROM decided w JOIN decisions d ON d.id = w.decision_id
  UNION ALL SELECT d.undone_by_id, d.undone_at, '', w.author_id FROM decided w JOIN decisions d ON d.id = w.decision_id WHERE d.undone_at IS NOT NULL
),
-- By whole seconds, which an index finds.
`said`(`by_id`, `second`, `at`, `reason`, `author_id`) AS MATERIALIZED (
  SELECT by_id, at / 1000 + near.column1, at, reason, author_id FROM acted CROSS JOIN (VALUES (-1), (0), (1)) near
),
`meant`(`log_id`, `author_id`) AS MATERIALIZED (
  SELECT l.id, min(said.author_id) FROM log l JOIN said ON said.by_id = l.actor_id AND said.second = l.at / 1000 AND said.at BETWEEN l.at - 1000 AND l.at + 1000 AND instr(l.reason, said.reason) = 1
  WHERE l.act IN ('remove confirmation', 'keep confirmation', 'uphold removal of confirmation', 'overturn removal of confirmation', 'overturn removal of replaced confirmation')
    OR (l.url IS NULL AND l.act IN ('approve post', 'decline post', 'uphold decision', 'overturn decision', 'undo decision'))
  GROUP BY l.id HAVING count(*) = 1
)
UPDATE `log` SET `about_id` = meant.author_id FROM meant WHERE meant.log_id = log.id;
