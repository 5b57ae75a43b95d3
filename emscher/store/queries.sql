-- name: migration_lock
-- Let one migration run at a time on this database.
SELECT pg_advisory_lock(hashtext('emscher migrate'))

-- name: create_migration_table
-- The book of what was applied.
CREATE TABLE IF NOT EXISTS schema_migration (
    number integer PRIMARY KEY,
    name text NOT NULL,
    sha256 text NOT NULL,
    flavour text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)

-- name: applied_migrations
-- What was applied, in order.
SELECT number, name, sha256, flavour FROM schema_migration ORDER BY number

-- name: record_migration
-- Write down one migration in the transaction that applies it.
INSERT INTO schema_migration (number, name, sha256, flavour)
VALUES (%(number)s, %(name)s, %(sha256)s, %(flavour)s)

-- name: schema_exists
-- Whether anything was ever applied.
SELECT to_regclass('public.schema_migration') IS NOT NULL

-- name: timescaledb_offered
-- Whether the server has TimescaleDB loaded, so that the extension can be created.
SELECT EXISTS (SELECT FROM pg_available_extensions WHERE name = 'timescaledb')
   AND current_setting('shared_preload_libraries') LIKE '%%timescaledb%%'

-- name: let_role_log_in
-- Give one of our roles a password.
ALTER ROLE {role} WITH LOGIN PASSWORD {password}

-- name: columns_of
-- A table's columns as the COPY codec needs them.
SELECT a.attname, format_type(a.atttypid, NULL), NOT a.attnotnull
FROM pg_attribute AS a
WHERE a.attrelid = %(table)s::regclass AND a.attnum > 0 AND NOT a.attisdropped
ORDER BY a.attnum
