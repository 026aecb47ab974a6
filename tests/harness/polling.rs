use std::fmt::Display;
use std::time::{Duration, Instant};

/// Long enough for anything that is on its way, on a machine that is busy with everything else.
pub(crate) const SOON: Duration = Duration::from_mins(1);

const PAUSE: Duration = Duration::from_millis(50);

/// Asks again and again until the answer is `Ok`. After `deadline` the story stops, with what the last `Err` says.
pub(crate) async fn eventually<T, E: Display>(
    deadline: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Result<T, E>,
) -> T {
    let started = Instant::now();
    loop {
        match look().await {
            Ok(seen) => return seen,
            Err(seen) if started.elapsed() > deadline => {
                panic!("{what}: not within {deadline:?}; now {seen}")
            }
            Err(_) => tokio::time::sleep(PAUSE).await,
        }
    }
}
