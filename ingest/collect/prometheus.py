"""Prometheus text of Kepler and Scaphandre: the energy of the host's processors.

Only series of the whole host are looked at. Those of processes, containers and pods carry command lines and names of
people; none of them is read. Zones overlap, so only the package counts.

References
----------
.. [1] Kepler, metrics: joules as counters by ``zone``. Read. Scaphandre: microjoules of the host. Read.
"""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from ingest.collect.collected import Values

J_PER_WH = 3600
UJ_PER_WH = 3.6e9
PACKAGE = "package"
FACTS = {"measurement_point": "cpu_package", "counter_kind": "resettable"}

_KEPLER = ("kepler_node_cpu_joules_total", "kepler_node_cpu_watts")
_SCAPHANDRE = ("scaph_host_energy_microjoules", "scaph_host_power_microwatts")


def decode(text: str) -> tuple[str, Values]:
    """Take the host's energy from what an exporter says.

    Parameters
    ----------
    text : str
        Prometheus text format.

    Returns
    -------
    origin : str
        ``kepler`` or ``scaphandre``; empty where the text is of neither.
    values : Values
        Of Kepler the sum over the packages of all sockets.

    Raises
    ------
    ValueError
        It is no Prometheus text.
    """
    # Cut before anything is parsed: what is not of the host does not even become a value here.
    wanted = [line for line in text.splitlines() if line.startswith((*_KEPLER, *_SCAPHANDRE))]
    sums: dict[str, float] = {}
    for family in text_string_to_metric_families("\n".join(wanted) + "\n"):
        for sample in family.samples:
            zone = sample.labels.get("zone", PACKAGE)
            if zone == PACKAGE or zone.startswith(f"{PACKAGE}-"):
                sums[sample.name] = sums.get(sample.name, 0.0) + sample.value
    for origin, (energy, power), scale_wh, scale_w in (
        ("kepler", _KEPLER, J_PER_WH, 1.0),
        ("scaphandre", _SCAPHANDRE, UJ_PER_WH, 1e6),
    ):
        if energy in sums or power in sums:
            counter = sums[energy] / scale_wh if energy in sums else None
            return origin, Values(counter, sums[power] / scale_w if power in sums else None)
    return "", Values()
