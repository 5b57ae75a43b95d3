-- name: received
-- How many readings were ever received.
SELECT coalesce(sum(received), 0)::bigint FROM ingest_account
