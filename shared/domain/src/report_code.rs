//! The codes of what reports say. The table of `docs/ERRORS.md` is generated from here.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::stage::Stage;

/// Declares the codes: code, stage, title.
macro_rules! codes {
    ($($code:ident, $stage:expr, $title:literal;)*) => {
        /// What an entry of a report says. It never changes its meaning.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
        pub enum ReportCode {
            $(#[doc = $title] $code,)*
        }

        impl ReportCode {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$code,)*];

            /// The code as it is sent.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => stringify!($code),)*
                }
            }

            /// The title of the entry.
            pub const fn title(self) -> &'static str {
                match self {
                    $(Self::$code => $title,)*
                }
            }

            /// The stage that it is about. Nothing where that may be any.
            pub const fn stage(self) -> Option<Stage> {
                match self {
                    $(Self::$code => $stage,)*
                }
            }
        }
    };
}

codes! {
    ReleaseResolved, Some(Stage::Resolve), "Release resolved";
    SwitchingOn, Some(Stage::Resolve), "Switching on";
    CannotSwitchOn, Some(Stage::Resolve), "Cannot switch on";
    RollingBack, Some(Stage::Resolve), "Rolling back";
    CannotRollBack, Some(Stage::Resolve), "Cannot roll back";
    Configured, Some(Stage::Configure), "Configured";
    ConfigurationIncomplete, Some(Stage::Configure), "Configuration is incomplete";
    AwsActions, Some(Stage::Validate), "AWS actions";
    PermissionMissing, Some(Stage::Validate), "A permission is missing";
    PermissionsNotChecked, Some(Stage::Validate), "Permissions were not checked";
    DefinitionRemark, Some(Stage::Validate), "About the definition";
    DefinitionValid, Some(Stage::Validate), "Definition valid";
    DefinitionNotValid, Some(Stage::Validate), "The definition is not valid";
    BuildNotStorable, Some(Stage::Prepare), "The build cannot be stored";
    Provisioned, Some(Stage::Provision), "Provisioned";
    Verified, Some(Stage::Verify), "Verified";
    StateMachineNotVerified, Some(Stage::Verify), "The state machine is not what it should be";
    Switched, Some(Stage::Switch), "Switched";
    NotSwitchedOn, Some(Stage::Switch), "Not switched on";
    Overtaken, Some(Stage::Switch), "Overtaken";
    CannotMove, Some(Stage::Switch), "Cannot move";
    Scheduled, Some(Stage::Schedule), "Scheduled";
    ScheduleRefused, Some(Stage::Schedule), "The schedule could not be set";
    ScheduleLate, Some(Stage::Schedule), "A schedule is late";
    PackageResolved, Some(Stage::Members), "Package resolved";
    PackageNotDeployed, None, "The package could not be deployed";
    Deployed, None, "Deployed";
    Moved, None, "Moved";
    SwitchedOn, None, "Switched on";
    RolledBack, None, "Rolled back";
    LeftOff, None, "Left switched off";
    LeftBehind, Some(Stage::Withdrawn), "Not everything could be taken away";
    WaitingForAws, None, "Waiting for AWS";
    AwsRefused, None, "AWS refused";
    QuotaUsedUp, None, "A quota of AWS is used up";
    ResourceMissing, None, "Something is missing";
    Rejected, None, "The table refused";
    Unreadable, None, "Stored data cannot be read";
    PayloadUnusable, None, "The stored payload cannot be used";
    GivenUp, None, "Given up";
    LeftOut, None, "More was left out";
}

impl ReportCode {
    /// The code of an entry with this title. Entries about connectors have titles that clients of Connect know, and no
    /// codes.
    pub fn of_title(title: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.title() == title)
    }
}

impl fmt::Display for ReportCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_has_one_code_and_a_code_is_stored_as_it_is_sent() {
        for code in ReportCode::ALL {
            assert_eq!(ReportCode::of_title(code.title()), Some(*code));
            assert_eq!(serde_json::to_value(code).unwrap(), code.as_str());
        }
        assert_eq!(ReportCode::of_title("postDeploy finished"), None);
    }
}
