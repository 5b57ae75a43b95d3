-- Energy with mean powers, what is estimated apart from what is measured, and what went wrong counted beside it.

ALTER TABLE energy_reading ADD COLUMN power_avg_w double precision, ADD COLUMN interval_s integer;
ALTER TABLE energy_latest ADD COLUMN power_avg_w double precision, ADD COLUMN interval_s integer;
COMMENT ON COLUMN energy_reading.interval_s IS 'Length of the interval of power_avg_w, which ends at observed_at';

ALTER TABLE energy_indicator ADD COLUMN estimated_kwh double precision;
ALTER TABLE energy_indicator ADD COLUMN reset_count smallint NOT NULL DEFAULT 0;
ALTER TABLE energy_indicator ADD COLUMN backward_count smallint NOT NULL DEFAULT 0;
ALTER TABLE energy_indicator ADD COLUMN missing_count smallint NOT NULL DEFAULT 0;
COMMENT ON COLUMN energy_indicator.method IS '1 from the counter, 2 from power, 3 from mean power';
COMMENT ON COLUMN energy_indicator.estimated_kwh IS 'From readings that say they are estimated or substituted; not part of energy_kwh';
COMMENT ON COLUMN energy_indicator.reset_count IS 'How often the counter began anew; its energy is then a lower bound';
COMMENT ON COLUMN energy_indicator.backward_count IS 'How often a counter went back that cannot, or wrapped by more than its rated power allows';
COMMENT ON COLUMN energy_indicator.missing_count IS 'How often the meter answered that it has no power reading';
SELECT drop_roll_up('energy_indicator_1h'), drop_roll_up('energy_indicator_1d');
SELECT roll_up_buckets('energy_indicator', 'sensor_id', $measures$
    sum(energy_kwh) AS energy_kwh, sum(estimated_kwh) AS estimated_kwh, sum(coverage_ratio * width_s) AS covered_s,
    sum(reset_count) AS reset_count, sum(backward_count) AS backward_count, sum(missing_count) AS missing_count
$measures$, ARRAY['1h', '1d']);

ALTER TABLE workload_indicator ADD COLUMN idle_kwh double precision;
COMMENT ON COLUMN workload_indicator.idle_kwh IS 'Share of the node''s idle energy by reserved cores; what nobody reserved is not attributed';
SELECT drop_roll_up('workload_indicator_1h'), drop_roll_up('workload_indicator_1d');
SELECT roll_up_buckets('workload_indicator', 'sensor_id', $measures$
    avg(cpu_share_ratio) AS cpu_share_ratio, sum(energy_kwh) AS energy_kwh, sum(idle_kwh) AS idle_kwh,
    sum(coverage_ratio * width_s) AS covered_s
$measures$, ARRAY['1h', '1d']);
