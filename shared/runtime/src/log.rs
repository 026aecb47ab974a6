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
            // What a caller did wrong is nothing that somebody has to be woken up for.
            Some(error) if status < 500 => {
                let cause = chain(error);
                tracing::warn!(operation, status, duration_ms, cold_start, correlation, cause, "call");
            }
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

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::sync::{Arc, Mutex};

    use serde_json::Value;

    use super::*;

    #[derive(Clone, Default)]
    struct Lines(Arc<Mutex<Vec<u8>>>);

    impl Write for Lines {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn line(status: u16, error: Option<&(dyn Error + Send + Sync + 'static)>) -> Value {
        let lines = Lines::default();
        let writer = lines.clone();
        let subscriber = tracing_subscriber::fmt().json().flatten_event(true);
        let subscriber = subscriber.with_writer(move || writer.clone()).finish();
        tracing::subscriber::with_default(subscriber, || {
            CallLog::begin("flows.get", "c", true).end(status, error);
        });
        let written = lines.0.lock().unwrap().clone();
        serde_json::from_slice(&written).unwrap()
    }

    #[test]
    fn only_faults_of_ours_are_errors() {
        let cause = std::io::Error::other("no such tag");
        for (status, level) in [(400, "WARN"), (404, "WARN"), (499, "WARN"), (500, "ERROR"), (503, "ERROR")] {
            let line = line(status, Some(&cause));
            assert_eq!((line["level"].as_str(), line["cause"].as_str()), (Some(level), Some("no such tag")));
            assert_eq!(line["status"], status);
        }
        assert_eq!(line(404, None)["level"], "INFO");
    }
}
