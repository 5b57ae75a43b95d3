-- name: books
-- What became of the readings of each stream.
SELECT stream, sum(received)::bigint, sum(stored)::bigint, sum(duplicate)::bigint, sum(rejected)::bigint
FROM ingest_account GROUP BY stream ORDER BY stream
