"""Every error Emscher raises on purpose.

::

    EmscherError                 catch this to catch all of ours
    ├── OperatorError            somebody at the keyboard can mend it: one line, exit 2, no traceback
    │   ├── SettingError         a setting is wrong or a secret is missing
    │   ├── PortInUseError       an address is taken; names the setting that moves us elsewhere
    │   ├── DatabaseMissingError the database does not answer
    │   │   └── DatabaseRefusedError  it answers and refuses us: waiting does not help
    │   ├── BrokerMissingError   the broker does not answer or refuses us
    │   ├── MigrationError       the schema cannot be brought up to date
    │   ├── ProgramError         a supervised program does not start (emscher.supervisor)
    │   ├── LockedError          another demo uses the folder (emscher.embedded.folder)
    │   ├── CityError            a GeoJSON of sites and sensors does not fit
    │   ├── RecordingError       a recording or its mapping file does not fit
    │   ├── CollectError         a meter cannot be read (ingest.collect)
    │   ├── SumoError            SUMO is not installed, or a scenario does not load (simulators.sumo.child)
    │   ├── EntryError           what an officer enters for Green IT does not fit (processing.figures.entries)
    │   ├── ReportError          a report cannot be made or frozen, or its targets do not fit (dashboards.report)
    │   └── PictureError         a picture cannot be drawn (dashboards.pictures)
    ├── RejectedError            a message or reading is refused; carries the reason (:mod:`emscher.rejection`)
    └── CodecError               binary COPY data is not what the declared columns say
"""

from __future__ import annotations


class EmscherError(Exception):
    """Base of all errors raised on purpose."""


class OperatorError(EmscherError):
    """Something the person at the keyboard can mend; its text says what and how.

    Parameters
    ----------
    what : str
        What is wrong, in one line.
    mend : str, optional
        What to do about it, in one line.
    """

    def __init__(self, what: str, mend: str = "") -> None:
        super().__init__(f"{what} {mend}".strip())
        self.what = what
        self.mend = mend


class SettingError(OperatorError):
    """A setting has a wrong value or a secret is missing."""


class PortInUseError(OperatorError):
    """An address is taken by another program."""


class DatabaseMissingError(OperatorError):
    """The database does not answer, or refuses the connection."""


class DatabaseRefusedError(DatabaseMissingError):
    """The database answers and refuses the connection; waiting does not help."""


class BrokerMissingError(OperatorError):
    """The MQTT broker does not answer, or refuses the connection."""


class MigrationError(OperatorError):
    """The schema cannot be brought up to date."""


class CityError(OperatorError):
    """A description of sites and sensors does not fit."""


class RecordingError(OperatorError):
    """A recording, or the mapping that explains it, does not fit."""


class CollectError(OperatorError):
    """A meter cannot be read: what reads it is not installed, or it does not answer as its kind does."""


class EntryError(OperatorError):
    """A contract, a quantity, a factor or an intensity that somebody enters does not fit."""


class ReportError(OperatorError):
    """A report cannot be made or frozen, or the file of its targets does not fit."""


class PictureError(OperatorError):
    """A picture cannot be drawn."""


class CodecError(EmscherError):
    """Binary COPY data is not what the declared columns say."""
