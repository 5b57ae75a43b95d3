-- What dashboards call things, Green IT per day, and how targets stand: views for whoever reads internal data.

-- A direction as an arrow, which every language reads.
CREATE FUNCTION arrow(bearing_deg double precision) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (ARRAY['↑', '↗', '→', '↘', '↓', '↙', '←', '↖'])[((bearing_deg / 45)::integer % 8 + 8) % 8 + 1];
GRANT EXECUTE ON FUNCTION arrow TO emscher_writer, emscher_reader;

CREATE VIEW sensor_name AS
SELECT sensor.sensor_id, sensor.site_id, sensor.stream, sensor.key,
       coalesce(
           CASE sensor.stream
               WHEN 'traffic' THEN coalesce(
                   arrow(array_position(ARRAY['N', 'NE', 'E', 'SE', 'S', 'SW', 'W', 'NW'], sensor.metadata ->> 'direction') * 45 - 45)
                       || ' ' || coalesce(sensor.metadata ->> 'lane', ''),
                   sensor.metadata ->> 'lane')
               WHEN 'signal' THEN site.name
               WHEN 'energy' THEN coalesce(sensor.metadata ->> 'node', sensor.metadata ->> 'measurement_point')
               WHEN 'workload' THEN (sensor.metadata ->> 'application') || ', ' || (sensor.metadata ->> 'node')
           END,
           sensor.key) AS name,
       site.name AS site_name
FROM sensor JOIN site USING (site_id);
COMMENT ON VIEW sensor_name IS 'Short names of sensors within their site: the direction and lane of a detector, the node of a meter';

CREATE VIEW approach_name AS
SELECT sensor.sensor_id, (approach ->> 'signal_group')::integer AS signal_group, sensor.site_id,
       'SG ' || (approach ->> 'signal_group') || coalesce(' ' || (approach ->> 'key'), '') AS name,
       coalesce((approach ->> 'coordinated')::boolean, false) AS coordinated,
       (SELECT min((detector ->> 'channel')::integer)
        FROM jsonb_array_elements(coalesce(approach -> 'detectors', '[]')) AS detector
        WHERE detector ->> 'function' = 'advance') AS advance_channel,
       (SELECT min((detector ->> 'distance_m')::double precision)
        FROM jsonb_array_elements(coalesce(approach -> 'detectors', '[]')) AS detector
        WHERE detector ->> 'function' = 'advance') AS advance_m,
       coalesce((approach ->> 'free_speed_kmh')::double precision, (site.metadata ->> 'speed_limit_kmh')::double precision)
           AS speed_kmh
FROM site JOIN sensor USING (site_id)
CROSS JOIN LATERAL jsonb_array_elements(coalesce(site.metadata -> 'approaches', '[]')) AS approach
WHERE sensor.stream = 'signal' AND approach ->> 'signal_group' ~ '^\d+$';
COMMENT ON VIEW approach_name IS 'Approaches by controller and signal group, with the detector that a coordination diagram is drawn from';

INSERT INTO threshold (name, value, unit, valid_from, source, status) VALUES
    ('platform_message_energy', 0.373, 'mJ', '2026-11-22',
     'Own measurement (make bench): ingest, processing, API, broker and database at 5 W for a core at work', 'own'),
    ('detector_silent_after', 15, 'min', '2000-01-01', 'Own rule: longer than any interval of a detector here', 'own'),
    ('split_failure_alert', 6, '1', '2000-01-01', 'Own rule: greens of an approach within an hour that did not serve all', 'own');

-- Green IT by site and day of the city: EDC, EIT, PUE, CO2 and REF, each NULL where it is not known well enough.
CREATE VIEW green_it_day AS
WITH point AS (
    SELECT site.site_id, site.key, site.name,
           coalesce(
               site.metadata ->> 'it_measurement_point',
               (SELECT meter.measurement_point FROM meter_public AS meter
                WHERE meter.site_id = site.site_id AND meter.measurement_point IN ('ups_out', 'pdu_out', 'it_input')
                ORDER BY array_position(ARRAY['ups_out', 'pdu_out', 'it_input'], meter.measurement_point) LIMIT 1))
               AS it_point,
           CASE WHEN site.metadata ? 'whole_measurement_points'
                THEN ARRAY(SELECT jsonb_array_elements_text(site.metadata -> 'whole_measurement_points'))
                ELSE ARRAY['utility'] END AS whole_points
    FROM site
    WHERE EXISTS (SELECT FROM sensor WHERE sensor.site_id = site.site_id AND sensor.stream = 'energy'
                  AND sensor.metadata ->> 'measurement_point' <> 'poe')
), metered AS (
    SELECT day.site_id, day.measurement_point, day.window_start, day.simulated,
           CASE WHEN 100 * day.covered_s >= threshold_at('figure_completeness_at_least', day.window_start) * meter.meter_count
                    * extract(epoch FROM least(now(), ((day.window_start AT TIME ZONE 'Europe/Berlin') + interval '1 day')
                        AT TIME ZONE 'Europe/Berlin') - day.window_start)
                THEN day.energy_kwh END AS energy_kwh
    FROM energy_day_public AS day JOIN meter_public AS meter USING (site_id, measurement_point)
), summed AS (
    SELECT point.site_id, point.key, point.name, metered.window_start, bool_or(metered.simulated) AS simulated,
           CASE WHEN count(metered.energy_kwh) FILTER (WHERE metered.measurement_point = ANY (point.whole_points))
                    = cardinality(point.whole_points)
                THEN sum(metered.energy_kwh) FILTER (WHERE metered.measurement_point = ANY (point.whole_points)) END AS edc_kwh,
           sum(metered.energy_kwh) FILTER (WHERE metered.measurement_point = point.it_point) AS eit_kwh
    FROM point JOIN metered USING (site_id)
    GROUP BY point.site_id, point.key, point.name, point.whole_points, metered.window_start
)
SELECT summed.site_id, summed.key, summed.name, summed.window_start, summed.simulated, summed.edc_kwh, summed.eit_kwh,
       summed.edc_kwh / nullif(summed.eit_kwh, 0) AS pue,
       summed.edc_kwh * factor.g_per_kwh / 1000 AS co2_location_kg, factor.year AS factor_year,
       summed.edc_kwh * contract.g_per_kwh / 1000 AS co2_market_kg,
       CASE WHEN contract.proof <> '' THEN contract.renewable_ratio END AS ref_ratio
