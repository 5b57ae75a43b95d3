-- name: any_indicator
-- Whether anything was computed.
SELECT EXISTS (SELECT FROM traffic_indicator)

-- name: newest_reading
-- When the last reading of a lane was taken.
SELECT max(observed_at) FROM traffic_latest

-- name: readings_received
-- How many readings ingest has taken, whatever became of them.
SELECT coalesce(sum(received), 0)::bigint FROM ingest_account

-- name: last_due
-- The end of the queue of due windows.
SELECT coalesce(max(due_id), 0) FROM due_window

-- name: still_due
-- How many windows up to there still wait.
SELECT count(*) FROM due_window WHERE due_id <= %(last)s
