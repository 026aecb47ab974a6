//! Headers that belong to one connection.

/// Headers about the connection, not about the message (RFC 9110 §7.6.1), and the length of a body, which is counted anew.
const HOP_BY_HOP: [&str; 10] = [
    "connection",
    "content-length",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// Whether a header, in lower case, is about one connection, so that nobody sets it for another and nobody hands it on.
pub fn is_hop_by_hop(name: &str) -> bool {
    HOP_BY_HOP.contains(&name)
}
