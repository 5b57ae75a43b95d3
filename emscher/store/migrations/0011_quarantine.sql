-- Quarantine: a way back for what was refused, and an account of what a full quarantine no longer keeps.

ALTER TABLE rejected_message
    ADD COLUMN topic text,
    ADD COLUMN state text NOT NULL DEFAULT 'kept' CHECK (state IN ('kept', 'stored', 'duplicate')),
    ADD COLUMN tries integer NOT NULL DEFAULT 0,
    ADD COLUMN tried_at timestamptz,
    ADD COLUMN last_reason text,
    ADD COLUMN last_detail text,
    ADD COLUMN mended_stream text;
COMMENT ON COLUMN rejected_message.topic IS 'Topic, where stream and sensor key do not say it';
COMMENT ON COLUMN rejected_message.state IS 'kept: still refused; else what became of it when it was re-driven, and its payload is gone';
COMMENT ON COLUMN rejected_message.last_reason IS 'Why the last re-drive refused it; reason stays the first one';
COMMENT ON COLUMN rejected_message.mended_stream IS 'Stream its readings went to when they were re-driven';

ALTER TABLE ingest_account ADD COLUMN mended bigint NOT NULL DEFAULT 0;
COMMENT ON COLUMN ingest_account.mended IS 'Refused before, re-driven since: the line of the worker redrive moves them from rejected to stored or duplicate';

CREATE TABLE rejected_dropped (
    stream text NOT NULL,
    reason text NOT NULL,
    minute timestamptz NOT NULL,
    worker text NOT NULL,
    readings bigint NOT NULL,
    PRIMARY KEY (stream, reason, minute, worker)
);
COMMENT ON TABLE rejected_dropped IS 'Refused readings of which no row is kept, because the quarantine was full; they count as rejected in ingest_account';

CREATE TABLE redrive_request (
    request_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    requested_at timestamptz NOT NULL DEFAULT now(),
    since timestamptz,
    until timestamptz,
    stream text,
    reason text,
    sensor_key text,
    finished_at timestamptz,
    tried bigint,
    stored bigint,
    duplicate bigint,
    refused bigint
);
COMMENT ON TABLE redrive_request IS 'What the API was asked to re-drive; ingest carries it out';
CREATE INDEX redrive_request_waiting ON redrive_request (request_id) WHERE finished_at IS NULL;

-- All that whoever reads internal data may write: a wish, which ingest carries out through every check there is.
GRANT INSERT (since, until, stream, reason, sensor_key) ON redrive_request TO emscher_reader;

INSERT INTO retention VALUES
    ('rejected_dropped', 'minute', '400 days', false, 'as long as the books they explain'),
    ('redrive_request', 'requested_at', '90 days', false, 'as long as what was refused');
