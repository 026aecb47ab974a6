//! The members that each type of state may have, by query language.

/// The query language of a state: how its values refer to data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    JsonPath,
    Jsonata,
}

impl Language {
    pub(super) const NAMES: [&'static str; 2] = ["JSONPath", "JSONata"];

    pub(super) fn parse(name: &str) -> Option<Self> {
        match name {
            "JSONPath" => Some(Self::JsonPath),
            "JSONata" => Some(Self::Jsonata),
            _ => None,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::JsonPath => "JSONPath",
            Self::Jsonata => "JSONata",
        }
    }
}

/// The largest number of seconds or attempts that Step Functions takes.
pub(super) const MOST: f64 = 99_999_999.0;

/// What a member's value must be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Any,
    Text,
    NullableText,
    Object,
    Array,
    Flag,
    /// A whole number within these bounds.
    Integer(f64, f64),
    /// Any number within these bounds.
    Number(f64, f64),
    OneOf(&'static [&'static str]),
}

/// One member of a state, and the only query language it belongs to, if there is one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Field {
    pub(super) name: &'static str,
    pub(super) only: Option<Language>,
    pub(super) shape: Shape,
}

const fn both(name: &'static str, shape: Shape) -> Field {
    Field { name, only: None, shape }
}

const fn path(name: &'static str, shape: Shape) -> Field {
    Field { name, only: Some(Language::JsonPath), shape }
}

const fn jsonata(name: &'static str, shape: Shape) -> Field {
    Field { name, only: Some(Language::Jsonata), shape }
}

const COMMON: &[Field] = &[
    both("Type", Shape::Text),
    both("Comment", Shape::Text),
    both("QueryLanguage", Shape::OneOf(&Language::NAMES)),
];
/// Of states that go on or end by `Next` or `End`.
const STEP: &[Field] = &[both("Next", Shape::Text), both("End", Shape::Flag)];
const ASSIGN: &[Field] = &[both("Assign", Shape::Object)];
const OUTPUT: &[Field] = &[
    path("InputPath", Shape::NullableText),
    path("OutputPath", Shape::NullableText),
    jsonata("Output", Shape::Any),
];
const ARGUMENTS: &[Field] = &[jsonata("Arguments", Shape::Any)];
/// Of states that make something out of their input.
const WORK: &[Field] = &[path("Parameters", Shape::Any), path("ResultPath", Shape::NullableText)];
/// Of states whose work can fail and gives a result of its own.
const CALL: &[Field] =
    &[path("ResultSelector", Shape::Object), both("Retry", Shape::Array), both("Catch", Shape::Array)];
const PASS: &[Field] = &[path("Result", Shape::Any)];
const TASK: &[Field] = &[
    both("Resource", Shape::Text),
    both("Credentials", Shape::Any),
    both("TimeoutSeconds", Shape::Integer(1.0, MOST)),
    path("TimeoutSecondsPath", Shape::Text),
    both("HeartbeatSeconds", Shape::Integer(1.0, MOST)),
    path("HeartbeatSecondsPath", Shape::Text),
];
const CHOICE: &[Field] = &[both("Choices", Shape::Array), both("Default", Shape::Text)];
const WAIT: &[Field] = &[
    both("Seconds", Shape::Integer(0.0, MOST)),
    both("Timestamp", Shape::Text),
    path("SecondsPath", Shape::Text),
    path("TimestampPath", Shape::Text),
];
const FAIL: &[Field] = &[
    both("Error", Shape::Text),
    both("Cause", Shape::Text),
    path("ErrorPath", Shape::Text),
    path("CausePath", Shape::Text),
];
const PARALLEL: &[Field] = &[both("Branches", Shape::Array)];
const MAP: &[Field] = &[
    both("ItemProcessor", Shape::Object),
    both("Iterator", Shape::Object),
    jsonata("Items", Shape::Any),
    path("ItemsPath", Shape::NullableText),
    both("ItemReader", Shape::Object),
    both("ItemSelector", Shape::Any),
    both("ItemBatcher", Shape::Object),
    both("ResultWriter", Shape::Object),
    both("Label", Shape::Text),
    both("MaxConcurrency", Shape::Integer(0.0, MOST)),
    path("MaxConcurrencyPath", Shape::Text),
    both("ToleratedFailureCount", Shape::Integer(0.0, MOST)),
    path("ToleratedFailureCountPath", Shape::Text),
    both("ToleratedFailurePercentage", Shape::Number(0.0, 100.0)),
    path("ToleratedFailurePercentagePath", Shape::Text),
];

/// Members of the whole definition.
pub(super) const MACHINE: &[Field] = &[
    both("Comment", Shape::Text),
    both("QueryLanguage", Shape::OneOf(&Language::NAMES)),
    both("StartAt", Shape::Text),
    both("States", Shape::Object),
    both("TimeoutSeconds", Shape::Integer(1.0, MOST)),
    both("Version", Shape::Text),
];

/// Members that have a meaning at the top level only; elsewhere they are tolerated with a warning.
pub(super) const TOP_LEVEL_ONLY: [&str; 3] = ["QueryLanguage", "TimeoutSeconds", "Version"];

/// Members of a branch of a Parallel state.
pub(super) const BRANCH: &[Field] = MACHINE;

