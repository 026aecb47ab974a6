//! Parameters that are one of some words.

use domain::connector_deployment::DeploymentType;
use domain::environment::EnvironmentType;
use domain::flow::{FlowKind, FlowStatus};
use domain::lifecycle::Status;

/// A type whose values have words in queries: `Option` of it is a parameter, `Option<Vec<_>>` a filter.
pub trait Words: Sized + Send + 'static {
    /// The words.
    const WORDS: &'static [&'static str];

    /// The value of a word.
    fn of_word(word: &str) -> Option<Self>;
}

/// Says which words the values of a type have. Every value has one.
#[macro_export]
macro_rules! words {
    ($type:ty { $($value:ident = $word:literal),+ $(,)? }) => {
        impl $crate::query::Words for $type {
            const WORDS: &'static [&'static str] = &[$($word),+];

            fn of_word(word: &str) -> Option<Self> {
                match word {
                    $($word => Some(Self::$value),)+
                    _ => None,
                }
            }
        }
    };
}

crate::words!(FlowKind { Flow = "flow", Api = "api", Tool = "tool" });

crate::words!(FlowStatus { Unsaved = "Unsaved", Saved = "Saved", Released = "Released" });

crate::words!(Status {
    Draft = "Draft",
    Queued = "Queued",
    Deploying = "Deploying",
    Deployed = "Deployed",
    Failed = "Failed",
    Undeploying = "Undeploying",
    UndeployFailed = "UndeployFailed",
});

crate::words!(DeploymentType { Preview = "preview", Sandbox = "sandbox", Production = "production" });

crate::words!(EnvironmentType { Test = "test", Live = "live" });

#[cfg(test)]
mod tests {
    use super::*;

    /// The words that lead to values which are written like that.
    fn written<T: Words>(as_str: impl Fn(T) -> String) -> bool {
        T::WORDS.iter().all(|word| T::of_word(word).map(&as_str).as_deref() == Some(word))
    }

    #[test]
    fn words_are_those_that_values_are_written_with() {
        assert!(written(|kind: FlowKind| kind.to_string()));
        assert!(written(|status: FlowStatus| status.to_string()));
        assert!(written(|status: Status| status.as_str().to_owned()));
        assert!(written(|kind: DeploymentType| kind.as_str().to_owned()));
        assert!(written(|kind: EnvironmentType| kind.as_str().to_owned()));
        assert_eq!(Status::WORDS.len(), Status::ALL.len());
        assert_eq!(FlowKind::of_word("Flow"), None);
    }
}
