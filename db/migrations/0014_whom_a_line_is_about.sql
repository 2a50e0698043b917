ALTER TABLE `log` ADD `about_id` integer REFERENCES members(id) ON DELETE set null;--> statement-breakpoint
CREATE INDEX `log_about` ON `log` (`about_id`) WHERE about_id is not null;--> statement-breakpoint
-- Of the lines that are there, those that lead nowhere or to somebody else's post, by who decided it or took it back, when and why; never of what had no name. Other lines are found by what they lead to.
WITH `ofSomebody`(`decision_id`) AS MATERIALIZED (
  SELECT d.id FROM decisions d JOIN cases c ON c.id = d.case_id LEFT JOIN decisions f ON f.id = c.decision_id JOIN cases o ON o.id = coalesce(f.case_id, c.id) LEFT JOIN held_posts h ON h.id = o.held_id
  WHERE o.kind = 'confirmation' OR (o.kind = 'held' AND NOT h.nameless)
),
`acted`(`by_id`, `at`, `reason`, `author_id`) AS (
  SELECT decider_id, at, reason, author_id FROM decisions WHERE id IN (SELECT decision_id FROM ofSomebody)
  UNION ALL SELECT undone_by_id, undone_at, '', author_id FROM decisions WHERE id IN (SELECT decision_id FROM ofSomebody) AND undone_at IS NOT NULL
),
-- By whole seconds, which an index finds.
`said`(`by_id`, `second`, `at`, `reason`, `author_id`) AS MATERIALIZED (
  SELECT by_id, at / 1000 + near.column1, at, reason, author_id FROM acted CROSS JOIN (VALUES (-1), (0), (1)) near
)
UPDATE `log` SET `about_id` = said.author_id FROM said
WHERE said.by_id = log.actor_id AND said.second = log.at / 1000 AND said.at BETWEEN log.at - 1000 AND log.at + 1000 AND instr(log.reason, said.reason) = 1
  AND (log.act IN ('remove confirmation', 'keep confirmation', 'uphold removal of confirmation', 'overturn removal of confirmation', 'overturn removal of replaced confirmation')
    OR (log.url IS NULL AND log.act IN ('approve post', 'decline post', 'uphold decision', 'overturn decision', 'undo decision')));
