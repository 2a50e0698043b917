/**
 * The full-text index over `search_documents`, and the triggers that keep it in step and write down what changed. Idempotent: run after every migration.
 * What is remembered about documents in memory is brought up to date from `search_changes`.
 * What is deleted from it is out of its files when the chores have gone through them (`purgeIndex`). FTS5 can do it at once ('secure-delete'), but takes 30 ms a document
 * where there are 100,000, and where the two ways were mixed, as by earlier versions of the hub, its files go wrong: those are written anew, once. So are those of a hub that
 * kept a trigger of an earlier version (`search_documents_reworded`), which with today's one takes out each changed document twice.
 * Porter stems English; diacritics are folded. It stores no text of its own (external content).
 */
export const searchIndex = `
create virtual table if not exists search_index using fts5(
  title, people, summary, body,
  content = 'search_documents', content_rowid = 'id',
  tokenize = "porter unicode61 remove_diacritics 2", prefix = '2 3'
);
insert into search_index (search_index) select 'rebuild' from search_index_config where k = 'secure-delete' and v = 1;
insert into search_index (search_index) select 'rebuild' from sqlite_master where type = 'trigger' and name = 'search_documents_reworded';
drop trigger if exists search_documents_reworded;
insert into search_index (search_index, rank) select 'secure-delete', 0 from search_index_config where k = 'secure-delete' and v = 1;
create trigger if not exists search_documents_added after insert on search_documents begin
  insert into search_index (rowid, title, people, summary, body) values (new.id, new.title, new.people, new.summary, new.body);
end;
create trigger if not exists search_documents_gone after delete on search_documents begin
  insert into search_index (search_index, rowid, title, people, summary, body) values ('delete', old.id, old.title, old.people, old.summary, old.body);
end;
create trigger if not exists search_documents_changed after update of title, people, summary, body on search_documents
  when old.title <> new.title or old.people <> new.people or old.summary <> new.summary or old.body <> new.body begin
  insert into search_index (search_index, rowid, title, people, summary, body) values ('delete', old.id, old.title, old.people, old.summary, old.body);
  insert into search_index (rowid, title, people, summary, body) values (new.id, new.title, new.people, new.summary, new.body);
end;
create table if not exists search_changes (id integer primary key autoincrement, document_id integer not null);
create trigger if not exists search_documents_noted_new after insert on search_documents begin
  insert into search_changes (document_id) values (new.id);
end;
create trigger if not exists search_documents_noted_gone after delete on search_documents begin
  insert into search_changes (document_id) values (old.id);
end;
create trigger if not exists search_documents_noted after update on search_documents begin
  insert into search_changes (document_id) values (new.id);
end;
`;
