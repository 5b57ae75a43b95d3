-- The sessions ingest has at the broker, so that none is forgotten with messages in it.

CREATE TABLE ingest_session (
    name text PRIMARY KEY,
    filter text NOT NULL,
    listening_since timestamptz NOT NULL
);
COMMENT ON TABLE ingest_session IS 'Sessions of ingest at the broker; a row is removed when its session is drained and ended';
COMMENT ON COLUMN ingest_session.filter IS 'What the session is subscribed to';

-- Ingest and processing compare the book of migrations with those they know.
GRANT SELECT ON schema_migration TO emscher_writer;
