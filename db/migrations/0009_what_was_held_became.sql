ALTER TABLE `held_posts` ADD `nameless` integer DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE `held_posts` ADD `post_id` integer REFERENCES posts(id) ON DELETE set null;--> statement-breakpoint
CREATE INDEX `held_posts_post` ON `held_posts` (`post_id`);--> statement-breakpoint
-- The address that was kept may lead to the post of somebody else since a merge: what it became has the same words, or was written as it was let through.
UPDATE `held_posts` SET `post_id` = (
  SELECT p.id FROM posts p, (
    SELECT max(d.at) AS at FROM decisions d JOIN cases c ON c.id = d.case_id WHERE (c.held_id = held_posts.id AND d.outcome = 'approve')
      OR (d.outcome = 'overturn' AND c.decision_id IN (SELECT e.id FROM decisions e JOIN cases b ON b.id = e.case_id WHERE b.held_id = held_posts.id))) let
  WHERE p.author_id = held_posts.author_id AND (p.markdown = held_posts.markdown OR p.created_at BETWEEN let.at AND let.at + 10000)
  ORDER BY p.markdown = held_posts.markdown DESC, abs(p.created_at - let.at), p.id LIMIT 1)
WHERE `state` = 'approved' AND `url` IS NOT NULL;--> statement-breakpoint
-- Who writes without a name in a thread did so with what waits there too.
UPDATE `held_posts` SET `nameless` = true WHERE (`kind` = 'thread' AND input ->> '$.nameless' = 1)
  OR EXISTS (SELECT 1 FROM anonymous_posts a WHERE a.post_id = held_posts.post_id)
  OR (`kind` = 'post' AND `post_id` IS NULL AND EXISTS (SELECT 1 FROM anonymous_posts a JOIN posts p ON p.id = a.post_id WHERE a.member_id = held_posts.author_id AND p.thread_id = (
    WITH RECURSIVE way(id) AS (SELECT held_posts.thread_id UNION SELECT f.into_id FROM way JOIN former_threads f ON f.thread_id = way.id) SELECT way.id FROM way WHERE way.id NOT IN (SELECT thread_id FROM former_threads))));--> statement-breakpoint
ALTER TABLE `held_posts` DROP COLUMN `url`;
