-- Forecast of flow with its error, incidents between cross-sections, and the occupancy of cross-sections they rest on.

ALTER TABLE cross_section_indicator ADD COLUMN occupancy_pct double precision;
COMMENT ON COLUMN cross_section_indicator.occupancy_pct IS 'Mean of the lanes that report one';

CREATE TABLE forecast_indicator (
    site_id integer NOT NULL,
    bearing_deg smallint NOT NULL,
    window_start timestamptz NOT NULL,
    width_s integer NOT NULL,
    simulated boolean NOT NULL,
    flow_veh_h double precision,
    usual_veh_h double precision,
    forecast_5min_veh_h double precision,
    forecast_15min_veh_h double precision,
    forecast_30min_veh_h double precision,
    forecast_60min_veh_h double precision,
    error_5min_veh_h double precision,
    error_15min_veh_h double precision,
    error_30min_veh_h double precision,
    error_60min_veh_h double precision,
    anomaly_score double precision,
    basis smallint NOT NULL,
    history_week_count smallint NOT NULL,
    revision integer NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (site_id, bearing_deg, window_start)
);
COMMENT ON COLUMN forecast_indicator.simulated IS 'Whether anything it rests on is simulated, history too';
COMMENT ON COLUMN forecast_indicator.forecast_5min_veh_h IS
    'Made at the end of this step for the step that begins then; the others for 3, 6 and 12 steps after this one';
COMMENT ON COLUMN forecast_indicator.error_5min_veh_h IS
    'Absolute error, in this step, of what was forecast for it 5 minutes before; its mean is the mean absolute error';
COMMENT ON COLUMN forecast_indicator.basis IS
    'What the weakest of the four forecasts rests on: 0 nothing, 1 smoothed level, 2 history';
SELECT keep_indicators('forecast_indicator', '7 days');

SELECT roll_up_buckets('forecast_indicator', 'site_id, bearing_deg', $measures$
    avg(flow_veh_h) AS flow_veh_h,
    avg(usual_veh_h) AS usual_veh_h,
    avg(error_5min_veh_h) AS error_5min_veh_h,
    avg(error_15min_veh_h) AS error_15min_veh_h,
    avg(error_30min_veh_h) AS error_30min_veh_h,
    avg(error_60min_veh_h) AS error_60min_veh_h,
    sum(width_s) FILTER (WHERE flow_veh_h IS NOT NULL) AS covered_s
$measures$, ARRAY['1h', '1d']);

CREATE TABLE incident_indicator (
    site_id integer NOT NULL,
    section smallint NOT NULL,
    part smallint NOT NULL,
    window_start timestamptz NOT NULL,
    width_s integer NOT NULL,
    simulated boolean NOT NULL,
    upstream_occupancy_pct double precision,
    downstream_occupancy_pct double precision,
    state_california_7 smallint,
    state_california_8 smallint,
    reason smallint NOT NULL,
    revision integer NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (site_id, section, part, window_start)
);
COMMENT ON COLUMN incident_indicator.part IS
    'Number of the part upstream in its section, from 1; the next one is downstream';
COMMENT ON COLUMN incident_indicator.state_california_7 IS
    '0 free, 6 tentative, 7 confirmed, 8 continuing; #8 also 1 to 5, minutes since a wave passed downstream';
COMMENT ON COLUMN incident_indicator.reason IS
    'Why there is no state: 0 there is one, 1 no occupancy upstream, 2 none downstream, 3 the configuration is wrong';
SELECT keep_indicators('incident_indicator', '7 days');

INSERT INTO threshold (name, value, unit, valid_from, source, status) VALUES
    ('traffic_forecast_weight', 0.2, '1', '2000-01-01',
     'Weight of the newest deviation, cross-validated on one PeMS lane; not checked on German streets', 'unverified'),
    ('traffic_anomaly_spread', 60, 'veh/h', '2000-01-01',
     'Own rule: five vehicles in five minutes are within chance', 'own'),
    ('traffic_incident_difference', 8, '%', '2000-01-01', 'Organic Traffic Control, default', 'unverified'),
    ('traffic_incident_difference_ratio', 0.5, '1', '2000-01-01', 'Organic Traffic Control, default', 'unverified'),
    ('traffic_incident_downstream', 30, '%', '2000-01-01', 'Organic Traffic Control, default', 'unverified'),
    ('traffic_incident_wave', 30, '%', '2000-01-01', 'Organic Traffic Control, default', 'unverified'),
    ('traffic_incident_wave_ratio', -0.4, '1', '2000-01-01', 'Organic Traffic Control, default', 'unverified');

GRANT SELECT ON incident_indicator, forecast_indicator, forecast_indicator_1h, forecast_indicator_1d TO emscher_public;
