-- Approaches: what detectors and signals together tell of each configured signal group, per quarter hour.

CREATE TABLE approach_indicator (
    sensor_id integer NOT NULL,
    signal_group integer NOT NULL,
    window_start timestamptz NOT NULL,
    width_s integer NOT NULL,
    simulated boolean NOT NULL,
    coverage_ratio double precision NOT NULL,
    cycle_count integer NOT NULL,
    cycle_s double precision,
    green_ratio double precision,
    max_out_run_count integer,
    arrival_count integer,
    arrivals_on_green_ratio double precision,
    platoon_ratio double precision,
    approach_delay_s double precision,
    arrival_quality_ratio double precision,
    arrival_reason smallint NOT NULL,
    green_occupancy_ratio double precision,
    red_occupancy_ratio double precision,
    split_failure_count integer,
    green_utilisation_ratio double precision,
    presence_quality_ratio double precision,
    presence_reason smallint NOT NULL,
    flow_veh_h double precision,
    capacity_veh_h double precision,
    saturation_ratio double precision,
    control_delay_hcm_s double precision,
    control_delay_hbs_s double precision,
    los smallint,
    qsv smallint,
    flow_quality_ratio double precision,
    flow_reason smallint NOT NULL,
    amber_actuation_count integer,
    red_actuation_count integer,
    severe_red_actuation_count integer,
    red_reason smallint NOT NULL,
    pedestrian_call_count integer,
    pedestrian_delay_s double precision,
    pedestrian_delay_max_s double precision,
    pedestrian_qsv smallint,
    pedestrian_reason smallint NOT NULL,
    queue_max_veh double precision,
    queue_storage_ratio double precision,
    queue_quality_ratio double precision,
    queue_reason smallint NOT NULL,
    advised_cycle_s double precision,
    advised_green_s double precision,
    balanced_green_s double precision,
    advice_reason smallint NOT NULL,
    revision integer NOT NULL,
    computed_at timestamptz NOT NULL,
    PRIMARY KEY (sensor_id, signal_group, window_start)
);
COMMENT ON COLUMN approach_indicator.sensor_id IS 'The controller';
COMMENT ON COLUMN approach_indicator.los IS '0 is A, 5 is F';
COMMENT ON COLUMN approach_indicator.advised_green_s IS 'Published, never commanded; so are the other two';
SELECT keep_indicators('approach_indicator', '7 days');

CREATE TABLE undefined_reason (
    reason smallint PRIMARY KEY,
    meaning_en text NOT NULL,
    meaning_de text NOT NULL
);
COMMENT ON TABLE undefined_reason IS 'What the columns *_reason of approach_indicator say';
INSERT INTO undefined_reason VALUES
    (0, 'defined', 'bestimmt'),
    (1, 'no detector of this function is configured', 'kein Detektor dieser Funktion ist versorgt'),
    (2, 'the configuration is faulty', 'die Versorgung ist fehlerhaft'),
    (3, 'the detectors reported nothing', 'die Detektoren meldeten nichts'),
    (4, 'a detector was stuck', 'ein Detektor hing'),
    (5, 'no whole cycle was seen', 'kein ganzer Umlauf wurde gesehen'),
    (6, 'detectors count intervals and do not tell moments', 'Detektoren zählen Intervalle und nennen keine Zeitpunkte'),
    (7, 'nobody came', 'niemand kam'),
    (8, 'the demand of a stage is unknown', 'die Belastung einer Phase ist unbekannt'),
    (9, 'no solution within the bounds', 'keine Lösung in den Grenzen'),
    (10, 'the queue was never seen empty', 'der Stau wurde nie leer gesehen');

