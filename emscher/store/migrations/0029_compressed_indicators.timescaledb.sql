-- Indicators are compressed when little late is to be expected any more; what comes late all the same is still written.

CREATE FUNCTION compress_indicators(kept regclass, keys text, after interval) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'ALTER TABLE %s SET (timescaledb.enable_columnstore, timescaledb.segmentby = %L, timescaledb.orderby = %L)',
        kept, keys, 'window_start');
    CALL add_columnstore_policy(kept, after => after);
END
$$;

-- The forecast reads four weeks back, row by row in short spans: its table of cross-sections waits for longer.
SELECT compress_indicators('traffic_indicator', 'sensor_id', interval '14 days');
SELECT compress_indicators('lane_state_indicator', 'sensor_id', interval '14 days');
SELECT compress_indicators('cross_section_indicator', 'site_id, bearing_deg', interval '35 days');
SELECT compress_indicators('virtual_section_indicator', 'site_id, section', interval '14 days');
SELECT compress_indicators('forecast_indicator', 'site_id, bearing_deg', interval '14 days');
SELECT compress_indicators('approach_indicator', 'sensor_id, signal_group', interval '14 days');
SELECT compress_indicators('signal_indicator', 'sensor_id, signal_group', interval '14 days');
