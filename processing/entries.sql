-- name: site_keys
-- Keys that an entry may name.
SELECT key FROM site

-- name: clear_contracts
-- Take all contracts away; frozen reports have their own copy.
DELETE FROM supply_contract

-- name: add_contract
-- Write a contract.
INSERT INTO supply_contract (site_key, supplier, product, valid_from, valid_to, g_per_kwh, gas, renewable_ratio, proof,
                             source)
VALUES (%(site)s, %(supplier)s, %(product)s, %(valid_from)s, %(valid_to)s, %(g_per_kwh)s, %(gas)s, %(renewable_ratio)s,
        %(proof)s, %(source)s)

-- name: clear_quantities
-- Take all entered quantities away; frozen reports have their own copy.
DELETE FROM site_quantity

-- name: add_quantity
-- Write a quantity.
INSERT INTO site_quantity (site_key, name, first_day, last_day, value, unit, source)
VALUES (%(site)s, %(name)s, %(first_day)s, %(last_day)s, %(value)s, %(unit)s, %(source)s)

-- name: known_factor
-- Value of the factor of this key, where there is one.
SELECT g_per_kwh FROM emission_factor
WHERE energy_source = %(energy_source)s AND year = %(year)s AND vintage = %(vintage)s AND gas = %(gas)s

-- name: add_factor
-- Write a factor that is not there yet; none is ever changed.
INSERT INTO emission_factor (energy_source, year, vintage, g_per_kwh, gas, upstream_included, status, source)
VALUES (%(energy_source)s, %(year)s, %(vintage)s, %(g_per_kwh)s, %(gas)s, %(upstream_included)s, %(status)s, %(source)s)
ON CONFLICT DO NOTHING

-- name: add_intensity
-- Write the grid's intensity, the newer word in place of the older.
INSERT INTO grid_intensity (grid, begin_at, width_s, g_per_kwh, source)
SELECT %(grid)s, given.begin_at, %(width_s)s, given.g_per_kwh, %(source)s
FROM unnest(%(begin_at)s::timestamptz[], %(g_per_kwh)s::double precision[]) AS given (begin_at, g_per_kwh)
ON CONFLICT (grid, begin_at) DO UPDATE
SET width_s = excluded.width_s, g_per_kwh = excluded.g_per_kwh, source = excluded.source
