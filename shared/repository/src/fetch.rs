//! Fetching an archive over HTTP.

use egress::{Egress, Failure, Target};
use reqwest::header::LOCATION;
use reqwest::{Response, Url};

use crate::error::{ArchiveError, RepositoryError};
use crate::hosts::Token;
use crate::limits::{MAX_ARCHIVE, MAX_REDIRECTS};

/// Where an archive is, and what it is of.
#[derive(Debug)]
pub(crate) struct Place<'a> {
    pub(crate) url: Url,
    pub(crate) token: Option<&'a Token>,
    /// For messages.
    pub(crate) path: &'a str,
    pub(crate) tag: &'a str,
}

/// The bytes at `place`, unpacked not at all. The token goes to the host of the URL; once a redirect has led away from
/// it, it is sent no more.
pub(crate) async fn fetch(egress: &Egress, place: Place<'_>) -> Result<Vec<u8>, RepositoryError> {
    let first = Target::new(place.url.clone()).map_err(|_| RepositoryError::UnusableUrl)?;
    let mut target = first.clone();
    let mut token = place.token;
    for _ in 0..=MAX_REDIRECTS {
        token = token.filter(|_| target.is_same_origin(&first));
        let response = send(egress, &target, token).await?;
        match response.status().as_u16() {
            200 => return body(&target, response).await,
            301 | 302 | 303 | 307 | 308 => target = next(&target, &response)?,
            status => return Err(refused(&place, &target, status)),
        }
    }
    Err(RepositoryError::TooManyRedirects { host: first.host_and_port() })
}

async fn send(egress: &Egress, target: &Target, token: Option<&Token>) -> Result<Response, RepositoryError> {
    let host = || target.host_and_port();
    if !target.is_https() && !egress.allows(target) {
        return Err(RepositoryError::Insecure { host: host() });
    }
    let client = egress.client_for(target).map_err(|refused| failed(target, refused.into()))?;
    let mut request = client.get(target.url().clone());
    if let Some(token) = token {
        request = request.header(token.header(), token.value());
    }
    request.send().await.map_err(|error| failed(target, Failure::of(&error)))
}

fn failed(target: &Target, failure: Failure) -> RepositoryError {
    let host = target.host_and_port();
    match failure {
        Failure::Refused(class) => RepositoryError::RefusedAddress { host, class },
        Failure::NotConnected(reason) | Failure::Broken(reason) => {
            RepositoryError::Connection { host, cause: reason.into() }
        }
        Failure::TimedOut => RepositoryError::TimedOut,
    }
}

fn next(from: &Target, response: &Response) -> Result<Target, RepositoryError> {
    let unusable = || RepositoryError::UnusableRedirect { host: from.host_and_port() };
    let location = response.headers().get(LOCATION).and_then(|value| value.to_str().ok());
    let url = location.and_then(|location| from.url().join(location).ok()).ok_or_else(unusable)?;
    Target::new(url).map_err(|_| unusable())
}

fn refused(place: &Place<'_>, target: &Target, status: u16) -> RepositoryError {
    let host = target.host_and_port();
    match status {
        401 | 403 => RepositoryError::Denied { host, status },
        404 | 410 => {
            RepositoryError::NotFound { host, path: place.path.to_owned(), tag: place.tag.to_owned() }
        }
        _ => RepositoryError::Status { host, status },
    }
}

async fn body(target: &Target, mut response: Response) -> Result<Vec<u8>, RepositoryError> {
    if response.content_length().is_some_and(|length| length > MAX_ARCHIVE as u64) {
        return Err(ArchiveError::TooLarge.into());
    }
    let mut body = Vec::new();
    loop {
        let chunk = response.chunk().await.map_err(|error| failed(target, Failure::of(&error)))?;
        let Some(chunk) = chunk else { return Ok(body) };
        if body.len() + chunk.len() > MAX_ARCHIVE {
            return Err(ArchiveError::TooLarge.into());
        }
        body.extend_from_slice(&chunk);
    }
}