INSERT INTO threshold (name, value, unit, valid_from, source, status) VALUES
    ('signal_saturation_flow', 2000, 'veh/h', '2000-01-01', 'HBS 2015 (FGSV DOK 69801): 1.8 s per vehicle', 'verified'),
    ('signal_split_failure', 0.79, '1', '2000-01-01', 'UDOT ATSPM: GOR and ROR5 both above 79 %', 'verified'),
    ('signal_red_begin', 5, 's', '2000-01-01', 'UDOT ATSPM: the first five seconds of red', 'verified'),
    ('signal_saturation_gap', 0.9, 's', '2000-01-01', 'Literature on SCATS', 'unverified'),
    ('signal_severe_red', 4, 's', '2000-01-01', 'ATSPM practice', 'unverified'),
    ('signal_detector_stuck', 600, 's', '2000-01-01', 'Own rule; not above 600', 'own'),
    ('signal_outage', 120, 's', '2000-01-01', 'Own rule: a controller without any event for longer is down', 'own'),
    ('signal_queue_empty', 3, 's', '2000-01-01', 'Own rule: a stop line unoccupied for so long at the end of green', 'own'),
    ('signal_queue_space', 6, 'm', '2000-01-01', 'RiLSA 2015: length of a queued car', 'unverified'),
    ('signal_cycle_min', 30, 's', '2000-01-01', 'RiLSA 2015', 'unverified'),
    ('signal_cycle_max', 120, 's', '2000-01-01', 'RiLSA 2015', 'unverified'),
    ('signal_green_min', 5, 's', '2000-01-01', 'RiLSA 2015', 'unverified'),
    ('signal_red_max', 90, 's', '2000-01-01', 'Own rule', 'own'),
    ('signal_pedestrian_speed', 1.2, 'm/s', '2000-01-01', 'RiLSA 2015: clearing speed', 'unverified');

INSERT INTO threshold (name, scope, value, unit, valid_from, source, status)
SELECT 'signal_los', grade, value, 's', '2000-01-01', 'HCM 7, Exhibit 19-8', 'verified'
FROM (VALUES ('A', 10), ('B', 20), ('C', 35), ('D', 55), ('E', 80)) AS limits (grade, value);
INSERT INTO threshold (name, scope, value, unit, valid_from, source, status)
SELECT 'signal_qsv', grade, value, 's', '2000-01-01', 'HBS 2015; VSS 40 023a, table 4', 'verified'
FROM (VALUES ('A', 20), ('B', 35), ('C', 50), ('D', 70)) AS limits (grade, value);
INSERT INTO threshold (name, scope, value, unit, valid_from, source, status)
SELECT 'signal_pedestrian_qsv', grade, value, 's', '2000-01-01', 'HBS 2015, by the longest wait', 'unverified'
FROM (VALUES ('A', 30), ('B', 40), ('C', 55), ('D', 70), ('E', 85)) AS limits (grade, value);

GRANT SELECT ON approach_indicator, undefined_reason TO emscher_public;

-- Coordination diagram: each arrival at a detector channel with the begin of the cycle (begin of red) it falls into, the
-- seconds since then, and what was shown (0 dark, 1 red, 2 amber, 3 green, 4 red-amber); NULL where that is not known.
CREATE FUNCTION coordination_diagram(
    controller integer, phase integer, channel integer, since timestamptz, until timestamptz, travel interval
) RETURNS TABLE (arrived_at timestamptz, cycle_start timestamptz, second_s double precision, state smallint)
LANGUAGE sql STABLE
BEGIN ATOMIC
    SELECT arrival.at, red.began_at, extract(epoch FROM arrival.at - red.began_at)::double precision, shown.state
    FROM (
        SELECT observed_at + travel AS at FROM signal_reading
        WHERE sensor_id = controller AND parameter = channel AND code = 82
          AND observed_at >= since - travel AND observed_at < until - travel
    ) AS arrival
    LEFT JOIN LATERAL (
        SELECT max(observed_at) AS began_at FROM signal_reading
        WHERE sensor_id = controller AND parameter = phase AND code IN (9, 10, 1001)
          AND observed_at <= arrival.at AND observed_at > arrival.at - interval '5 minutes'
    ) AS red ON true
    LEFT JOIN LATERAL (
        SELECT (CASE WHEN code >= 1000 THEN code - 1000 WHEN code = 1 THEN 3 WHEN code IN (7, 8) THEN 2 ELSE 1 END)::smallint
            AS state
        FROM signal_reading
        WHERE sensor_id = controller AND parameter = phase AND code IN (1, 7, 8, 9, 10, 11, 1000, 1001, 1002, 1003, 1004)
          AND observed_at <= arrival.at AND observed_at > arrival.at - interval '5 minutes'
        ORDER BY observed_at DESC, (code IN (1, 1003)) DESC, code DESC LIMIT 1
    ) AS shown ON true
    ORDER BY arrival.at;
END;
COMMENT ON FUNCTION coordination_diagram IS 'Points of a Purdue coordination diagram, from events as they are kept';
GRANT EXECUTE ON FUNCTION coordination_diagram TO emscher_writer, emscher_reader, emscher_public;