FROM summed
LEFT JOIN LATERAL (
    -- The factor of the day's year; until it is published the newest before, which factor_year tells.
    SELECT g_per_kwh, year FROM emission_factor
    WHERE energy_source = 'electricity mix Germany' AND NOT upstream_included
      AND year <= extract(year FROM summed.window_start AT TIME ZONE 'Europe/Berlin')
    ORDER BY year DESC, vintage DESC, gas DESC LIMIT 1
) AS factor ON true
LEFT JOIN LATERAL (
    SELECT g_per_kwh, renewable_ratio, proof FROM supply_contract
    WHERE (site_key IS NULL OR site_key = summed.key)
      AND (summed.window_start AT TIME ZONE 'Europe/Berlin')::date >= valid_from
      AND (valid_to IS NULL OR (summed.window_start AT TIME ZONE 'Europe/Berlin')::date <= valid_to)
    ORDER BY site_key IS NULL, valid_from DESC LIMIT 1
) AS contract ON true;
COMMENT ON VIEW green_it_day IS 'For pictures; what an officer signs is computed by the figures of the API and the report';

-- How each target stands: twelve months up to now, or what the days there are would come to, beside the linear path.
CREATE VIEW target_state AS
WITH yearly AS (
    SELECT key AS site_key, count(*) AS days,
           365.0 / count(*) * sum(edc_kwh) AS edc_kwh, 365.0 / count(*) * sum(eit_kwh) AS eit_kwh,
           365.0 / count(*) * sum(co2_location_kg) AS co2_location_kg,
           365.0 / nullif(count(co2_market_kg), 0) * sum(co2_market_kg) AS co2_market_kg,
           365.0 / count(*) * sum(ref_ratio * edc_kwh) AS renewable_kwh
    FROM green_it_day
    WHERE window_start >= now() - interval '1 year' AND edc_kwh IS NOT NULL AND eit_kwh IS NOT NULL
    GROUP BY key
), reached AS (
    SELECT coalesce(site_key, 'city') AS site_key, min(days) AS days, sum(edc_kwh) AS edc_kwh, sum(eit_kwh) AS eit_kwh,
           sum(co2_location_kg) AS co2_location_kg, sum(co2_market_kg) AS co2_market_kg,
           sum(edc_kwh) / nullif(sum(eit_kwh), 0) AS pue, sum(renewable_kwh) / nullif(sum(edc_kwh), 0) AS ref
    FROM yearly GROUP BY GROUPING SETS ((site_key), ())
), valued AS (
    SELECT target.*, reached.days,
           CASE target.indicator
               WHEN 'pue' THEN reached.pue WHEN 'ref' THEN reached.ref
               WHEN 'edc_kwh' THEN reached.edc_kwh WHEN 'eit_kwh' THEN reached.eit_kwh
               WHEN 'co2_location_kg' THEN reached.co2_location_kg WHEN 'co2_market_kg' THEN reached.co2_market_kg
           END AS reached_value,
           target.baseline_value + (target.value - target.baseline_value)
               * least(greatest((current_date - make_date(target.baseline_year, 12, 31))::double precision
                   / (target.due - make_date(target.baseline_year, 12, 31)), 0), 1) AS path_value
    FROM target LEFT JOIN reached USING (site_key)
), judged AS (
    SELECT valued.*,
           100 * CASE WHEN better = 'lower' THEN reached_value - path_value ELSE path_value - reached_value END
               / nullif(abs(path_value), 0) AS off_pct
    FROM valued
)
SELECT judged.*,
       CASE WHEN reached_value IS NULL THEN 0 WHEN off_pct > 5 THEN 3 WHEN off_pct > 0 THEN 2
            WHEN days < 0.98 * 365 THEN 4 ELSE 1 END AS light
FROM judged;
COMMENT ON COLUMN target_state.light IS
    '0 cannot be computed, 1 on the path or better, 2 off by at most 5 %, 3 off by more, 4 on the path so far, not yet twelve months';
