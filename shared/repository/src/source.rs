//! What a repository's URL means.

use domain::text::RepositoryUrl;

use crate::error::RepositoryError;

/// Where the archives of a repository are to be looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Source<'u> {
    /// At a host.
    Git {
        /// As hosts are compared: lower case, with the port if that is not 443.
        host: String,
        /// Without the `/` that begins it and the `.git` that ends it.
        path: &'u str,
    },
    /// In a bucket.
    Bucket {
        bucket: &'u str,
        /// Without a final `/`.
        prefix: &'u str,
    },
}

impl<'u> Source<'u> {
    pub(crate) fn of(url: &'u RepositoryUrl) -> Result<Self, RepositoryError> {
        let url = url.as_str();
        if let Some((bucket, prefix)) = url.strip_prefix("s3://").and_then(|place| place.split_once('/')) {
            return Ok(Self::Bucket { bucket, prefix: prefix.trim_end_matches('/') });
        }
        let url = url.strip_suffix(".git").ok_or(RepositoryError::UnusableUrl)?;
        let (host, path) = match (url.strip_prefix("https://"), url.strip_prefix("git@")) {
            (Some(place), _) => place.split_once('/'),
            (_, Some(place)) => place.split_once(':'),
            _ => None,
        }
        .ok_or(RepositoryError::UnusableUrl)?;
        if host.contains('@') {
            return Err(RepositoryError::CredentialsInUrl);
        }
        let path = path.trim_matches('/');
        if path.is_empty() {
            Err(RepositoryError::UnusableUrl)
        } else {
            Ok(Self::Git { host: normal_host(host), path })
        }
    }
}

/// A host, perhaps with a port, as it is compared.
pub(crate) fn normal_host(host: &str) -> String {
    let host = host.to_ascii_lowercase();
    host.strip_suffix(":443").map(ToOwned::to_owned).unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(url: &str) -> Result<(String, String), RepositoryError> {
        match Source::of(&url.parse().unwrap())? {
            Source::Git { host, path } => Ok((host, path.to_owned())),
            Source::Bucket { bucket, prefix } => Ok((format!("s3:{bucket}"), prefix.to_owned())),
        }
    }

    #[test]
    fn a_url_names_a_host_and_a_path() {
        let cases = [
            ("https://github.com/acme/tax.git", "github.com", "acme/tax"),
            ("https://GitHub.com:443//acme/tax.git", "github.com", "acme/tax"),
            ("https://git.test:8443/a/b/c.git", "git.test:8443", "a/b/c"),
            ("git@gitlab.com:acme/group/tax.git", "gitlab.com", "acme/group/tax"),
            ("git@gitlab.com:/acme/tax.git", "gitlab.com", "acme/tax"),
            ("s3://bucket/repositories/acme/tax/", "s3:bucket", "repositories/acme/tax"),
        ];
        for (url, host, path) in cases {
            assert_eq!(source(url).unwrap(), (host.to_owned(), path.to_owned()), "{url}");
        }
    }

    #[test]
    fn a_password_in_a_url_is_refused_and_not_repeated() {
        let error = source("https://me:hunter2@github.com/acme/tax.git").unwrap_err();
        assert!(matches!(error, RepositoryError::CredentialsInUrl));
        assert!(!error.to_string().contains("hunter2"));
        assert!(matches!(source("https://github.com//.git"), Err(RepositoryError::UnusableUrl)));
    }
}
