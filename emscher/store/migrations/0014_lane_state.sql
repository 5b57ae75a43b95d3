-- Lanes checked, substituted, smoothed and graded; cross-sections likewise, with roll-ups; their limits by type of lane.

CREATE TABLE lane_state_indicator (
    sensor_id integer NOT NULL,
    window_start timestamptz NOT NULL,
    width_s integer NOT NULL,
    simulated boolean NOT NULL,
    flow_veh_h real,
    flow_status smallint NOT NULL,
    speed_kmh real,
    speed_status smallint NOT NULL,
    speed_method smallint NOT NULL,
    occupancy_pct real,
    density_veh_km real,
    quality_ratio real,
    speed_quality_ratio real,
    substitution smallint NOT NULL,
    fault_bits smallint NOT NULL,
    flow_smoothed_veh_h real,
    speed_smoothed_kmh real,
    flow_forecast_veh_h real,
    speed_forecast_kmh real,
    state_marz smallint NOT NULL,
    state_nrw smallint NOT NULL,
    state_rds smallint NOT NULL,
    state_datex smallint NOT NULL,
    revision integer NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (sensor_id, window_start)
);
COMMENT ON COLUMN lane_state_indicator.flow_status IS '0 reported, 1 not determinable, 2 faulty, 3 one of the two';
COMMENT ON COLUMN lane_state_indicator.speed_method IS '0 none, 1 measured, 2 from flow and occupancy';
COMMENT ON COLUMN lane_state_indicator.substitution IS '0 none, 1 another lane''s values, 2 the last values held';
COMMENT ON COLUMN lane_state_indicator.fault_bits IS
    'Sum of 1 the device says faulty, 2 rules B7 to B12, 4 rule B14, 8 rules B15 to B22, 16 the same for too long';
COMMENT ON COLUMN lane_state_indicator.state_nrw IS '1 no statement, 2 free, 3 lively, 4 dense, 5 slow, 6 jam';
COMMENT ON COLUMN lane_state_indicator.state_datex IS '0 unknown, 1 free, 2 heavy, 3 slow, 4 queuing, 5 stationary';
SELECT keep_indicators('lane_state_indicator', '7 days');

SELECT roll_up_buckets('lane_state_indicator', 'sensor_id', $measures$
    sum(flow_veh_h::double precision * width_s) / sum(width_s) FILTER (WHERE flow_veh_h IS NOT NULL) AS flow_veh_h,
    sum(speed_kmh::double precision * flow_veh_h * width_s)
        / nullif(sum(flow_veh_h::double precision * width_s) FILTER (WHERE speed_kmh IS NOT NULL), 0) AS speed_kmh,
    sum(occupancy_pct::double precision * width_s) / sum(width_s) FILTER (WHERE occupancy_pct IS NOT NULL)
        AS occupancy_pct,
    sum(density_veh_km::double precision * width_s) / sum(width_s) FILTER (WHERE density_veh_km IS NOT NULL)
        AS density_veh_km,
    sum(quality_ratio::double precision * width_s) / sum(width_s) AS quality_ratio,
    sum(speed_quality_ratio::double precision * width_s) / sum(width_s) AS speed_quality_ratio,
    max(state_marz) AS state_marz, max(state_nrw) AS state_nrw, max(state_rds) AS state_rds,
    max(state_datex) AS state_datex,
    sum(width_s) FILTER (WHERE flow_veh_h IS NOT NULL) AS covered_s,
    sum(width_s) FILTER (WHERE substitution > 0) AS substituted_s,
    sum(width_s) FILTER (WHERE fault_bits > 0) AS faulty_s
$measures$, ARRAY['15min', '1h', '1d']);

ALTER TABLE cross_section_indicator
    ADD COLUMN space_mean_speed_kmh double precision,
    ADD COLUMN pcu_density_pcu_km double precision,
    ADD COLUMN flow_smoothed_veh_h double precision,
    ADD COLUMN speed_smoothed_kmh double precision,
    ADD COLUMN flow_forecast_veh_h double precision,
    ADD COLUMN speed_forecast_kmh double precision,
    ADD COLUMN interpolated boolean NOT NULL DEFAULT false,
    ADD COLUMN state_marz smallint NOT NULL DEFAULT 1,
    ADD COLUMN state_nrw smallint NOT NULL DEFAULT 1,
    ADD COLUMN state_rds smallint NOT NULL DEFAULT 1,
    ADD COLUMN state_datex smallint NOT NULL DEFAULT 0;
COMMENT ON COLUMN cross_section_indicator.interpolated IS 'Whether a substitute took part in the flow, or a part of it is missing';

