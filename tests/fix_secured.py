"""A broker as a city runs it: TLS with client certificates on one port, passwords on another, topic rules for both."""

import os
import socket
import subprocess
from pathlib import Path

import pytest
from fix_broker import free_port

from emscher.embedded import EmbeddedBroker, mosquitto
from emscher.settings import Settings


class Certificates:
    """An authority of the test's own, and what it has signed; made with openssl."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True)
        self.authority = folder / "ca.crt"
        self._openssl(
            *("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"),
            *("-subj", "/CN=test authority", "-keyout", "ca.key", "-out", "ca.crt"),
        )

    def sign(self, name: str) -> tuple[Path, Path]:
        """Give certificate and key of somebody, valid for 127.0.0.1."""
        self._openssl(
            *("req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj", f"/CN={name}"),
            *("-addext", "subjectAltName=IP:127.0.0.1", "-keyout", f"{name}.key", "-out", f"{name}.csr"),
        )
        self._openssl(
            *("x509", "-req", "-in", f"{name}.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial"),
            *("-copy_extensions", "copy", "-days", "2", "-out", f"{name}.crt"),
        )
        return self._folder / f"{name}.crt", self._folder / f"{name}.key"

    def _openssl(self, *arguments: str) -> None:
        subprocess.run(("openssl", *arguments), cwd=self._folder, capture_output=True, check=True)  # noqa: S607 - found on the PATH


class SecuredBroker(EmbeddedBroker):
    """Mosquitto that lets nobody in without a certificate, or without a password on its second port."""

    def __init__(self, folder: Path, certificates: Certificates) -> None:
        super().__init__(folder, free_port(), "mosquitto")
        self.password_port = free_port()
        self.certificates = certificates
        self.acl = self.folder / "acl"

    def prepare(self) -> tuple[str, ...]:
        """Write configuration, passwords and rules, which a test may write anew before it starts the broker."""
        self.folder.mkdir(parents=True, exist_ok=True)
        certificate, key = self.certificates.sign("broker")
        doors = f"""listener {self.port} 127.0.0.1
cafile {self.certificates.authority}
certfile {certificate}
keyfile {key}
require_certificate true
use_identity_as_username true
listener {self.password_port} 127.0.0.1
allow_anonymous false
password_file {self.folder}/passwords
acl_file {self.acl}
"""
        open_door = f"listener {self.port} 127.0.0.1\nallow_anonymous true\n"
        text = mosquitto.configuration(self.folder, self.port)
        assert open_door in text
        (self.folder / "mosquitto.conf").write_text(text.replace(open_door, doors))
        (self.folder / "passwords").write_text("ingest:right\nlane.1:lane's own\n")
        subprocess.run(("mosquitto_passwd", "-U", str(self.folder / "passwords")), check=True)  # noqa: S607 - found on the PATH
        if not self.acl.exists():
            self.acl.write_text("user ingest\ntopic read emscher/#\n")
        return ()

    def ready(self) -> bool:
        """Tell whether both ports are open."""
        try:
            for port in (self.port, self.password_port):
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            return False
        return True

    def as_(self, settings: Settings, name: str) -> Settings:
        """Settings of somebody with a certificate."""
        certificate, key = self.certificates.sign(name)
        return settings.model_copy(
            update={
                "mqtt_port": self.port,
                "mqtt_tls": True,
                "mqtt_ca_file": self.certificates.authority,
                "mqtt_cert_file": certificate,
                "mqtt_key_file": key,
            }
        )


@pytest.fixture
def secured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SecuredBroker:
    """A secured broker that is not running yet; in CI Mosquitto must be there, elsewhere its absence skips the test."""
    if mosquitto.executable() is None:
        if os.environ.get("CI"):
            pytest.fail("Mosquitto is not installed")
        pytest.skip("Mosquitto is not installed")
    monkeypatch.setenv("PATH", os.pathsep.join([os.environ["PATH"], *mosquitto.MORE_PATHS]))
    return SecuredBroker(tmp_path / "secured", Certificates(tmp_path / "certificates"))
