-- The trigger that keeps the full-text index in step is made again after every migration, now for a document of which some words have changed and no other.
DROP TRIGGER IF EXISTS search_documents_changed;