SELECT roll_up_buckets('cross_section_indicator', 'site_id, bearing_deg', $measures$
    sum(flow_veh_h * width_s) / sum(width_s) FILTER (WHERE flow_veh_h IS NOT NULL) AS flow_veh_h,
    sum(heavy_share_pct * flow_veh_h * width_s)
        / nullif(sum(flow_veh_h * width_s) FILTER (WHERE heavy_share_pct IS NOT NULL), 0) AS heavy_share_pct,
    sum(speed_kmh * flow_veh_h * width_s)
        / nullif(sum(flow_veh_h * width_s) FILTER (WHERE speed_kmh IS NOT NULL), 0) AS speed_kmh,
    sum(flow_veh_h * width_s) FILTER (WHERE space_mean_speed_kmh > 0)
        / nullif(sum(flow_veh_h * width_s / nullif(space_mean_speed_kmh, 0)), 0) AS space_mean_speed_kmh,
    sum(density_veh_km * width_s) / sum(width_s) FILTER (WHERE density_veh_km IS NOT NULL) AS density_veh_km,
    sum(pcu_flow_pcu_h * width_s) / sum(width_s) FILTER (WHERE pcu_flow_pcu_h IS NOT NULL) AS pcu_flow_pcu_h,
    sum(pcu_density_pcu_km * width_s) / sum(width_s) FILTER (WHERE pcu_density_pcu_km IS NOT NULL)
        AS pcu_density_pcu_km,
    sum(quality_ratio * width_s) / sum(width_s) AS quality_ratio,
    max(lane_count) AS lane_count,
    max(state_marz) AS state_marz, max(state_nrw) AS state_nrw, max(state_rds) AS state_rds,
    max(state_datex) AS state_datex,
    sum(width_s) FILTER (WHERE flow_veh_h IS NOT NULL) AS covered_s
$measures$, ARRAY['15min', '1h', '1d']);

