-- no-transaction
-- Published events of a project, and of an object, in their order: what lists of them read.
CREATE INDEX CONCURRENTLY IF NOT EXISTS event_list ON event (project_id, mode, sequence)
    WHERE sequence IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS event_of_object ON event (object, sequence)
    WHERE sequence IS NOT NULL;
