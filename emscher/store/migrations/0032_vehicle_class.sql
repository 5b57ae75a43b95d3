-- Vehicle classes: counts of the 8+1 classes of TLS in readings, and flows by class and hour.

ALTER TABLE traffic_reading
    ADD COLUMN motorcycle_count integer,
    ADD COLUMN passenger_car_count integer,
    ADD COLUMN van_count integer,
    ADD COLUMN car_trailer_count integer,
    ADD COLUMN truck_count integer,
    ADD COLUMN truck_trailer_count integer,
    ADD COLUMN articulated_count integer,
    ADD COLUMN bus_count integer,
    ADD COLUMN unclassified_count integer;

ALTER TABLE traffic_latest
    ADD COLUMN motorcycle_count integer,
    ADD COLUMN passenger_car_count integer,
    ADD COLUMN van_count integer,
    ADD COLUMN car_trailer_count integer,
    ADD COLUMN truck_count integer,
    ADD COLUMN truck_trailer_count integer,
    ADD COLUMN articulated_count integer,
    ADD COLUMN bus_count integer,
    ADD COLUMN unclassified_count integer;

CREATE TABLE vehicle_class_indicator (
    sensor_id integer NOT NULL,
    window_start timestamptz NOT NULL,
    width_s integer NOT NULL,
    simulated boolean NOT NULL,
    motorcycle_veh_h double precision,
    passenger_car_veh_h double precision,
    van_veh_h double precision,
    car_trailer_veh_h double precision,
    truck_veh_h double precision,
    truck_trailer_veh_h double precision,
    articulated_veh_h double precision,
    bus_veh_h double precision,
    unclassified_veh_h double precision,
    light_veh_h double precision,
    heavy_veh_h double precision,
    heavy_share_pct double precision,
    unclassified_share_pct double precision,
    coverage_ratio double precision NOT NULL,
    revision integer NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (sensor_id, window_start)
);
COMMENT ON COLUMN vehicle_class_indicator.light_veh_h IS 'Motorcycles, passenger cars and vans (Pkw-ähnlich)';
COMMENT ON COLUMN vehicle_class_indicator.heavy_veh_h IS
    'Trucks, articulated trucks, buses, and whatever has a trailer (Lkw-ähnlich)';
COMMENT ON COLUMN vehicle_class_indicator.coverage_ratio IS 'Share of the time whose intervals have every class';
SELECT keep_indicators('vehicle_class_indicator', '7 days');

SELECT roll_up_buckets('vehicle_class_indicator', 'sensor_id', $measures$
    sum(motorcycle_veh_h * width_s) / sum(width_s) FILTER (WHERE motorcycle_veh_h IS NOT NULL) AS motorcycle_veh_h,
    sum(passenger_car_veh_h * width_s)
        / sum(width_s) FILTER (WHERE passenger_car_veh_h IS NOT NULL) AS passenger_car_veh_h,
    sum(van_veh_h * width_s) / sum(width_s) FILTER (WHERE van_veh_h IS NOT NULL) AS van_veh_h,
    sum(car_trailer_veh_h * width_s) / sum(width_s) FILTER (WHERE car_trailer_veh_h IS NOT NULL) AS car_trailer_veh_h,
    sum(truck_veh_h * width_s) / sum(width_s) FILTER (WHERE truck_veh_h IS NOT NULL) AS truck_veh_h,
    sum(truck_trailer_veh_h * width_s)
        / sum(width_s) FILTER (WHERE truck_trailer_veh_h IS NOT NULL) AS truck_trailer_veh_h,
    sum(articulated_veh_h * width_s) / sum(width_s) FILTER (WHERE articulated_veh_h IS NOT NULL) AS articulated_veh_h,
    sum(bus_veh_h * width_s) / sum(width_s) FILTER (WHERE bus_veh_h IS NOT NULL) AS bus_veh_h,
    sum(unclassified_veh_h * width_s)
        / sum(width_s) FILTER (WHERE unclassified_veh_h IS NOT NULL) AS unclassified_veh_h,
    sum(light_veh_h * width_s) / sum(width_s) FILTER (WHERE light_veh_h IS NOT NULL) AS light_veh_h,
    sum(heavy_veh_h * width_s) / sum(width_s) FILTER (WHERE heavy_veh_h IS NOT NULL) AS heavy_veh_h,
    100 * sum(heavy_veh_h * width_s) FILTER (WHERE heavy_share_pct IS NOT NULL)
        / nullif(sum((light_veh_h + heavy_veh_h) * width_s) FILTER (WHERE heavy_share_pct IS NOT NULL), 0)
        AS heavy_share_pct,
    100 * sum(unclassified_veh_h * width_s) FILTER (WHERE unclassified_share_pct IS NOT NULL)
        / nullif(sum((light_veh_h + heavy_veh_h + unclassified_veh_h) * width_s)
            FILTER (WHERE unclassified_share_pct IS NOT NULL), 0) AS unclassified_share_pct,
    sum(coverage_ratio * width_s) AS covered_s
$measures$, ARRAY['1d']);

GRANT SELECT ON vehicle_class_indicator, vehicle_class_indicator_1d TO emscher_public;
