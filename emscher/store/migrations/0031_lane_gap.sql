-- What detectors say of gaps and of the spread of speeds, by the hour.

ALTER TABLE lane_quality_indicator
    ADD COLUMN gap_s double precision,
    ADD COLUMN speed_std_kmh double precision;
COMMENT ON COLUMN lane_quality_indicator.gap_s IS 'Net time gap, mean by vehicles; NULL where the detector says none';
