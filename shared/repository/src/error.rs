//! Why a repository could not be read: for whoever named it, with what to do about it.

use crate::limits::{
    MAX_ARCHIVE, MAX_ASSET, MAX_ASSET_COUNT, MAX_ASSETS, MAX_DEFINITION, MAX_DEFINITIONS, MAX_ENTRIES,
    MAX_FILE_NAME, MAX_MEMBERS, MAX_PATH, MAX_RATIO, MAX_REDIRECTS, MAX_SPECIFICATION, MAX_UNPACKED,
    TIME_LIMIT,
};

/// A cause for the operator alone: it is in `source()`, never in a message.
pub type Cause = Box<dyn std::error::Error + Send + Sync>;

/// Why a repository could not be read. No message holds a token, nor a URL that a host answered with.
#[derive(Debug, thiserror::Error)]
pub enum RepositoryError {
    /// The repository's host is in no table.
    #[error(
        "no archives are known of the host `{host}`: use a repository at {known}, or add the host with the URL of \
         its archives to the hosts of the project"
    )]
    UnknownHost {
        /// The host, with its port if that is not 443.
        host: String,
        /// The hosts that are known.
        known: String,
    },
    /// The URL has a user name or a password in it.
    #[error(
        "the repository's URL holds a user name or password: leave it out and give the host a token instead"
    )]
    CredentialsInUrl,
    /// The URL is none of the three kinds.
    #[error(
        "the repository's URL must be https://{{host}}/{{path}}.git, git@{{host}}:{{path}}.git or \
         s3://{{bucket}}/{{prefix}}"
    )]
    UnusableUrl,
    /// The archive lies in another bucket, or among those of another project.
    #[error(
        "of s3:// only the stack's own bucket is read, and there only what is below `repositories/{project}/`"
    )]
    OutsideBucket {
        /// The key of the project.
        project: String,
    },
    /// The archive's URL, or one that it redirects to, is not encrypted.
    #[error("`{host}` is reached with https:// only; the operator of the stack can allow the host")]
    Insecure {
        /// Host and port.
        host: String,
    },
    /// The host's address is not public.
    #[error("`{host}` is not called: its address is {class}; the operator of the stack can allow the host")]
    RefusedAddress {
        /// Host and port.
        host: String,
        /// The kind of address.
        class: &'static str,
    },
    /// No connection, or it broke.
    #[error("`{host}` cannot be reached at the moment: check the repository's URL, or try again")]
    Connection {
        /// Host and port.
        host: String,
        /// What the network said.
        #[source]
        cause: Cause,
    },
    /// More redirects than are followed.
    #[error("`{host}` redirects more than {MAX_REDIRECTS} times: use the URL that it ends at")]
    TooManyRedirects {
        /// The host of the first URL.
        host: String,
    },
    /// A redirect leads nowhere.
    #[error("`{host}` redirects to something that is no URL of an archive: check the repository's URL")]
    UnusableRedirect {
        /// The host that redirected.
        host: String,
    },
    /// The host wants another token, or any.
    #[error(
        "`{host}` denies access to the repository (status {status}): give the host a token that may read it"
    )]
    Denied {
        /// Host and port.
        host: String,
        /// 401 or 403.
        status: u16,
    },
    /// There is no such repository or tag.
    #[error(
        "there is no tag `{tag}` of a repository `{path}` at `{host}`, or it is private: check both, and whether \
         the host needs a token"
    )]
    NotFound {
        /// Host and port, or `s3`.
        host: String,
        /// The repository's path, or the bucket's prefix.
        path: String,
        /// The tag.
        tag: String,
    },
    /// Any other status than a success.
    #[error("`{host}` answers with status {status} instead of an archive: {}", advice(*.status))]
    Status {
        /// Host and port.
        host: String,
        /// The HTTP status.
        status: u16,
    },
    /// The stack's own bucket did not answer.
    #[error("the bucket with the archives is not available at the moment: try again")]
    Bucket(#[source] Cause),
    /// The time is up.
    #[error("the repository could not be read within {} seconds: try again, or make it smaller", TIME_LIMIT.as_secs())]
    TimedOut,
    /// The archive is not what an archive of a connector may be.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// There is no `connect.yaml`.
    #[error("the repository has no file connect.yaml at its root{}", hint(.near.as_deref()))]
    SpecificationNotFound {
        /// A file elsewhere, or with another name, that may have been meant.
        near: Option<String>,
    },
    /// `connect.yaml` cannot be used. There is at least one problem.
    #[error("{}", .0.join("; "))]
    SpecificationNotValid(
        /// What is wrong, each where, what, and how to mend it.
        Vec<String>,
    ),
    /// A defect of ours.
    #[error("the repository could not be read because of an internal problem")]
    Internal(#[source] Cause),
}

/// What is wrong with an archive. Paths are as they are in the archive.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// More compressed bytes than are read.
    #[error("the repository's archive is larger than {} MB: make the repository smaller", MAX_ARCHIVE / 1_000_000)]
    TooLarge,
    /// More bytes than are inflated.
    #[error("the repository is larger than {} MB: make it smaller", MAX_UNPACKED / 1_000_000)]
    TooLargeUnpacked,
    /// It inflates to far more than honest contents do.
    #[error(
        "the repository's archive inflates to more than {MAX_RATIO} times its size: such an archive is not read"
    )]
    Ratio,
    /// More files and folders than are looked at.
    #[error("the repository has more than {MAX_ENTRIES} files and folders: make it smaller")]
    TooManyEntries,
    /// The gzip file is made of more members than are read.
    #[error(
        "the repository's archive is a gzip file of more than {MAX_MEMBERS} members: compress it again, as one"
    )]
    TooManyMembers,
    /// The path of an entry is longer than any that can be unpacked.
    #[error(
        "the archive's entry `{0}…` has a path of more than {MAX_PATH} bytes: shorten it, or leave the entry out"
    )]
    PathTooLong(
        /// The beginning of the path.
        String,
    ),
    /// Not even gzip: a page, perhaps.
    #[error(
        "what came is no gzip file but something else, such as a page to log in: check the repository's URL, and \
         whether the host needs a token"
    )]
    NotGzip,
    /// Inside the gzip file there is no tar archive.
    #[error("the archive is not a tar archive, or a damaged one ({0}): make it anew, as tar.gz")]
    NotTar(
        /// What is wrong.
        String,
    ),
    /// It ends before its end.
    #[error("the archive ends before its end: make it anew, or try again")]
    Truncated,
    /// A checksum does not match.
    #[error("the archive is damaged: make it anew")]
    Damaged,
    /// The attributes of an entry are too long.
    #[error("an entry of the archive has a name or attributes that are too long")]
    EntryHeader,
    /// A path that leads out of the archive, or would on some system.
    #[error(
        "the archive's entry `{0}` leads out of the archive: paths are relative, without `..` and without `\\`"
    )]
    Traversal(
        /// The path.
        String,
    ),
    /// Neither a file nor a folder nor a link.
    #[error("the archive's entry `{0}` is neither a file nor a folder: leave it out")]
    Device(
        /// The path.
        String,
    ),
    /// A link where a file is needed.
    #[error("`{0}` is a link: put the file itself there")]
    Link(
        /// The path.
        String,
    ),
    /// Two files have one path.
    #[error("`{0}` is in the archive twice")]
    Twice(
        /// The path.
        String,
    ),
    /// A file that is kept has a name that cannot be.
    #[error(
        "`{0}` has a name that is not UTF-8, has control characters or is longer than {MAX_FILE_NAME} bytes: \
         rename it"
    )]
    FileName(
        /// The path.
        String,
    ),
    /// One definition is too large.
    #[error("`{0}` is larger than {size} MB: make the flow smaller", size = MAX_DEFINITION / 1_000_000)]
    DefinitionTooLarge(
        /// The path.
        String,
    ),
    /// All definitions together are too large.
    #[error(
        "the definitions of all flows together are larger than {} MB: make them smaller",
        MAX_DEFINITIONS / 1_000_000
    )]
    DefinitionsTooLarge,
    /// A definition is not text.
    #[error("`{0}` is not UTF-8: save it as UTF-8")]
    DefinitionNotText(
        /// The path.
        String,
    ),
    /// One static file is too large.
    #[error("`{0}` is larger than {size} MB: make it smaller", size = MAX_ASSET / 1_000_000)]
    AssetTooLarge(
        /// The path.
        String,
    ),
    /// All static files of an application together are too large.
    #[error("the files in `{0}` together are larger than {size} MB: make them smaller", size = MAX_ASSETS / 1_000_000)]
    AssetsTooLarge(
        /// The application.
        String,
    ),
    /// An application has too many static files.
    #[error("there are more than {MAX_ASSET_COUNT} files in `{0}`: leave some out")]
    TooManyAssets(
        /// The application.
        String,
    ),
}

