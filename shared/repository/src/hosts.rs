//! Where the hosts of repositories keep archives.

use std::fmt;
use std::str::FromStr;

use domain::secret::SecretText;
use egress::Target;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use reqwest::Url;
use reqwest::header::{AUTHORIZATION, HeaderName, HeaderValue};

use crate::source::normal_host;

/// Characters of one segment of a path that are written as they are.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The same of a path of several segments. The hosts that we know take a tag such as `release/1` as two.
const PATH: &AsciiSet = &SEGMENT.remove(b'/');

/// Headers that say something else than who asks.
const RESERVED_HEADERS: [&str; 6] =
    ["host", "connection", "content-length", "transfer-encoding", "user-agent", "range"];

/// The hosts that are known without anybody telling, and their archives. GitHub refuses to choose when a name is that of
/// a tag and of a branch, so it is asked for the tag first, and then for a branch or commit. GitLab takes all three; the
/// last segment is only the name of the file.
const BUILT_IN: [(&str, &str); 2] = [
    (
        "github.com",
        "https://codeload.github.com/{path}/tar.gz/refs/tags/{tag} https://codeload.github.com/{path}/tar.gz/{tag}",
    ),
    ("gitlab.com", "https://gitlab.com/{path}/-/archive/{tag}/{name}-{flatTag}.tar.gz"),
];

/// Why a host cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidHost {
    /// The name is not a host.
    #[error("`{0}` is not a host, nor a host and a port")]
    Name(String),
    /// The URL of the archives cannot be one.
    #[error("this is not the URL of archives: {0}")]
    Archive(&'static str),
    /// The token's header cannot be sent.
    #[error("`{0}` is not a header for a token")]
    Header(String),
    /// The token has characters that a header cannot have. It is not repeated here.
    #[error("the token has characters that cannot be sent")]
    Token,
}

/// What proves to a host who asks. It is sent to the host of the archive's URL and to no other.
#[derive(Debug, Clone)]
pub struct Token {
    header: HeaderName,
    value: HeaderValue,
}

impl Token {
    /// The name of GitLab's header.
    pub const PRIVATE_TOKEN: &'static str = "PRIVATE-TOKEN";

    /// A token in `header`: `Authorization` holds it as `Bearer {token}`, any other header, such as
    /// [`Token::PRIVATE_TOKEN`], as it is.
    ///
    /// # Errors
    ///
    /// [`InvalidHost::Header`] and [`InvalidHost::Token`].
    pub fn new(header: &str, token: &SecretText) -> Result<Self, InvalidHost> {
        let invalid = || InvalidHost::Header(header.to_owned());
        let header = HeaderName::from_bytes(header.as_bytes()).map_err(|_| invalid())?;
        if RESERVED_HEADERS.contains(&header.as_str()) {
            return Err(invalid());
        }
        let token = token.expose_secret();
        let value = if header == AUTHORIZATION {
            HeaderValue::from_str(&format!("Bearer {token}"))
        } else {
            HeaderValue::from_str(token)
        };
        let mut value = value.map_err(|_| InvalidHost::Token)?;
        // Keeps it out of `Debug` and of the HTTP library's logs.
        value.set_sensitive(true);
        if token.trim().is_empty() { Err(InvalidHost::Token) } else { Ok(Self { header, value }) }
    }

    pub(crate) const fn header(&self) -> &HeaderName {
        &self.header
    }

    pub(crate) const fn value(&self) -> &HeaderValue {
        &self.value
    }
}

/// A host of repositories and where it keeps their archives.
#[derive(Debug, Clone)]
pub struct Host {
    name: String,
    archives: Vec<ArchivePattern>,
    token: Option<Token>,
}

impl Host {
    /// The host `name`, as repository URLs have it, with a port if that is not 443.
    ///
    /// `archives` is the URL of a tar.gz archive, or several with spaces between them, of one host, to be tried in turn
    /// until one is found. In path and query `{path}` stands for the path of the repository without `.git`,
    /// `{encodedPath}` for the same as one segment, `{name}` for its last segment, `{tag}` for the tag, and `{flatTag}`
    /// for the tag with `-` for `/`. Each URL tells the repository and the tag. Their host may be another one than
    /// `name`; the token goes there.
    ///
    /// # Errors
    ///
    /// [`InvalidHost::Name`] and [`InvalidHost::Archive`].
    pub fn new(name: &str, archives: &str, token: Option<Token>) -> Result<Self, InvalidHost> {
        let invalid = || InvalidHost::Name(name.to_owned());
        let name = normal_host(name.trim());
        let (host, port) = name.split_once(':').unwrap_or((&name, "443"));
        let named = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
        if host.is_empty() || !host.bytes().all(named) || port.parse::<u16>().is_err() {
            return Err(invalid());
        }
        let archives: Vec<ArchivePattern> =
            archives.split_whitespace().map(str::parse).collect::<Result<_, _>>()?;
        let first = archives.first().ok_or(InvalidHost::Archive("it is empty"))?;
        // Else it would have to be said which of them gets the token.
        if archives.iter().any(|other| !other.origin.is_same_origin(&first.origin)) {
            return Err(InvalidHost::Archive("all are of one host"));
        }
        Ok(Self { name, archives, token })
    }

    /// The host, lower case, with the port if that is not 443.
    pub fn name(&self) -> &str {
        &self.name
    }

