-- Where a sensor's readings come from (metadata, source) is for ingest and its operators: open data name no device.
CREATE OR REPLACE VIEW open_sensor AS
    SELECT sensor_id, key, stream, site_id, configured, longitude, latitude, metadata - 'source' AS metadata
    FROM sensor
    WHERE stream = 'wlan' OR stream = ANY (ARRAY(
        SELECT left(relname, -length('_reading'))
        FROM pg_class
        WHERE relnamespace = 'public'::regnamespace AND relname LIKE '%\_reading'
          AND has_table_privilege('emscher_public', oid, 'SELECT')));

CREATE INDEX sensor_source ON sensor (key) WHERE metadata ? 'source';