/// The code of a [`RepositoryError`], as an answer has it (Connect, §8.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RepositoryCode {
    /// The repository, the tag or the contents could not be read.
    GitRepositoryNotReachable,
    /// No `connect.yaml`.
    ConnectorSpecificationFileNotFound,
    /// `connect.yaml` is wrong.
    ConnectorSpecificationFileNotValid,
}

impl RepositoryCode {
    /// As it is written.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GitRepositoryNotReachable => "GitRepositoryNotReachable",
            Self::ConnectorSpecificationFileNotFound => "ConnectorSpecificationFileNotFound",
            Self::ConnectorSpecificationFileNotValid => "ConnectorSpecificationFileNotValid",
        }
    }
}

impl RepositoryError {
    /// The code under which it is answered.
    pub const fn code(&self) -> RepositoryCode {
        match self {
            Self::SpecificationNotFound { .. } => RepositoryCode::ConnectorSpecificationFileNotFound,
            Self::SpecificationNotValid(_) => RepositoryCode::ConnectorSpecificationFileNotValid,
            _ => RepositoryCode::GitRepositoryNotReachable,
        }
    }

    /// What is wrong, one message for each problem: at least one.
    pub fn messages(&self) -> Vec<String> {
        match self {
            Self::SpecificationNotValid(problems) => problems.clone(),
            other => vec![other.to_string()],
        }
    }

