"""The soak: readings of every stream through a real broker and a real database, while a saw goes at everything between.

A seeded publisher sends readings at QoS 1, with duplicates, disorder, disagreement and garbage among them. Meanwhile
ingest is killed, the broker and the database are stopped, connections are cut in the middle of a COPY and between a
COMMIT and its answer, and the database's disk is full. At the end the ledger of what the broker acknowledged is
compared with the store, value by value.

What "accounted for" means under delivery at least once: a message that the broker has acknowledged is delivered once
or more often. A reading is in its table exactly once, however often it came; every further delivery is counted as a
duplicate. A refused message is refused again each time it comes, and each time is a row: nothing distinguishes its
second delivery from a sender that makes the same mistake twice. So ``received = stored + duplicate + rejected`` holds
to the last delivery, ``stored`` equals the rows of the tables, ``rejected`` the readings in quarantine, and
``received`` is at least what was sent.
"""
