-- Minute indicators are compressed where the store can; here they stay as they are.

SELECT NULL WHERE false;