INSERT INTO threshold (name, scope, value, unit, valid_from, source, status) VALUES
    ('traffic_flow_max', '', 3000, 'veh/h', '2000-01-01', 'Own rule: one lane passes no vehicle every 1.2 s for a minute', 'own'),
    ('traffic_heavy_flow_max', '', 1800, 'veh/h', '2000-01-01', 'Own rule: one lane passes no heavy vehicle every 2 s', 'own'),
    ('traffic_speed_max', '', 250, 'km/h', '2000-01-01', 'Own rule', 'own'),
    ('traffic_car_speed_max', '', 250, 'km/h', '2000-01-01', 'Own rule', 'own'),
    ('traffic_heavy_speed_max', '', 130, 'km/h', '2000-01-01', 'Own rule', 'own'),
    ('traffic_speed_max', 'main', 130, 'km/h', '2000-01-01', 'Own rule: streets of 50 km/h', 'own'),
    ('traffic_car_speed_max', 'main', 130, 'km/h', '2000-01-01', 'Own rule: streets of 50 km/h', 'own'),
    ('traffic_heavy_speed_max', 'main', 100, 'km/h', '2000-01-01', 'Own rule: streets of 50 km/h', 'own'),
    ('traffic_speed_max', 'side', 110, 'km/h', '2000-01-01', 'Own rule: side streets', 'own'),
    ('traffic_car_speed_max', 'side', 110, 'km/h', '2000-01-01', 'Own rule: side streets', 'own'),
    ('traffic_heavy_speed_max', 'side', 90, 'km/h', '2000-01-01', 'Own rule: side streets', 'own'),
    ('traffic_occupancy_max', '', 100, '%', '2000-01-01', 'Definition of occupancy', 'own'),
    ('traffic_occupied_speed', '', 100, 'km/h', '2000-01-01', 'Table DUA14, parameter of its test', 'unverified'),
    ('traffic_occupied_occupancy', '', 80, '%', '2000-01-01', 'Table DUA14, parameter of its test', 'unverified'),
    ('traffic_constant_count', '', 15, '1', '2000-01-01',
     'Own rule; table DUA51 tests with 6, but small counts repeat by chance', 'own'),
    ('traffic_constant_count_from', '', 3, 'veh', '2000-01-01', 'Own rule: fewer vehicles may repeat for ever', 'own'),
    ('traffic_constant_speed', '', 10, '1', '2000-01-01', 'Own rule; table DUA51 tests with 4', 'own'),
    ('traffic_constant_speed_from', '', 1, 'km/h', '2000-01-01', 'Table DUA51', 'unverified'),
    ('traffic_constant_speed_deviation', '', 10, '1', '2000-01-01', 'Own rule; table DUA51 tests with 7', 'own'),
    ('traffic_constant_speed_deviation_from', '', 1, 'km/h', '2000-01-01', 'Table DUA51', 'unverified'),
    ('traffic_constant_occupancy', '', 10, '1', '2000-01-01', 'Own rule; table DUA51 tests with 4', 'own'),
    ('traffic_constant_occupancy_from', '', 3, '%', '2000-01-01', 'Table DUA51', 'unverified'),
    ('traffic_substitution_longest', '', 5, 'min', '2000-01-01', 'Table DUA20.22', 'unverified'),
    ('traffic_substitution_lane_quality', '', 0.95, '1', '2000-01-01', 'Table DUA20.22', 'unverified'),
    ('traffic_substitution_held_quality', '', 0.9, '1', '2000-01-01', 'Table DUA20.22', 'unverified'),
    ('traffic_smoothing_level_falling', '', 0.21, '1', '2000-01-01', 'Table DUA36.37, alpha 1 of "normal"', 'unverified'),
    ('traffic_smoothing_level_rising', '', 0.25, '1', '2000-01-01', 'Table DUA36.37, alpha 2 of "normal"', 'unverified'),
    ('traffic_smoothing_trend_falling', '', 0.22, '1', '2000-01-01', 'Table DUA36.37, beta 1 of "normal"', 'unverified'),
    ('traffic_smoothing_trend_rising', '', 0.24, '1', '2000-01-01', 'Table DUA36.37, beta 2 of "normal"', 'unverified'),
    ('traffic_effective_length', '', 6.5, 'm', '2000-01-01',
     'Mean effective length over a loop, 6 to 7.5 m in the literature; calibrate per lane', 'unverified'),
    ('traffic_datex_stationary', '', 0.10, '1', '2000-01-01', 'DATEX II v3, TrafficStatusEnum', 'verified'),
    ('traffic_datex_queuing', '', 0.25, '1', '2000-01-01', 'DATEX II v3, TrafficStatusEnum', 'verified'),
    ('traffic_datex_slow', '', 0.75, '1', '2000-01-01', 'DATEX II v3, TrafficStatusEnum', 'verified'),
    ('traffic_datex_heavy', '', 0.90, '1', '2000-01-01', 'Own rule: the source does not say where heavy ends', 'own'),
    ('traffic_state_slow_speed', 'motorway', 71, 'km/h', '2000-01-01', 'Table DUAStNRWFs, parameter v1', 'unverified'),
    ('traffic_state_free_speed', 'motorway', 97, 'km/h', '2000-01-01', 'Table DUAStNRWFs, parameter v2', 'unverified'),
    ('traffic_state_lively_density', 'motorway', 5, 'veh/km', '2000-01-01', 'Table DUAStNRWFs, parameter k1', 'unverified'),
    ('traffic_state_dense_density', 'motorway', 15, 'veh/km', '2000-01-01', 'Table DUAStNRWFs, parameter k2', 'unverified'),
    ('traffic_state_jam_density', 'motorway', 25, 'veh/km', '2000-01-01', 'Table DUAStNRWFs, parameter k3', 'unverified'),
    ('traffic_state_slow_density', 'motorway', 10, 'veh/km', '2000-01-01', 'Table DUAStNRWFs, parameter kT', 'unverified'),
    ('traffic_state_slow_margin', 'motorway', 7, 'km/h', '2000-01-01', 'Table DUAStRDS', 'unverified'),
    ('traffic_state_jam_margin', 'motorway', 7, 'km/h', '2000-01-01', 'Table DUAStRDS', 'unverified'),
    ('traffic_state_slow_speed', '', 15, 'km/h', '2000-01-01', 'Own rule for streets of 50 km/h, to be calibrated', 'own'),
    ('traffic_state_free_speed', '', 30, 'km/h', '2000-01-01', 'Own rule for streets of 50 km/h, to be calibrated', 'own'),
    ('traffic_state_lively_density', '', 8, 'veh/km', '2000-01-01', 'Own rule for streets of 50 km/h, to be calibrated', 'own'),
    ('traffic_state_dense_density', '', 20, 'veh/km', '2000-01-01', 'Own rule for streets of 50 km/h, to be calibrated', 'own'),
    ('traffic_state_jam_density', '', 40, 'veh/km', '2000-01-01', 'Own rule for streets of 50 km/h, to be calibrated', 'own'),
    ('traffic_state_slow_density', '', 15, 'veh/km', '2000-01-01', 'Own rule for streets of 50 km/h, to be calibrated', 'own'),
    ('traffic_state_slow_margin', '', 3, 'km/h', '2000-01-01', 'Own rule for streets of 50 km/h, to be calibrated', 'own'),
    ('traffic_state_jam_margin', '', 3, 'km/h', '2000-01-01', 'Own rule for streets of 50 km/h, to be calibrated', 'own');

GRANT SELECT ON lane_state_indicator, lane_state_indicator_15min, lane_state_indicator_1h, lane_state_indicator_1d,
    cross_section_indicator_15min, cross_section_indicator_1h, cross_section_indicator_1d TO emscher_public;