    /// Whether the same may go well a little later: nobody answered, or only that it cannot be done now.
    pub const fn is_transient(&self) -> bool {
        match self {
            Self::Connection { .. } | Self::Bucket(_) | Self::TimedOut => true,
            Self::Status { status, .. } => is_transient(*status),
            _ => false,
        }
    }

    pub(crate) fn internal(cause: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self::Internal(Box::new(cause))
    }

    /// What the parser said, or that the file is too large, not text and the like.
    pub(crate) fn not_valid(problem: impl Into<String>) -> Self {
        Self::SpecificationNotValid(vec![format!("connect.yaml: {}", problem.into())])
    }

    pub(crate) fn specification_too_large() -> Self {
        Self::not_valid(format!("the file is larger than {} KiB: make it smaller", MAX_SPECIFICATION / 1_024))
    }
}

const fn is_transient(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500..=599)
}

fn advice(status: u16) -> &'static str {
    if is_transient(status) { "try again later" } else { "check the repository's URL and tag" }
}

fn hint(near: Option<&str>) -> String {
    near.map_or_else(
        || ": add one".to_owned(),
        |near| format!(": there is `{near}`, which belongs to the root"),
    )
}

/// A path or a cause as a message shows it: of bounded length, and without characters that a terminal acts on.
pub(crate) fn shown(path: &str) -> String {
    path.chars().take(200).flat_map(char::escape_debug).collect()
}
