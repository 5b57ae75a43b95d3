-- Congestion index of road sections.

ALTER TABLE section_indicator ADD COLUMN congestion_index_ratio double precision;
COMMENT ON COLUMN section_indicator.congestion_index_ratio IS 'One minus speed over the speed of free flow, not below 0';