/// Members of the processor of a Map state.
pub(super) const PROCESSOR: &[Field] = &[
    both("Comment", Shape::Text),
    both("QueryLanguage", Shape::OneOf(&Language::NAMES)),
    both("StartAt", Shape::Text),
    both("States", Shape::Object),
    both("TimeoutSeconds", Shape::Integer(1.0, MOST)),
    both("Version", Shape::Text),
    both("ProcessorConfig", Shape::Object),
];

/// Members of a Map state's `ProcessorConfig`.
pub(super) const PROCESSOR_CONFIG: &[Field] = &[
    both("Mode", Shape::OneOf(&["INLINE", "DISTRIBUTED"])),
    both("ExecutionType", Shape::OneOf(&["STANDARD", "EXPRESS"])),
];

/// The longest delay between two attempts, in seconds: Step Functions takes less than 31 622 401.
const MOST_DELAY: f64 = 31_622_400.0;

/// Members of an entry of `Retry`.
pub(super) const RETRIER: &[Field] = &[
    both("Comment", Shape::Text),
    both("ErrorEquals", Shape::Array),
    both("IntervalSeconds", Shape::Integer(1.0, MOST)),
    both("MaxAttempts", Shape::Integer(0.0, MOST)),
    both("BackoffRate", Shape::Number(1.0, f64::MAX)),
    both("MaxDelaySeconds", Shape::Integer(1.0, MOST_DELAY)),
    both("JitterStrategy", Shape::OneOf(&["FULL", "NONE"])),
];

/// Members of an entry of `Catch`.
pub(super) const CATCHER: &[Field] = &[
    both("Comment", Shape::Text),
    both("ErrorEquals", Shape::Array),
    both("Next", Shape::Text),
    both("Assign", Shape::Object),
    path("ResultPath", Shape::NullableText),
    jsonata("Output", Shape::Any),
];

/// The type of a state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Task,
    Pass,
    Choice,
    Wait,
    Succeed,
    Fail,
    Parallel,
    Map,
}

impl Kind {
    pub(super) const NAMES: [&'static str; 8] =
        ["Task", "Pass", "Choice", "Wait", "Succeed", "Fail", "Parallel", "Map"];

    pub(super) fn parse(name: &str) -> Option<Self> {
        Some(match name {
            "Task" => Self::Task,
            "Pass" => Self::Pass,
            "Choice" => Self::Choice,
            "Wait" => Self::Wait,
            "Succeed" => Self::Succeed,
            "Fail" => Self::Fail,
            "Parallel" => Self::Parallel,
            "Map" => Self::Map,
            _ => return None,
        })
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Task => "Task",
            Self::Pass => "Pass",
            Self::Choice => "Choice",
            Self::Wait => "Wait",
            Self::Succeed => "Succeed",
            Self::Fail => "Fail",
            Self::Parallel => "Parallel",
            Self::Map => "Map",
        }
    }

    /// Whether a run (or a branch of it) ends in such a state, without an `End`.
    pub(super) fn ends(self) -> bool {
        matches!(self, Self::Succeed | Self::Fail)
    }

    /// Every member such a state may have, in either query language.
    pub(super) fn fields(self) -> Vec<Field> {
        let groups: &[&[Field]] = match self {
            Self::Task => &[TASK, STEP, ASSIGN, OUTPUT, ARGUMENTS, WORK, CALL],
            Self::Pass => &[PASS, STEP, ASSIGN, OUTPUT, WORK],
            Self::Choice => &[CHOICE, ASSIGN, OUTPUT],
            Self::Wait => &[WAIT, STEP, ASSIGN, OUTPUT],
            Self::Succeed => &[OUTPUT],
            Self::Fail => &[FAIL],
            Self::Parallel => &[PARALLEL, STEP, ASSIGN, OUTPUT, ARGUMENTS, WORK, CALL],
            Self::Map => &[MAP, STEP, ASSIGN, OUTPUT, WORK, CALL],
        };
        COMMON.iter().chain(groups.iter().copied().flatten()).copied().collect()
    }
}

/// What to write instead of a member that belongs to the other query language.
pub(super) fn instead(name: &str) -> &'static str {
    match name {
        "Parameters" => "Write \"Arguments\" (in a Map \"ItemSelector\", in a Pass \"Output\").",
        "InputPath" => "Read \"$states.input\" in an expression.",
        "ResultPath" | "ResultSelector" | "OutputPath" | "Result" => "Write \"Output\" or \"Assign\".",
        "ItemsPath" => "Write \"Items\".",
        "Variable" => "Write \"Condition\".",
        "Arguments" => "Write \"Parameters\", or set \"QueryLanguage\": \"JSONata\".",
        "Output" => "Write \"ResultSelector\" or \"OutputPath\", or set \"QueryLanguage\": \"JSONata\".",
        "Items" => "Write \"ItemsPath\", or set \"QueryLanguage\": \"JSONata\".",
        "Condition" => {
            "Write \"Variable\" and a comparison such as \"StringEquals\", or set \"QueryLanguage\": \"JSONata\"."
        }
        _ => "Write an expression, \"{% … %}\", into the member without \"Path\".",
    }
}
