"""A certificate for the stand-in of DynamoDB: functions in Lambda reach the real one over TLS, and pay for that."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from .wire import HOST


@dataclass(frozen=True)
class Tls:
    """The server's side of TLS, and the roots that its clients trust."""

    server: ssl.SSLContext
    roots: Path
    """This machine's roots and ours, for clients that read a store of that size in their cold start."""
    amazon_roots: Path
    """Amazon's roots and ours, for clients that bring those along and read no others."""
    own_root: Path


def make(directory: Path, amazon: Path) -> Tls:
    """Makes an authority and a certificate for the loopback address, good for a week. `amazon` are the roots that our
    functions bring along."""
    directory.mkdir(parents=True, exist_ok=True)
    key, authority = _key(), _key()
    root = _certificate("slipway bench root", authority, "slipway bench root", authority, is_authority=True)
    leaf = _certificate("slipway bench", key, "slipway bench root", authority, is_authority=False)
    chain, secret = directory / "server.pem", directory / "server.key"
    own, roots, amazon_roots = directory / "root.pem", directory / "roots.pem", directory / "amazon-roots.pem"
    pem = serialization.Encoding.PEM
    chain.write_bytes(leaf.public_bytes(pem))
    secret.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    own.write_bytes(root.public_bytes(pem))
    known = ssl.get_default_verify_paths().cafile
    roots.write_bytes((Path(known).read_bytes() if known else b"") + b"\n" + own.read_bytes())
    amazon_roots.write_bytes(amazon.read_bytes() + b"\n" + own.read_bytes())
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(chain, secret)
    return Tls(server, roots, amazon_roots, own)


def _key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _certificate(
    subject: str,
    key: ec.EllipticCurvePrivateKey,
    issuer: str,
    signer: ec.EllipticCurvePrivateKey,
    is_authority: bool,
) -> x509.Certificate:
    now = datetime.now(timezone.utc)
    usage = x509.KeyUsage(
        digital_signature=True, key_cert_sign=is_authority, crl_sign=is_authority, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=7))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False)
    )
    if not is_authority:
        names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))])
        builder = builder.add_extension(names, critical=False)
    return builder.sign(signer, hashes.SHA256())


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
