-- Availability: quality of each lane per hour, and from it whether a lane is trusted; approaches rolled up.

CREATE TABLE lane_quality_indicator (
    sensor_id integer NOT NULL,
    window_start timestamptz NOT NULL,
    width_s integer NOT NULL,
    simulated boolean NOT NULL,
    sound_ratio double precision NOT NULL,
    faulty_ratio double precision NOT NULL,
    substituted_ratio double precision NOT NULL,
    missing_ratio double precision NOT NULL,
    valid boolean NOT NULL,
    revision integer NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (sensor_id, window_start)
);
COMMENT ON COLUMN lane_quality_indicator.valid IS 'Whether enough of the hour is sound, by the limit traffic_hour_valid';
SELECT keep_indicators('lane_quality_indicator', '7 days');

SELECT roll_up_buckets('lane_quality_indicator', 'sensor_id', $measures$
    avg(sound_ratio) AS sound_ratio,
    avg(faulty_ratio) AS faulty_ratio,
    avg(substituted_ratio) AS substituted_ratio,
    avg(missing_ratio) AS missing_ratio,
    bool_and(valid) AS valid,
    sum(width_s) AS covered_s
$measures$, ARRAY['1d']);

CREATE TABLE availability_indicator (
    sensor_id integer NOT NULL,
    window_start timestamptz NOT NULL,
    width_s integer NOT NULL,
    simulated boolean NOT NULL,
    failure_ratio double precision,
    hour_count smallint NOT NULL,
    trusted boolean NOT NULL,
    revision integer NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (sensor_id, window_start)
);
COMMENT ON TABLE availability_indicator IS 'What is said of an hour rests on the 24 hours before it began';
COMMENT ON COLUMN availability_indicator.failure_ratio IS
    'Share of the time that was missing or faulty, from the first hour known on; NULL where none is';
SELECT keep_indicators('availability_indicator', '7 days');

INSERT INTO threshold (name, value, unit, valid_from, source, status) VALUES
    ('traffic_hour_valid', 0.75, '1', '2000-01-01', 'City of Berlin, traffic detection', 'verified'),
    ('traffic_failure_limit', 0.3, '1', '2000-01-01',
     'Own rule; table DUA53 loses trust above 15 of 50 minutes, a share of 0.3', 'own'),
    ('traffic_failure_restored', 0.26, '1', '2000-01-01',
     'Own rule; table DUA53 regains it below 13 of 50 minutes, a share of 0.26', 'own');

-- Approaches by the hour and the day: counts are added, ratios weighted by what they are shares of, levels the worst.
SELECT roll_up_buckets('approach_indicator', 'sensor_id, signal_group', $measures$
    sum(cycle_count) AS cycle_count,
    sum(cycle_s * cycle_count) / nullif(sum(cycle_count) FILTER (WHERE cycle_s IS NOT NULL), 0) AS cycle_s,
    sum(green_ratio * coverage_ratio)
        / nullif(sum(coverage_ratio) FILTER (WHERE green_ratio IS NOT NULL), 0) AS green_ratio,
    max(max_out_run_count) AS max_out_run_count,
    sum(arrival_count) AS arrival_count,
    sum(arrivals_on_green_ratio * arrival_count)
        / nullif(sum(arrival_count) FILTER (WHERE arrivals_on_green_ratio IS NOT NULL), 0) AS arrivals_on_green_ratio,
    sum(platoon_ratio * arrival_count)
        / nullif(sum(arrival_count) FILTER (WHERE platoon_ratio IS NOT NULL), 0) AS platoon_ratio,
    sum(approach_delay_s * arrival_count)
        / nullif(sum(arrival_count) FILTER (WHERE approach_delay_s IS NOT NULL), 0) AS approach_delay_s,
    sum(green_occupancy_ratio * cycle_count)
        / nullif(sum(cycle_count) FILTER (WHERE green_occupancy_ratio IS NOT NULL), 0) AS green_occupancy_ratio,
    sum(red_occupancy_ratio * cycle_count)
        / nullif(sum(cycle_count) FILTER (WHERE red_occupancy_ratio IS NOT NULL), 0) AS red_occupancy_ratio,
    sum(split_failure_count) AS split_failure_count,
    sum(green_utilisation_ratio * cycle_count)
        / nullif(sum(cycle_count) FILTER (WHERE green_utilisation_ratio IS NOT NULL), 0) AS green_utilisation_ratio,
    avg(flow_veh_h) AS flow_veh_h,
    avg(capacity_veh_h) AS capacity_veh_h,
    max(saturation_ratio) AS saturation_ratio,
    sum(control_delay_hcm_s * flow_veh_h)
        / nullif(sum(flow_veh_h) FILTER (WHERE control_delay_hcm_s IS NOT NULL), 0) AS control_delay_hcm_s,
    sum(control_delay_hbs_s * flow_veh_h)
        / nullif(sum(flow_veh_h) FILTER (WHERE control_delay_hbs_s IS NOT NULL), 0) AS control_delay_hbs_s,
    max(los) AS los,
    max(qsv) AS qsv,
    sum(amber_actuation_count) AS amber_actuation_count,
    sum(red_actuation_count) AS red_actuation_count,
    sum(severe_red_actuation_count) AS severe_red_actuation_count,
    sum(pedestrian_call_count) AS pedestrian_call_count,
    sum(pedestrian_delay_s * pedestrian_call_count)
        / nullif(sum(pedestrian_call_count) FILTER (WHERE pedestrian_delay_s IS NOT NULL), 0) AS pedestrian_delay_s,
    max(pedestrian_delay_max_s) AS pedestrian_delay_max_s,
    max(pedestrian_qsv) AS pedestrian_qsv,
    max(queue_max_veh) AS queue_max_veh,
    max(queue_storage_ratio) AS queue_storage_ratio,
    sum(coverage_ratio * width_s) AS covered_s
$measures$, ARRAY['1h', '1d']);

GRANT SELECT ON lane_quality_indicator, lane_quality_indicator_1d, availability_indicator,
    approach_indicator_1h, approach_indicator_1d TO emscher_public;
