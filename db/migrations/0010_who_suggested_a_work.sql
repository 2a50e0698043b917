-- The name of who suggested a work stood in the record and stayed when they left. Who it was is known by submitted_by_id, as long as they are here.
UPDATE `resources` SET `provenance` = 'Suggested by a member' WHERE `origin` = 'hub' AND `import_id` IS NULL AND `provenance` LIKE 'Suggested by %';
