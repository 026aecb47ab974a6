//! Logging: JSON lines, one canonical line per call. No payload and no secret is ever logged.

use std::error::Error;
use std::time::Instant;

use tracing_subscriber::EnvFilter;

/// Sets the process's logging up. `LOG_LEVEL` is a filter such as `info` or `info,store=debug`.
pub(crate) fn init() {
    let filter = std::env::var("LOG_LEVEL").ok().and_then(|text| EnvFilter::try_new(text).ok());
    let filter = filter.unwrap_or_else(|| EnvFilter::new("info"));
    // A second call fails, and only tests make one.
    let _ = tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_current_span(true)
        .with_span_list(false)
        .with_target(false)
        .without_time()
        .with_env_filter(filter)
        .try_init();
}

/// The one line that every call ends with.
pub(crate) struct CallLog {
    operation: &'static str,
    correlation: String,
    started: Instant,
    cold_start: bool,
}

impl CallLog {
    pub(crate) fn begin(operation: &'static str, correlation: &str, cold_start: bool) -> Self {
        Self { operation, correlation: correlation.to_owned(), started: Instant::now(), cold_start }
    }

    pub(crate) fn end(self, status: u16, error: Option<&(dyn Error + Send + Sync + 'static)>) {
        let duration_ms = self.started.elapsed().as_secs_f64() * 1000.0;
        let Self { operation, correlation, cold_start, .. } = self;
        match error {
            None => tracing::info!(operation, status, duration_ms, cold_start, correlation, "call"),
            Some(error) => {
                let cause = chain(error);
                tracing::error!(operation, status, duration_ms, cold_start, correlation, cause, "call");
            }
        }
    }
}

/// An error and everything behind it.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        words = format!("{words}: {inner}");
        cause = inner.source();
    }
    words
}
