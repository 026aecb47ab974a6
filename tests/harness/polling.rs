use std::fmt::Display;
use std::time::{Duration, Instant};

/// Long enough for anything that is on its way, on a machine that is busy with everything else.
pub(crate) const SOON: Duration = Duration::from_mins(1);

/// After the first look; each pause is longer than the one before, up to [`LONGEST_PAUSE`]. Looking costs the machine what
/// those need that are waited for.
const FIRST_PAUSE: Duration = Duration::from_millis(50);

const LONGEST_PAUSE: Duration = Duration::from_millis(400);

/// Minimum number of looks. A machine that stands still for a minute has used up any deadline, and done nothing.
const LOOKS: usize = 400;

/// Asks again and again until the answer is `Ok`. After `deadline` and [`LOOKS`] looks the story stops, with what the
/// last `Err` says.
pub(crate) async fn eventually<T, E: Display>(
    deadline: Duration,
    what: &str,
    mut look: impl AsyncFnMut() -> Result<T, E>,
) -> T {
    let started = Instant::now();
    let mut looks = 0;
    let mut pause = FIRST_PAUSE;
    loop {
        match look().await {
            Ok(seen) => return seen,
            Err(seen) if looks >= LOOKS && started.elapsed() > deadline => {
                panic!("{what}: not within {deadline:?} and {looks} looks; now {seen}")
            }
            Err(_) => tokio::time::sleep(pause).await,
        }
        looks += 1;
        pause = LONGEST_PAUSE.min(pause * 5 / 4);
    }
}
