//! The slots of schedules.

use domain::metadata::Timestamp;

/// The slot that is meant, or the current minute where the scheduler did not fill it in: no schedule is finer.
pub(crate) fn slot(given: &str, now: Timestamp) -> String {
    match given.parse::<Timestamp>() {
        Ok(slot) => slot.to_string(),
        Err(_) => now.to_string().chars().take("2026-11-20T10:00".len()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_a_time_or_the_minute_it_fired_in() {
        let now: Timestamp = "2026-11-20T10:07:31.500Z".parse().unwrap();
        assert_eq!(slot("2026-11-20T10:05:00Z", now), "2026-11-20T10:05:00.000Z");
        assert_eq!(slot("<aws.scheduler.scheduled-time>", now), "2026-11-20T10:07");
    }
}
