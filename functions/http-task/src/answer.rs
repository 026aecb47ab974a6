//! What a server answered, and how much of it is read.

use reqwest::Response;
use reqwest::header::HeaderMap;

/// Maximum number of bytes of an output as JSON. A state's output may have 256 KiB; what is left is for the members
/// that the Lambda integration of Step Functions puts around it.
pub const MAX_OUTPUT_BYTES: usize = 248 * 1_024;

/// What a server answered.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Whether `body` is all of it; reading stops at the limit.
    pub(crate) complete: bool,
}

impl Answer {
    /// Reads an answer, as far as an output may hold it.
    pub(crate) async fn read(mut response: Response) -> reqwest::Result<Self> {
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut body = Vec::new();
        let mut complete = true;
        while let Some(chunk) = response.chunk().await? {
            let room = MAX_OUTPUT_BYTES - body.len();
            body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
            if chunk.len() > room {
                complete = false;
                break;
            }
        }
        Ok(Self { status, headers, body, complete })
    }
}