    pub(crate) const fn token(&self) -> Option<&Token> {
        self.token.as_ref()
    }

    /// The URLs to try in turn.
    pub(crate) fn archives(&self, path: &str, tag: &str) -> Vec<Url> {
        self.archives.iter().filter_map(|archive| Url::parse(&archive.fill(path, tag)).ok()).collect()
    }
}

/// The hosts that a stack knows. A project's own come before them.
#[derive(Debug, Clone)]
pub struct HostTable(Vec<Host>);

impl HostTable {
    /// github.com and gitlab.com.
    ///
    /// # Errors
    ///
    /// None: the built-in hosts are valid. A test sees to it.
    pub fn built_in() -> Result<Self, InvalidHost> {
        BUILT_IN
            .iter()
            .map(|(name, archive)| Host::new(name, archive, None))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// The same table with `host` before all others.
    #[must_use]
    pub fn with(mut self, host: Host) -> Self {
        self.0.insert(0, host);
        self
    }

    /// The entry of the host `name`; one of a project's `own` comes first.
    pub(crate) fn find<'t>(&'t self, own: &'t [Host], name: &str) -> Option<&'t Host> {
        own.iter().chain(&self.0).find(|host| host.name == name)
    }

    /// The names, for a message.
    pub(crate) fn names(&self, own: &[Host]) -> String {
        let mut names: Vec<&str> = own.iter().chain(&self.0).map(Host::name).collect();
        names.sort_unstable();
        names.dedup();
        names.join(", ")
    }
}

impl FromStr for HostTable {
    type Err = InvalidHost;

    /// The built-in hosts, and before them those of a comma-separated list of `{host}={archives}`.
    fn from_str(list: &str) -> Result<Self, InvalidHost> {
        let entries = list.split(',').map(str::trim).filter(|entry| !entry.is_empty());
        let mut own = Vec::new();
        for entry in entries {
            let invalid = || InvalidHost::Name(entry.to_owned());
            let (name, archives) = entry.split_once('=').ok_or_else(invalid)?;
            own.push(Host::new(name, archives, None)?);
        }
        own.extend(Self::built_in()?.0);
        Ok(Self(own))
    }
}

/// A URL with placeholders behind its host.
#[derive(Clone)]
struct ArchivePattern {
    pieces: Vec<Piece>,
    /// Scheme, host and port are those of every URL that it makes.
    origin: Target,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Path,
    EncodedPath,
    Name,
    Tag,
    FlatTag,
}

impl ArchivePattern {
    fn fill(&self, path: &str, tag: &str) -> String {
        fill(&self.pieces, path, tag)
    }
}

fn fill(pieces: &[Piece], path: &str, tag: &str) -> String {
    let encode = |text: &str, set| utf8_percent_encode(text, set).to_string();
    let piece = |piece: &Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Path => encode(path, PATH),
        Piece::EncodedPath => encode(path, SEGMENT),
        Piece::Name => encode(path.rsplit('/').next().unwrap_or(path), SEGMENT),
        Piece::Tag => encode(tag, PATH),
        Piece::FlatTag => encode(&tag.replace('/', "-"), SEGMENT),
    };
    pieces.iter().map(piece).collect()
}

impl fmt::Debug for ArchivePattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // As it would be for a repository that is called so.
        formatter.write_str(&self.fill("path", "tag"))
    }
}

impl FromStr for ArchivePattern {
    type Err = InvalidHost;

    fn from_str(text: &str) -> Result<Self, InvalidHost> {
        let invalid = InvalidHost::Archive;
        let place = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let host = place.and_then(|place| place.split(['/', '?', '#', '\\']).next());
        let host = host.ok_or_else(|| invalid("it begins with https://"))?;
        // An empty host would let what is filled in become the host, and so would a character that URLs drop.
        let written_out = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        if host.is_empty() || !host.bytes().all(written_out) {
            return Err(invalid("its host is written out, without user name and password"));
        }
        let pieces = pieces(text).map_err(invalid)?;
        let has = |these: &[Piece]| pieces.iter().any(|piece| these.contains(piece));
        if !has(&[Piece::Path, Piece::EncodedPath, Piece::Name]) {
            return Err(invalid("it has {path}, {encodedPath} or {name} in it"));
        }
        if !has(&[Piece::Tag, Piece::FlatTag]) {
            return Err(invalid("it has {tag} or {flatTag} in it"));
        }
        let url = Url::parse(&fill(&pieces, "a/b", "c")).map_err(|_| invalid("it is not a URL"))?;
        let origin = Target::new(url).map_err(|_| invalid("it is not a URL that can be called"))?;
        Ok(Self { pieces, origin })
    }
}

fn pieces(text: &str) -> Result<Vec<Piece>, &'static str> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let (name, following) = after.split_once('}').ok_or("a { is not closed")?;
        pieces.push(Piece::Text(before.to_owned()));
        pieces.push(match name {
            "path" => Piece::Path,
            "encodedPath" => Piece::EncodedPath,
            "name" => Piece::Name,
            "tag" => Piece::Tag,
            "flatTag" => Piece::FlatTag,
            _ => return Err("only {path}, {encodedPath}, {name}, {tag} and {flatTag} are filled in"),
        });
        rest = following;
    }
    pieces.push(Piece::Text(rest.to_owned()));
    Ok(pieces)
}

#[cfg(test)]
mod tests;
